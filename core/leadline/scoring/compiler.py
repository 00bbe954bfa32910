"""A model compiled to one query tree: one row per contact, with the points of each rule and clamp.

The way of a point: rule (integer sum of thousandths, one rounding) → the rule's limit → its group →
its dimension → the total. Every step is a column, so that an explanation only reads them.

The query reads these relations: `contacts`, `activities`, `kinds` (the distinct combinations of
type, name, url, campaign and channel, each judged once), `published` (the last labels), `weights`
(the worth of one occurrence by age) and `lookup_NAME` (key, value) for each lookup.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa
from sqlglot import exp

from leadline.model import Model
from leadline.model.ageing import MILLI, weight
from leadline.model.meaning import Branch, Meaning
from leadline.predicates import Clock, Expr, emit, fields_of
from leadline.predicates.tree import Logic
from leadline.scoring import sql
from leadline.scoring.activities import Happened
from leadline.scoring.labels import Labels
from leadline.scoring.weights import Weights
from leadline.vocabulary import FieldType, column_of


@dataclass(frozen=True, eq=False)
class CompiledModel:
    """A model with its predicates read; makes the query for a day.

    Columns of the answer, i, g and d being positions in the file: `r{i}` whole points of rule i,
    `l{i}` after its limit, `g{g}`/`h{g}` a group before and after its cap, `d{d}`/`e{d}` a
    dimension before and after its clamp, `total`, `score` (null when excluded), `exclusion` (the
    position of the first that holds, or null), `grade`, `temperature`. With detail also `n{i}` and
    `last{i}` (occurrences that count and the latest day), `u{i}` (the rule's fact is unknown) and
    `x_FACT` for each signal and looked-up fact.
    """

    model: Model
    facts: Mapping[str, FieldType]

    @cached_property
    def meaning(self) -> Meaning:
        return Meaning(self.model, self.facts)

    @property
    def fields(self) -> frozenset[str]:
        """The facts about a person that the model reads."""
        return self.meaning.fields

    @cached_property
    def _weights(self) -> Weights:
        return Weights(self.meaning)

    def weights(self) -> pa.Table:
        """The relation `weights` (see `Weights`)."""
        return self._weights.table()

    def lookups(self) -> dict[str, pa.Table]:
        """The relations `lookup_NAME`: key and value, both text."""
        return {
            f"lookup_{name}": pa.table(
                {
                    "key": pa.array(lookup.rows.keys(), pa.string()),
                    "value": pa.array(lookup.rows.values(), pa.string()),
                }
            )
            for name, lookup in self.model.lookups.items()
        }

    def after_limit(self, i: int) -> str:
        """The column with the points of rule i once its own limit has been applied."""
        return f"r{i}" if self.model.rules[i].limit is None else f"l{i}"

    def query(self, day: int, *, time_zone: str = "UTC", detail: bool = False) -> exp.Select:
        """The whole model as one SELECT, for a day counted from 1970-01-01 in a time zone."""
        clock = Clock(day, time_zone)
        happened = Happened(self.meaning, clock, self._weights.last_age, detail)
        labels = Labels(self.meaning, clock)
        people = _People(self.meaning, clock, happened, labels.facts(), detail)
        stages = [
            *happened.stages(),
            ("known", people.known()),
            ("rule_points", people.rule_points()),
            ("limited", self._limited()),
            ("grouped", self._grouped()),
            ("capped", self._capped()),
            ("summed", self._summed()),
            ("clamped", self._clamped()),
            ("scored", self._scored()),
        ]
        top = labels.select()
        for name, stage in stages:
            top = top.with_(name, as_=stage, copy=False)
        return top

    def per_source(self, day: int, *, time_zone: str = "UTC") -> exp.Select:
        """Which sources' activities count, for one person (see `Happened.per_source`).

        It reads `kind_flags`, a stage of the query of that day, as a relation.
        """
        clock = Clock(day, time_zone)
        return Happened(self.meaning, clock, self._weights.last_age, detail=True).per_source()

    def _limited(self) -> exp.Select:
        limits = [
            sql.clamp(sql.column(f"r{i}"), -rule.limit, rule.limit).as_(f"l{i}")
            for i, rule in enumerate(self.model.rules)
            if rule.limit is not None
        ]
        return exp.select("*", *limits).from_("rule_points")

    def _grouped(self) -> exp.Select:
        sums = []
        for g, name in enumerate(self.model.groups):
            members = [i for i, rule in enumerate(self.model.rules) if rule.group == name]
            sums.append(sql.total(self.after_limit(i) for i in members).as_(f"g{g}"))
        return exp.select("*", *sums).from_("limited")

    def _capped(self) -> exp.Select:
        caps = [
            sql.clamp(sql.column(f"g{g}"), -group.limit, group.limit).as_(f"h{g}")
            for g, group in enumerate(self.model.groups.values())
        ]
        return exp.select("*", *caps).from_("grouped")

    def _summed(self) -> exp.Select:
        sums = []
        for d, name in enumerate(self.model.dimensions):
            rules = [(i, rule) for i, rule in enumerate(self.model.rules) if rule.dimension == name]
            groups = {rule.group for _, rule in rules}
            alone = [self.after_limit(i) for i, rule in rules if rule.group is None]
            capped = [f"h{g}" for g, group in enumerate(self.model.groups) if group in groups]
            sums.append(sql.total((*alone, *capped)).as_(f"d{d}"))
        return exp.select("*", *sums).from_("capped")

    def _clamped(self) -> exp.Select:
        clamps = [
            sql.clamp(sql.column(f"d{d}"), 0, dimension.max).as_(f"e{d}")
            for d, dimension in enumerate(self.model.dimensions.values())
        ]
        return exp.select("*", *clamps).from_("summed")

    def _scored(self) -> exp.Select:
        total = sql.total(f"e{d}" for d in range(len(self.model.dimensions)))
        score = sql.clamp(total.copy(), 0, self.model.max)
        included = exp.Is(this=sql.column("exclusion"), expression=exp.null())
        clamped = sql.when(included, score, None).as_("score")
        return exp.select("*", total.as_("total"), clamped).from_("clamped")


@dataclass(frozen=True, slots=True)
class Question:
    """A compiled model asked for the scores of one day."""

    compiled: CompiledModel
    day: int
    time_zone: str
    detail: bool

    def query(self) -> exp.Select:
        return self.compiled.query(self.day, time_zone=self.time_zone, detail=self.detail)


@dataclass(frozen=True)
class _People:
    """The stages that know each person, and judge each rule about it."""

    meaning: Meaning
    clock: Clock
    happened: Happened
    label_facts: frozenset[str]
    detail: bool

    def known(self) -> exp.Select:
        """Every contact to score: its facts, its signals, and the thousandths of what it did."""
        meaning = self.meaning
        facts = [
            sql.column(column_of(name), "c").as_(sql.fact(name)) for name in sorted(meaning.fields)
        ]
        facts += [self.happened.signal(name).as_(sql.fact(name)) for name in meaning.signals]
        query = (
            exp.select(sql.column("source", "c"), sql.column("contact_id", "c"))
            .select(*facts, *self._happened())
            .from_("contacts AS c")
            .where(exp.Not(this=exp.func("COALESCE", sql.column("deleted", "c"), exp.false())))
            .where(exp.Is(this=sql.column("merged_into", "c"), expression=exp.null()))
        )
        for name in self._lookups():
            query = query.select(sql.column("value", f"lookup_{name}").as_(sql.fact(name)))
            key = sql.column(column_of(meaning.model.lookups[name].key), "c")
            same = sql.column("key", f"lookup_{name}").eq(key)
            query = query.join(f"lookup_{name}", on=same, join_type="left")
        for stage in self.happened.joins():
            same_person = [
                sql.column(key, stage).eq(sql.column(key, "c")) for key in ("source", "contact_id")
            ]
            query = query.join(stage, on=exp.and_(*same_person), join_type="left")
        return query

    def rule_points(self) -> exp.Select:
        """Whole points of each rule, and the first exclusion that holds."""
        columns = [column for i in range(len(self.meaning.rules)) for column in self._points(i)]
        passed = set(self.label_facts)
        if self.detail:
            passed |= self.meaning.signals.keys() | set(self._lookups())
        query = exp.select("source", "contact_id", self._exclusion().as_("exclusion"), *columns)
        query = query.select(*(sql.fact(name) for name in sorted(passed))).from_("known")
        if self.meaning.audience is not None:
            query = query.where(self._test(self.meaning.audience))
        return query

    def _happened(self) -> Iterator[exp.Expr]:
        for i, rule in enumerate(self.meaning.model.rules):
            if rule.activity is not None:
                yield self.happened.points(i).as_(f"s{i}")
                if self.detail:
                    yield from self.happened.details(i)

    def _points(self, i: int) -> Iterator[exp.Expr]:
        rule, branches = self.meaning.model.rules[i], self.meaning.rules[i]
        if rule.activity is not None:
            yield exp.cast(sql.whole_points(sql.column(f"s{i}")), "INT").as_(f"r{i}")
            if self.detail:
                yield from (sql.column(name) for name in (f"n{i}", f"last{i}"))
            return
        points = exp.Case()
        for branch in branches:
            points = points.when(self._branch(branch), sql.number(_whole(branch)))
        yield exp.cast(points.else_(exp.Literal.number(0)), "INT").as_(f"r{i}")
        if self.detail:
            yield self._unknown(branches).as_(f"u{i}")

    def _unknown(self, branches: tuple[Branch, ...]) -> exp.Expr:
        """No branch is known to hold, and at least one may."""
        tests = [branch.test for branch in branches if branch.test is not None]
        whole: Expr = tests[0] if len(tests) == 1 else Logic("OR", tuple(tests))
        return exp.Is(this=exp.paren(self._test(whole)), expression=exp.null())

    def _exclusion(self) -> exp.Expr:
        if not self.meaning.exclusions:
            return exp.cast(exp.null(), "INT")
        first = exp.Case()
        for place, condition in enumerate(self.meaning.exclusions):
            first = first.when(self._test(condition), exp.Literal.number(place))
        return first

    def _branch(self, branch: Branch) -> exp.Expr:
        assert branch.test is not None  # a rule about the person has a condition
        return self._test(branch.test)

    def _test(self, condition: Expr) -> exp.Expr:
        return emit(condition, lambda name: sql.column(sql.fact(name)), self.clock)

    def _lookups(self) -> list[str]:
        there = self.meaning.person
        lookups = [name for name in self.meaning.model.lookups if name in there]
        return [name for name in lookups if name not in self.meaning.facts]


def facts_of(branches: tuple[Branch, ...]) -> frozenset[str]:
    """The facts that a rule's branches read."""
    tests = [branch.test for branch in branches if branch.test is not None]
    return frozenset().union(*map(fields_of, tests))


def _whole(branch: Branch) -> int:
    """Whole points of a rule about the person, rounded half away from zero."""
    thousandths = weight(branch.points, None, 0)
    size = (abs(thousandths) + MILLI // 2) // MILLI
    return size if thousandths >= 0 else -size
