"""Grade and temperature: the stage of the query that names a score."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot import exp

from leadline.model.labels import Span, Temperature
from leadline.model.meaning import Meaning
from leadline.predicates import Clock, emit, fields_of
from leadline.scoring import sql


@dataclass(frozen=True)
class Labels:
    """Makes the last SELECT: everything scored, its grade, and its temperature."""

    meaning: Meaning
    clock: Clock

    def select(self) -> exp.Select:
        keys = [sql.column(key, "b").eq(sql.column(key, "s")) for key in ("source", "contact_id")]
        return (
            exp.select("s.*", self._grade().as_("grade"), self._temperature().as_("temperature"))
            .from_("scored AS s")
            .join("published AS b", on=exp.and_(*keys), join_type="left")
        )

    def facts(self) -> frozenset[str]:
        """What the conditions read besides the score and its dimensions."""
        conditions = [
            each for one, others in self.meaning.labels for each in (one, *others) if each
        ]
        named = frozenset().union(*map(fields_of, conditions))
        return named & self.meaning.person.keys()

    def _grade(self) -> exp.Expr:
        grades = self.meaning.model.grades
        if not grades:
            return exp.cast(exp.null(), "TEXT")
        names = list(self.meaning.model.dimensions)
        marks = []
        for name, cuts in grades.items():
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
        model = self.meaning.model
        if model.coldest is None:
            return exp.cast(exp.null(), "TEXT")
        score, label = sql.column("score", "s"), exp.Case()
        label = label.when(exp.Is(this=score, expression=exp.null()), exp.Literal.string("dead"))
        warmer: list[str] = []
        for place, temperature in enumerate(model.ranked):
            warmer.append(temperature.name)
            test = exp.or_(*self._reached(place, temperature, warmer))
            condition = self.meaning.labels[place][0]
            if condition is not None:
                test = exp.and_(test, emit(condition, self._column, self.clock))
            label = label.when(test, exp.Literal.string(temperature.name))
        return label.else_(exp.Literal.string(model.coldest))

    def _reached(
        self, place: int, temperature: Temperature, warmer: list[str]
    ) -> Iterator[exp.Expr]:
        """The ways to have the label: by its own cut-offs, or by the first others that hold."""
        held = sql.column("temperature", "b").isin(*warmer)
        earlier: list[exp.Expr] = []
        for condition, span in zip(
            self.meaning.labels[place][1], temperature.where.values(), strict=True
        ):
            holds = sql.when(emit(condition, self._column, self.clock), 1, 0).eq(1)
            yield exp.and_(*(each.copy() for each in earlier), holds, self._in_span(span, held))
            earlier.append(exp.not_(holds.copy()))
        yield exp.and_(*earlier, self._in_span(temperature, held))

    def _in_span(self, span: Span, held: exp.Expr) -> exp.Expr:
        score = sql.column("score", "s")
        stays = exp.and_(held.copy(), score >= span.leaves_below)
        return exp.or_(score.copy() >= span.from_, stays)

    def _column(self, name: str) -> exp.Expr:
        names = list(self.meaning.model.dimensions)
        if name == "score":
            return sql.column("score", "s")
        if name in names:
            return sql.column(f"e{names.index(name)}", "s")
        return sql.column(sql.fact(name), "s")
