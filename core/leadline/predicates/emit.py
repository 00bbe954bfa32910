"""Admitted tree → SQLGlot expression: one emitter per construct, whatever the dialect."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import singledispatch

from sqlglot import exp

from leadline.predicates import tree
from leadline.predicates.words import folded, patterns
from leadline.vocabulary import FieldType

# Where a canonical field lives in the query: its column.
Column = Callable[[str], exp.Expr]

_COMPARE: dict[str, type[exp.Binary]] = {
    "=": exp.EQ,
    "<>": exp.NEQ,
    "<": exp.LT,
    "<=": exp.LTE,
    ">": exp.GT,
    ">=": exp.GTE,
}
_MATH: dict[str, type[exp.Binary]] = {"+": exp.Add, "-": exp.Sub, "*": exp.Mul, "/": exp.Div}
_TEXT: dict[str, type[exp.Func]] = {
    "LOWER": exp.Lower,
    "UPPER": exp.Upper,
    "TRIM": exp.Trim,
    "LENGTH": exp.Length,
}


@dataclass(frozen=True, slots=True)
class Clock:
    """The day of scoring, counted from 1970-01-01, and the time zone whose days are meant."""

    day: int
    time_zone: str = "UTC"

    @property
    def date(self) -> date:
        return date(1970, 1, 1) + timedelta(days=self.day)


@singledispatch
def emit(expr: tree.Expr, column: Column, clock: Clock) -> exp.Expr:
    """The SQL of a predicate, three-valued: TRUE, FALSE or NULL where a fact is unknown."""
    raise TypeError(f"no emitter for {type(expr).__name__}")


@emit.register
def _(expr: tree.Literal, column: Column, clock: Clock) -> exp.Expr:
    value = expr.value
    if value is None:
        return exp.null()
    if isinstance(value, bool):
        return exp.Boolean(this=value)
    if isinstance(value, Decimal):
        number = exp.Literal.number(f"{abs(value):f}")
        return exp.Neg(this=number) if value < 0 else number
    if isinstance(value, datetime):
        return exp.cast(exp.Literal.string(value.astimezone(UTC).isoformat()), "TIMESTAMPTZ")
    if isinstance(value, date):
        return exp.cast(exp.Literal.string(value.isoformat()), "DATE")
    return exp.Literal.string(value)


@emit.register
def _(expr: tree.Field, column: Column, clock: Clock) -> exp.Expr:
    return column(expr.name)


@emit.register
def _(expr: tree.Compare, column: Column, clock: Clock) -> exp.Expr:
    return _COMPARE[expr.op](
        this=_wrap(emit(expr.left, column, clock)),
        expression=_wrap(emit(expr.right, column, clock)),
    )


@emit.register
def _(expr: tree.Logic, column: Column, clock: Clock) -> exp.Expr:
    join = exp.and_ if expr.op == "AND" else exp.or_
    return exp.paren(join(*(emit(operand, column, clock) for operand in expr.operands)), copy=False)


@emit.register
def _(expr: tree.Not, column: Column, clock: Clock) -> exp.Expr:
    return exp.Not(this=_wrap(emit(expr.operand, column, clock)))


@emit.register
def _(expr: tree.Is, column: Column, clock: Clock) -> exp.Expr:
    value = exp.null() if expr.value is None else exp.Boolean(this=expr.value)
    return exp.Is(this=_wrap(emit(expr.operand, column, clock)), expression=value)


@emit.register
def _(expr: tree.InList, column: Column, clock: Clock) -> exp.Expr:
    return exp.In(
        this=_wrap(emit(expr.operand, column, clock)),
        expressions=[emit(item, column, clock) for item in expr.items],
    )


@emit.register
def _(expr: tree.Like, column: Column, clock: Clock) -> exp.Expr:
    like = exp.ILike if expr.fold else exp.Like
    return like(
        this=_wrap(emit(expr.operand, column, clock)), expression=exp.Literal.string(expr.pattern)
    )


@emit.register
def _(expr: tree.Matches, column: Column, clock: Clock) -> exp.Expr:
    return exp.RegexpLike(
        this=emit(expr.operand, column, clock), expression=exp.Literal.string(expr.pattern)
    )


@emit.register
def _(expr: tree.Contains, column: Column, clock: Clock) -> exp.Expr:
    part = exp.Literal.string(expr.part)
    if expr.operand.type is FieldType.SET:
        return exp.ArrayContains(this=emit(expr.operand, column, clock), expression=part)
    return exp.Contains(this=emit(expr.operand, column, clock), expression=part)


@emit.register
def _(expr: tree.InWords, column: Column, clock: Clock) -> exp.Expr:
    text = folded(emit(expr.operand, column, clock))
    found = [
        exp.RegexpLike(this=text.copy(), expression=exp.Literal.string(pattern))
        for pattern in patterns(expr.entries)
    ]
    return exp.paren(exp.or_(*found), copy=False) if found else exp.false()


@emit.register
def _(expr: tree.Days, column: Column, clock: Clock) -> exp.Expr:
    day = exp.DateDiff(
        this=_date(expr.operand, column, clock),
        expression=exp.cast(exp.Literal.string("1970-01-01"), "DATE"),
        unit=exp.var("DAY"),
    )
    today = exp.Literal.number(clock.day)
    since = exp.Sub(this=today, expression=day)
    until = exp.Sub(this=day, expression=today)
    return exp.paren(until if expr.until else since, copy=False)


@emit.register
def _(expr: tree.Years, column: Column, clock: Clock) -> exp.Expr:
    # Years by the calendar, less one while this year's birthday is still to come.
    born, today = _date(expr.operand, column, clock), clock.date
    month_day = exp.Add(
        this=exp.Mul(this=exp.Month(this=born), expression=exp.Literal.number(100)),
        expression=exp.Day(this=born.copy()),
    )
    early = exp.GT(this=month_day, expression=exp.Literal.number(today.month * 100 + today.day))
    gone = exp.Sub(this=exp.Literal.number(today.year), expression=exp.Year(this=born.copy()))
    less = exp.Case().when(early, exp.Literal.number(1)).else_(exp.Literal.number(0))
    return exp.paren(exp.Sub(this=gone, expression=less), copy=False)


@emit.register
def _(expr: tree.Property, column: Column, clock: Clock) -> exp.Expr:
    value = exp.JSONExtractScalar(
        this=column("properties"),
        expression=exp.JSONPath(expressions=[exp.JSONPathRoot(), exp.JSONPathKey(this=expr.key)]),
        only_json_types=True,
    )
    return exp.Nullif(this=value, expression=exp.Literal.string(""))


def _date(operand: tree.Expr, column: Column, clock: Clock) -> exp.Expr:
    """The day of a date, or of an instant in the workspace's time zone."""
    value = emit(operand, column, clock)
    if operand.type is FieldType.DATE:
        return value
    zone = exp.Literal.string(clock.time_zone)
    return exp.cast(exp.AtTimeZone(this=value, zone=zone), "DATE")


@emit.register
def _(expr: tree.Arithmetic, column: Column, clock: Clock) -> exp.Expr:
    left = exp.cast(emit(expr.left, column, clock), "DOUBLE")
    right: exp.Expr = exp.cast(emit(expr.right, column, clock), "DOUBLE")
    if expr.op == "/":
        right = exp.Nullif(this=right, expression=exp.Literal.number(0))
    return exp.paren(_MATH[expr.op](this=left, expression=right), copy=False)


@emit.register
def _(expr: tree.Text, column: Column, clock: Clock) -> exp.Expr:
    return _TEXT[expr.function](this=emit(expr.operand, column, clock))


@emit.register
def _(expr: tree.Coalesce, column: Column, clock: Clock) -> exp.Expr:
    first, *rest = (emit(operand, column, clock) for operand in expr.operands)
    return exp.Coalesce(this=first, expressions=rest)


def _wrap(node: exp.Expr) -> exp.Expr:
    """Parentheses where an operator would otherwise take a neighbour's operand."""
    if isinstance(node, exp.Binary | exp.Not | exp.In | exp.Neg):
        return exp.paren(node, copy=False)
    return node
