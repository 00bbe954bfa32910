"""Small pieces of query that the compiler puts together."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce

from sqlglot import exp

from leadline.model.ageing import MILLI
from leadline.vocabulary import column_of

MOST = 1_000_000


def column(name: str, table: str | None = None) -> exp.Column:
    """A column, quoted never: every name is leadline's own or checked."""
    return exp.column(name, table=table)


def fact(name: str) -> str:
    """The query's own column for a fact about a person."""
    return f"x_{column_of(name)}"


def number(value: int) -> exp.Expr:
    """A whole number as a literal."""
    return exp.Literal.number(value) if value >= 0 else exp.Neg(this=exp.Literal.number(-value))


def when(test: exp.Expr, then: exp.Expr | int | None, other: exp.Expr | int | None) -> exp.Case:
    """CASE WHEN test THEN … ELSE … END; an unknown test goes to ELSE."""
    return exp.Case().when(test, _value(then), copy=False).else_(_value(other), copy=False)


def clamp(value: exp.Expr, low: int, high: int) -> exp.Expr:
    """The value, no less than low and no more than high; a CASE, which is faster than LEAST."""
    above = exp.GT(this=value, expression=number(high))
    below = exp.LT(this=value.copy(), expression=number(low))
    return (
        exp.Case()
        .when(above, number(high), copy=False)
        .when(below, number(low), copy=False)
        .else_(value.copy(), copy=False)
    )


def total(columns: Iterable[str]) -> exp.Expr:
    """The sum of columns; 0 for none."""
    parts: list[exp.Expr] = [column(name) for name in columns]
    return reduce(lambda left, right: exp.Add(this=left, expression=right), parts or [_value(0)])


def whole_sum(value: exp.Expr) -> exp.Expr:
    """A sum of integers in 64 bits: DuckDB sums into 128, which are slow and no Arrow integers."""
    return exp.cast(exp.Sum(this=value), "BIGINT", copy=False)


def whole_points(thousandths: exp.Expr) -> exp.Expr:
    """Thousandths rounded to whole points, half away from zero, in integers.

    Cut at a million, so that no count of occurrences can overflow a sum of rules; and what is cut
    divides as 32 bits, which is faster. Most people get nothing by a rule: they are done first.
    """
    size = exp.Abs(this=exp.cast(thousandths.copy(), "INT"))
    half = exp.paren(exp.Add(this=size, expression=number(MILLI // 2)), copy=False)
    whole = exp.paren(exp.IntDiv(this=half, expression=number(MILLI)), copy=False)
    return (
        exp.Case()
        .when(thousandths.eq(0), number(0), copy=False)
        .when(thousandths > MOST * MILLI, number(MOST), copy=False)
        .when(thousandths < -MOST * MILLI, number(-MOST), copy=False)
        .else_(exp.Mul(this=exp.Sign(this=thousandths.copy()), expression=whole), copy=False)
    )


def next_symbol(symbol: str) -> str:
    """The letter or number after the last of a grade: what everybody below it gets."""
    return str(int(symbol) + 1) if symbol.isdigit() else chr(ord(symbol) + 1)


def _value(value: exp.Expr | int | None) -> exp.Expr:
    if value is None:
        return exp.null()
    if isinstance(value, int):
        return number(value)
    return value
