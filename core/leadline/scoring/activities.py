"""The part of the query about what happened: each rule's thousandths per person, and signals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce

from sqlglot import exp

from leadline.model import Rule, Signal
from leadline.model.meaning import Branch, Meaning
from leadline.model.values import ANY_ACTIVITY
from leadline.predicates import Clock, Expr, emit, fields_of
from leadline.scoring import sql
from leadline.vocabulary import ACTIVITY_FIELDS, KIND_FIELDS, WITHHELD_PREFIX

# Facts of one occurrence that its kind does not settle: conditions on them are judged row by row.
_PER_ROW = ACTIVITY_FIELDS.keys() - set(KIND_FIELDS)
_KEYS = ("source", "contact_id")
# Sums are exact to four decimals; a value beyond the limit is left out.
_VALUE_SCALE, _VALUE_LIMIT = 10_000, 1_000_000_000_000


@dataclass(frozen=True)
class Happened:
    """Makes `kind_flags`, `activity_points`, and a stage for each distinct count and pick."""

    meaning: Meaning
    clock: Clock
    last_age: int
    detail: bool

    def stages(self) -> Iterator[tuple[str, exp.Select]]:
        yield "kind_flags", self._kind_flags()
        yield "activity_points", self._activity_points()
        for i, rule in self._rules():
            if rule.count is not None:
                yield f"distinct_{i}", self._distinct(i, rule)
        for name, signal in self.meaning.model.signals.items():
            if _is_picked(signal):
                yield f"pick_{name}", self._pick(name, signal)

    def joins(self) -> Iterator[str]:
        """The stages that have a row per person, to be joined to the contacts."""
        yield "activity_points"
        yield from (f"distinct_{i}" for i, rule in self._rules() if rule.count is not None)
        signals = self.meaning.model.signals.items()
        yield from (f"pick_{name}" for name, signal in signals if _is_picked(signal))

    def points(self, i: int) -> exp.Expr:
        """The thousandths of rule i, where all stages are joined; 0 where nothing happened."""
        rule = self.meaning.model.rules[i]
        stage = "activity_points" if rule.count is None else f"distinct_{i}"
        points = exp.func("COALESCE", sql.column(f"s{i}", stage), exp.Literal.number(0))
        if rule.at_least > 1:
            points = sql.when(sql.column(f"n{i}", stage) >= rule.at_least, points, 0)
        return points

    def details(self, i: int) -> list[exp.Expr]:
        """Occurrences that count and the latest day of rule i, for its explanation."""
        stage = "activity_points" if self.meaning.model.rules[i].count is None else f"distinct_{i}"
        return [sql.column(name, stage).as_(name) for name in (f"n{i}", f"last{i}")]

    def signal(self, name: str) -> exp.Expr:
        """The value of a signal: a count of nothing is 0, a pick from nothing is unknown."""
        signal = self.meaning.model.signals[name]
        if _is_picked(signal):
            return sql.column("value", f"pick_{name}")
        value = sql.column(f"q_{name}", "activity_points")
        if signal.pick is not None:
            return value
        counted = exp.func("COALESCE", value, exp.Literal.number(0))
        off = [
            exp.Contains(
                this=sql.column("feeds_off", "c"), expression=exp.Literal.string(f",{kind},")
            )
            for kind in (*signal.activity, ANY_ACTIVITY)
        ]
        # A feed that does not come says nothing: the count is unknown and not 0.
        return sql.when(exp.or_(*off), None, counted)

    def per_source(self) -> exp.Select:
        """What counts of each source's records: `r{i}` per rule, `q_NAME` per signal, 1 where any.

        Of a picked signal it is where the source's own pick stands: {at, id}, or null. For one
        person, in DuckDB.
        """
        columns: list[exp.Expr] = []
        for i, rule in self._rules():
            told = sql.when(_knows(rule.count), self._counts(i), 0)
            columns.append(exp.Max(this=told).as_(f"r{i}"))
        for name, signal in self.meaning.model.signals.items():
            fact = signal.value if signal.pick is not None else signal.sum or signal.count
            known = exp.and_(self._signal_counts(name).eq(1), _knows(fact))
            last = exp.Min if signal.pick == "first" else exp.Max
            what = sql.number(1) if signal.pick is None else _place()
            columns.append(last(this=sql.when(known, what, None)).as_(f"q_{name}"))
        source = sql.column("record_source", "a")
        return self._occurrences(source.as_("source"), *columns).group_by(source.copy())

    # -- stages

    def _kind_flags(self) -> exp.Select:
        """Each condition, judged once per kind: 1 or 0. Kinds nobody asks for are left out."""
        tests: dict[str, exp.Expr] = {}
        for i, rule in self._rules():
            for j, branch in enumerate(self.meaning.rules[i]):
                tests[f"f{i}_{j}"] = self._kind_test(rule.activity or (), branch.test)
        for name, signal in self.meaning.model.signals.items():
            test = self.meaning.signal_tests[name]
            tests[f"f_{name}"] = self._kind_test(signal.activity, test)
        flags = [exp.cast(sql.when(test, 1, 0), "TINYINT").as_(n) for n, test in tests.items()]
        used = exp.or_(*(test.copy() for test in tests.values())) if tests else exp.false()
        query = exp.select(sql.column("kind", "k"), *flags).from_("kinds AS k")
        for name in self._lookups():
            query = query.select(sql.column("value", f"lookup_{name}").as_(f"z_{name}"))
            key = sql.column(self.meaning.model.lookups[name].key, "k")
            same = sql.column("key", f"lookup_{name}").eq(key)
            query = query.join(f"lookup_{name}", on=same, join_type="left")
        return query.where(used)

    def _kind_test(self, types: tuple[str, ...], condition: Expr | None) -> exp.Expr:
        kind = sql.column("type", "k")
        withheld = exp.Like(this=kind, expression=exp.Literal.string(f"{WITHHELD_PREFIX}%"))
        # What a plugin withholds is none of any: only who names its type can count it.
        test = exp.Not(this=withheld) if ANY_ACTIVITY in types else kind.isin(*types)
        if condition is None or _per_row(condition):
            return test
        return exp.and_(test, emit(condition, self._kind_column, self.clock))

    def _activity_points(self) -> exp.Select:
        columns: list[exp.Expr] = []
        for i, rule in self._rules():
            if rule.count is None:
                worth, counts = self._worth(i), self._counts(i)
                columns += self._put_together(i, rule, worth, counts)
        for name, signal in self.meaning.model.signals.items():
            if not _is_picked(signal):
                columns.append(self._counted(name, signal).as_(f"q_{name}"))
        keys = [sql.column(key, "a") for key in _KEYS]
        return self._occurrences(*keys, *columns).group_by(*(key.copy() for key in keys))

    def _put_together(
        self, i: int, rule: Rule, worth: exp.Expr, counts: exp.Expr
    ) -> Iterator[exp.Expr]:
        # Of several the one worth most pays once: the latest, since points only age away.
        best = exp.Max(this=worth) if max(rule.worths) > 0 else exp.Min(this=worth)
        yield (best if rule.once else sql.whole_sum(worth)).as_(f"s{i}")
        if self.detail or rule.at_least > 1:
            yield sql.whole_sum(counts).as_(f"n{i}")
        if self.detail:
            latest = sql.when(counts.copy().eq(1), sql.column("day", "a"), None)
            yield exp.Max(this=latest).as_(f"last{i}")

    def _distinct(self, i: int, rule: Rule) -> exp.Select:
        """Each distinct value pays once, for the occurrence that is worth most."""
        value = sql.column((rule.count or "").removeprefix("distinct "), "a")
        worth, counts = self._worth(i), self._counts(i)
        best = exp.Max(this=worth) if max(rule.worths) > 0 else exp.Min(this=worth)
        latest = exp.Max(this=sql.column("day", "a")).as_("latest")
        keys = [sql.column(key, "a") for key in _KEYS]
        each = (
            self._occurrences(*keys, best.as_("worth"), latest)
            .where(counts.eq(1))
            .where(exp.Not(this=exp.Is(this=value, expression=exp.null())))
            .group_by(*(key.copy() for key in keys), value.copy())
        )
        total = sql.whole_sum(sql.column("worth")).as_(f"s{i}")
        if rule.once:
            top = exp.Max if max(rule.worths) > 0 else exp.Min
            total = top(this=sql.column("worth")).as_(f"s{i}")
        times = exp.cast(exp.Count(this=exp.Star()), "BIGINT").as_(f"n{i}")
        last = exp.Max(this=sql.column("latest")).as_(f"last{i}")
        return exp.select(*_KEYS, total, times, last).from_(each.subquery("each")).group_by(*_KEYS)

    def _pick(self, name: str, signal: Signal) -> exp.Select:
        """The first or last known value; of two at one instant the greater id is the later."""
        value = sql.column(signal.value or "", "a")
        order = [
            exp.Ordered(this=sql.column(key, "a"), desc=signal.pick == "last", nulls_first=False)
            for key in ("occurred_at", "activity_id")
        ]
        keys = [sql.column(key, "a") for key in _KEYS]
        place = exp.Window(
            this=exp.RowNumber(),
            partition_by=[key.copy() for key in keys],
            order=exp.Order(expressions=order),
        )
        ranked = (
            self._occurrences(*keys, value.as_("value"), place.as_("place"))
            .where(self._signal_counts(name).eq(1))
            .where(exp.Not(this=exp.Is(this=value.copy(), expression=exp.null())))
        )
        first = sql.column("place").eq(1)
        return exp.select(*_KEYS, "value").from_(ranked.subquery("ranked")).where(first)

    def _counted(self, name: str, signal: Signal) -> exp.Expr:
        counts = self._signal_counts(name)

        def of(value: exp.Expr) -> exp.Expr:
            return sql.when(counts.eq(1), value, None)

        if signal.pick is not None:
            end = exp.Max if signal.pick == "last" else exp.Min
            return end(this=of(sql.column("occurred_at", "a")))
        if signal.sum is not None:
            return self._summed(counts)
        if signal.count == "each":
            return sql.whole_sum(counts)
        fact = "day" if signal.count == "days" else (signal.count or "").split()[1]
        return exp.Count(this=exp.Distinct(expressions=[of(sql.column(fact, "a"))]))

    def _summed(self, counts: exp.Expr) -> exp.Expr:
        value = sql.column("value", "a")
        scaled = exp.Round(this=exp.Mul(this=value, expression=exp.Literal.number(_VALUE_SCALE)))
        sane = exp.LT(this=exp.Abs(this=value.copy()), expression=sql.number(_VALUE_LIMIT))
        whole = exp.cast(scaled, "DECIMAL(18, 0)")
        total = exp.Sum(this=sql.when(exp.and_(counts.eq(1), sane), whole, None))
        scale = exp.cast(exp.Literal.number(_VALUE_SCALE), "DOUBLE")
        return exp.Div(this=exp.cast(total, "DOUBLE"), expression=scale)

    # -- pieces

    def _occurrences(self, *columns: exp.Expr) -> exp.Select:
        age = exp.Least(
            this=exp.Sub(
                this=exp.Literal.number(self.clock.day), expression=sql.column("day", "a")
            ),
            expressions=[exp.Literal.number(self.last_age)],
            ignore_nulls=True,
        )
        return (
            exp.select(*columns)
            .from_("activities AS a")
            .join("kind_flags AS k", on=sql.column("kind", "k").eq(sql.column("kind", "a")))
            .join("weights AS w", on=sql.column("age", "w").eq(age))
        )

    def _worth(self, i: int) -> exp.Expr:
        """Thousandths of one occurrence: the branches shut each other out, so they add up."""
        parts: list[exp.Expr] = [
            exp.Mul(this=self._flag(i, j), expression=sql.column(f"w{i}_{j}", "w"))
            for j in range(len(self.meaning.rules[i]))
        ]
        return reduce(lambda one, other: exp.Add(this=one, expression=other), parts)

    def _counts(self, i: int) -> exp.Expr:
        flags = [self._flag(i, j) for j in range(len(self.meaning.rules[i]))]
        together = reduce(lambda one, other: exp.Add(this=one, expression=other), flags)
        if len(flags) > 1:
            together = exp.paren(together, copy=False)
        return exp.Mul(this=together, expression=sql.column(f"c{i}", "w"))

    def _flag(self, i: int, j: int) -> exp.Expr:
        branch: Branch = self.meaning.rules[i][j]
        return self._judged(sql.column(f"f{i}_{j}", "k"), branch.test)

    def _signal_counts(self, name: str) -> exp.Expr:
        flag = self._judged(sql.column(f"f_{name}", "k"), self.meaning.signal_tests[name])
        return exp.paren(exp.Mul(this=flag, expression=sql.column(f"c_{name}", "w")), copy=False)

    def _judged(self, flag: exp.Expr, condition: Expr | None) -> exp.Expr:
        if condition is None or not _per_row(condition):
            return flag
        return sql.when(emit(condition, self._row_column, self.clock), flag, 0)

    def _kind_column(self, name: str) -> exp.Expr:
        if name in self.meaning.model.lookups:
            return sql.column("value", f"lookup_{name}")
        return sql.column(name, "k")

    def _row_column(self, name: str) -> exp.Expr:
        if name in self.meaning.model.lookups:
            return sql.column(f"z_{name}", "k")
        return sql.column(name, "a")

    def _lookups(self) -> list[str]:
        there = self.meaning.activity
        return [name for name in self.meaning.model.lookups if name in there]

    def _rules(self) -> list[tuple[int, Rule]]:
        rules = enumerate(self.meaning.model.rules)
        return [(i, rule) for i, rule in rules if rule.activity is not None]


def _is_picked(signal: Signal) -> bool:
    # The first or last instant is a plain minimum or maximum.
    return signal.pick is not None and signal.value != "occurred_at"


def _per_row(condition: Expr) -> bool:
    return bool(fields_of(condition) & _PER_ROW)


def _knows(fact: str | None) -> exp.Expr:
    """Whether an occurrence has the fact that is counted; each has its day, and stands for one."""
    name = (fact or "").removeprefix("distinct ")
    if name in ("", "each", "days"):
        return exp.true()
    return exp.Not(this=exp.Is(this=sql.column(name, "a"), expression=exp.null()))


def _place() -> exp.Expr:
    """Where an occurrence stands among others: of two at one instant the greater id is later."""
    parts = {"at": "occurred_at", "id": "activity_id"}
    return exp.Struct(
        expressions=[
            exp.PropertyEQ(this=exp.to_identifier(key), expression=sql.column(fact, "a"))
            for key, fact in parts.items()
        ]
    )
