"""Small pieces of query that the compiler puts together."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce

from sqlglot import exp

from leadline.model.ageing import MILLI

MOST = 1_000_000


def column(name: str, table: str | None = None) -> exp.Column:
    """A column, quoted never: every name is leadline's own or checked."""
    return exp.column(name, table=table)


def when(test: exp.Expr, then: exp.Expr | int, other: exp.Expr | int | None) -> exp.Case:
    """CASE WHEN test THEN … ELSE … END; an unknown test goes to ELSE."""
    return exp.Case().when(test, _value(then)).else_(_value(other))


def clamp(value: exp.Expr, low: int, high: int) -> exp.Expr:
    """The value, no less than low and no more than high."""
    capped = exp.Least(this=value, expressions=[_value(high)], ignore_nulls=True)
    return exp.Greatest(this=capped, expressions=[_value(low)], ignore_nulls=True)


def total(columns: Iterable[str]) -> exp.Expr:
    """The sum of columns; 0 for none."""
    parts: list[exp.Expr] = [column(name) for name in columns]
    return reduce(lambda left, right: exp.Add(this=left, expression=right), parts or [_value(0)])


def whole_sum(value: exp.Expr) -> exp.Expr:
    """A sum of integers in 64 bits: DuckDB sums into 128, which are slow and no Arrow integers."""
    return exp.cast(exp.Sum(this=value), "BIGINT")


def whole_points(thousandths: exp.Expr) -> exp.Expr:
    """Thousandths rounded to whole points, half away from zero, in integers.

    Cut at a million, so that no count of occurrences can overflow a sum of rules.
    """
    half, milli = exp.Literal.number(MILLI // 2), exp.Literal.number(MILLI)
    size = exp.Add(this=exp.Abs(this=thousandths), expression=half)
    whole = exp.IntDiv(this=exp.paren(size), expression=milli)
    most = exp.Least(this=whole, expressions=[exp.Literal.number(MOST)], ignore_nulls=True)
    return exp.Mul(this=exp.Sign(this=thousandths.copy()), expression=most)


def next_symbol(symbol: str) -> str:
    """The letter or number after the last of a grade: what everybody below it gets."""
    return str(int(symbol) + 1) if symbol.isdigit() else chr(ord(symbol) + 1)


def _value(value: exp.Expr | int | None) -> exp.Expr:
    if value is None:
        return exp.null()
    if isinstance(value, int):
        return exp.Literal.number(value) if value >= 0 else exp.Neg(this=exp.Literal.number(-value))
    return value
