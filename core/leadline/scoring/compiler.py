"""A model compiled to one query tree: one row per contact, with the points of each rule and clamp.

The way of a point: rule (integer sum of thousandths, one rounding) → the rule's limit → its group →
its dimension → the total. Every step is a column, so that an explanation only reads them.

The query reads four relations: `contacts`, `activities`, `kinds` (the distinct combinations of
type, name, url, campaign and channel, each judged once), and `published` (the last labels); and
`weights`, the worth of one occurrence by age, worked out beforehand in whole thousandths.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa
from sqlglot import exp

from leadline.model import Model, Rule
from leadline.model.ageing import MILLI, horizon, weight
from leadline.predicates import Expr, emit, fields_of, parse
from leadline.scoring import sql
from leadline.vocabulary import ACTIVITY_FIELDS, KIND_FIELDS, FieldType, column_of

# Facts of one occurrence that its kind does not settle: predicates on them are judged row by row.
_PER_ROW = ACTIVITY_FIELDS.keys() - set(KIND_FIELDS)


@dataclass(frozen=True)
class CompiledModel:
    """A model with its predicates read; makes the query for a day.

    Columns of the answer, i, g and d being positions in the file: `r{i}` whole points of rule i,
    `l{i}` after its limit, `g{g}`/`h{g}` a group before and after its cap, `d{d}`/`e{d}` a
    dimension before and after its clamp, `total`, `score` (null when excluded), `exclusion` (the
    position of the first that holds, or null), `grade`, `temperature`. With detail also `n{i}` and
    `last{i}` (occurrences that count and the latest day) and `u{i}` (the rule's fact is unknown).
    """

    model: Model
    facts: Mapping[str, FieldType]

    @cached_property
    def conditions(self) -> tuple[Expr | None, ...]:
        """The predicate of each rule, in the file's order."""
        return tuple(
            parse(rule.when, ACTIVITY_FIELDS if rule.activity else self.facts)
            if rule.when
            else None
            for rule in self.model.rules
        )

    @cached_property
    def exclusions(self) -> tuple[Expr, ...]:
        return tuple(parse(exclusion.when, self.facts) for exclusion in self.model.exclusions)

    @cached_property
    def fields(self) -> frozenset[str]:
        """The facts about a person that the model reads."""
        about_people = [
            condition
            for rule, condition in zip(self.model.rules, self.conditions, strict=True)
            if condition is not None and rule.activity is None
        ]
        return frozenset().union(*map(fields_of, (*about_people, *self.exclusions)))

    @property
    def activity_rules(self) -> list[tuple[int, Rule]]:
        return [(i, rule) for i, rule in enumerate(self.model.rules) if rule.activity]

    def weights(self) -> pa.Table:
        """`age` 0…H in days; `w{i}` thousandths per occurrence; `c{i}` 1 while it counts.

        The last row stands for every greater age: nothing changes after it.
        """
        rules = self.activity_rules
        ages = range(self._last_age + 1)
        columns: dict[str, pa.Array] = {"age": pa.array(ages, pa.int32())}
        for i, rule in rules:
            inside = [rule.within is None or age <= rule.within for age in ages]
            worth = [
                weight(rule.points, rule.decay, age) if counts else 0
                for age, counts in zip(ages, inside, strict=True)
            ]
            columns[f"w{i}"] = pa.array(worth, pa.int32())
            columns[f"c{i}"] = pa.array([int(counts) for counts in inside], pa.int8())
        return pa.table(columns)

    @property
    def _last_age(self) -> int:
        return max((_horizon(rule) for _, rule in self.activity_rules), default=0)

    def query(self, day: int, *, detail: bool = False) -> exp.Select:
        """The whole model as one SELECT, for a day counted from 1970-01-01."""
        top = self._labels()
        stages = [
            ("kind_flags", self._kind_flags()),
            ("activity_points", self._activity_points(day, detail)),
            ("people", self._people(detail)),
            ("rule_points", self._rule_points(detail)),
            ("limited", self._limited()),
            ("grouped", self._grouped()),
            ("capped", self._capped()),
            ("summed", self._summed()),
            ("clamped", self._clamped()),
            ("scored", self._scored()),
        ]
        for name, stage in stages:
            top = top.with_(name, as_=stage, copy=False)
        return top

    # -- what happened

    def _kind_flags(self) -> exp.Select:
        """Each rule's condition, judged once per kind: 1 or 0. Kinds no rule pays are left out."""
        tests = {i: self._kind_test(i, rule) for i, rule in self.activity_rules}
        flags = [
            exp.cast(sql.when(test, 1, 0), "TINYINT").as_(f"f{i}") for i, test in tests.items()
        ]
        used = exp.or_(*(test.copy() for test in tests.values())) if tests else exp.false()
        return exp.select(sql.column("kind", "k"), *flags).from_("kinds AS k").where(used)

    def _kind_test(self, i: int, rule: Rule) -> exp.Expr:
        test: exp.Expr = sql.column("type", "k").eq(exp.Literal.string(rule.activity))
        condition = self.conditions[i]
        if condition is None or self._per_row(i):
            return test
        return exp.and_(test, emit(condition, lambda name: sql.column(name, "k")))

    def _activity_points(self, day: int, detail: bool) -> exp.Select:
        """Per contact: the thousandths of each rule, summed as integers."""
        columns: list[exp.Expr] = []
        for i, rule in self.activity_rules:
            flag: exp.Expr = sql.column(f"f{i}", "k")
            if self._per_row(i):
                condition = self.conditions[i]
                assert condition is not None
                test = emit(condition, lambda name: sql.column(name, "a"))
                flag = sql.when(test, flag, 0)
            worth = exp.Mul(this=flag, expression=sql.column(f"w{i}", "w"))
            counts = exp.Mul(this=flag.copy(), expression=sql.column(f"c{i}", "w"))
            # The latest occurrence is the one that has aged least.
            best = exp.Max(this=worth) if rule.points >= 0 else exp.Min(this=worth)
            columns.append((best if rule.once else sql.whole_sum(worth)).as_(f"s{i}"))
            if detail or rule.at_least > 1:
                columns.append(sql.whole_sum(counts).as_(f"n{i}"))
            if detail:
                latest = sql.when(counts.copy().eq(1), sql.column("day", "a"), None)
                columns.append(exp.Max(this=latest).as_(f"last{i}"))
        age = exp.Least(
            this=exp.Sub(this=exp.Literal.number(day), expression=sql.column("day", "a")),
            expressions=[exp.Literal.number(self._last_age)],
            ignore_nulls=True,
        )
        keys = (sql.column("source", "a"), sql.column("contact_id", "a"))
        return (
            exp.select(*keys, *columns)
            .from_("activities AS a")
            .join("kind_flags AS k", on=sql.column("kind", "k").eq(sql.column("kind", "a")))
            .join("weights AS w", on=sql.column("age", "w").eq(age))
            .group_by(*(key.copy() for key in keys))
        )

    # -- who it is

    def _people(self, detail: bool) -> exp.Select:
        """Every contact to score, each rule about the person judged, and the first exclusion."""
        columns: list[exp.Expr] = []
        for i, condition in enumerate(self.conditions):
            if self.model.rules[i].activity is None and condition is not None:
                test = emit(condition, _person)
                columns.append(sql.when(test, _whole(self.model.rules[i]), 0).as_(f"p{i}"))
                if detail:
                    unknown = exp.Is(this=exp.paren(test.copy()), expression=exp.null())
                    columns.append(unknown.as_(f"u{i}"))
        first: exp.Expr = exp.cast(exp.null(), "INT")
        if self.exclusions:
            first = exp.Case()
            for i, condition in enumerate(self.exclusions):
                first = first.when(emit(condition, _person), exp.Literal.number(i))
        return (
            exp.select(sql.column("source", "c"), sql.column("contact_id", "c"))
            .select(*columns, first.as_("exclusion"))
            .from_("contacts AS c")
            .where(exp.Not(this=exp.func("COALESCE", sql.column("deleted", "c"), exp.false())))
            .where(exp.Is(this=sql.column("merged_into", "c"), expression=exp.null()))
        )

    # -- the way of a point

    def _rule_points(self, detail: bool) -> exp.Select:
        columns: list[exp.Expr] = []
        for i, rule in enumerate(self.model.rules):
            if rule.activity is None:
                points: exp.Expr = sql.column(f"p{i}", "p")
                extra = [sql.column(f"u{i}", "p")] if detail else []
            else:
                points = exp.func("COALESCE", sql.column(f"s{i}", "a"), exp.Literal.number(0))
                if rule.at_least > 1:
                    points = sql.when(sql.column(f"n{i}", "a") >= rule.at_least, points, 0)
                points = sql.whole_points(points)
                extra = [sql.column(name, "a") for name in (f"n{i}", f"last{i}") if detail]
            columns += [exp.cast(points, "INT").as_(f"r{i}"), *extra]
        keys = [sql.column(key, "a").eq(sql.column(key, "p")) for key in ("source", "contact_id")]
        return (
            exp.select(sql.column("source", "p"), sql.column("contact_id", "p"))
            .select(sql.column("exclusion", "p"), *columns)
            .from_("people AS p")
            .join("activity_points AS a", on=exp.and_(*keys), join_type="left")
        )

    def _limited(self) -> exp.Select:
        limits = [
            sql.clamp(sql.column(f"r{i}"), -rule.limit, rule.limit).as_(f"l{i}")
            for i, rule in enumerate(self.model.rules)
            if rule.limit is not None
        ]
        return exp.select("*", *limits).from_("rule_points")

    def after_limit(self, i: int) -> str:
        """The column with the points of rule i once its own limit has been applied."""
        return f"r{i}" if self.model.rules[i].limit is None else f"l{i}"

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
        return exp.select(
            "*", total.as_("total"), sql.when(included, score, None).as_("score")
        ).from_("clamped")

    # -- labels

    def _labels(self) -> exp.Select:
        keys = [sql.column(key, "b").eq(sql.column(key, "s")) for key in ("source", "contact_id")]
        return (
            exp.select("s.*", self._grade().as_("grade"), self._temperature().as_("temperature"))
            .from_("scored AS s")
            .join("published AS b", on=exp.and_(*keys), join_type="left")
        )

    def _grade(self) -> exp.Expr:
        if not self.model.grades:
            return exp.cast(exp.null(), "TEXT")
        names = list(self.model.dimensions)
        marks = []
        for name, cuts in self.model.grades.items():
            mark = exp.Case()
            ordered = sorted(cuts.items(), key=lambda cut: -cut[1])  # the file may name C before A
            for symbol, least in ordered:
                points = sql.column(f"e{names.index(name)}", "s")
                mark = mark.when(points >= least, exp.Literal.string(symbol))
            marks.append(mark.else_(exp.Literal.string(sql.next_symbol(ordered[-1][0]))))
        included = exp.Is(this=sql.column("exclusion", "s"), expression=exp.null())
        whole: exp.Expr = marks[0]
        for mark in marks[1:]:
            whole = exp.DPipe(this=whole, expression=mark)
        return sql.when(included, whole, None)

    def _temperature(self) -> exp.Expr:
        """Enter at `from`; stay, or come down from hotter, until below `release`."""
        if self.model.coldest is None:
            return exp.cast(exp.null(), "TEXT")
        score, label = sql.column("score", "s"), exp.Case()
        label = label.when(exp.Is(this=score, expression=exp.null()), exp.Literal.string("dead"))
        warmer: list[str] = []
        for temperature in self.model.ranked:
            warmer.append(temperature.name)
            held = exp.and_(
                sql.column("temperature", "b").isin(*warmer),
                score.copy() >= temperature.leaves_below,
            )
            enters = score.copy() >= temperature.from_
            label = label.when(exp.or_(enters, held), exp.Literal.string(temperature.name))
        return label.else_(exp.Literal.string(self.model.coldest))

    def _per_row(self, i: int) -> bool:
        condition = self.conditions[i]
        return condition is not None and bool(fields_of(condition) & _PER_ROW)


def _person(name: str) -> exp.Expr:
    return sql.column(column_of(name), "c")


def _whole(rule: Rule) -> int:
    """Whole points of a rule about the person, rounded half away from zero."""
    thousandths = weight(rule.points, None, 0)
    size = (abs(thousandths) + MILLI // 2) // MILLI
    return size if thousandths >= 0 else -size


def _horizon(rule: Rule) -> int:
    """The first age from which nothing changes: neither the worth nor whether it counts."""
    if rule.within is not None:
        return rule.within + 1  # worth nothing sooner, perhaps, but counted until then
    return horizon(rule.points, rule.decay, None)
