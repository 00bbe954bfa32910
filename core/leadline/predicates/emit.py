"""Admitted tree → SQLGlot expression: one emitter per construct, whatever the dialect."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import singledispatch

from sqlglot import exp

from leadline.predicates import tree
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


@singledispatch
def emit(expr: tree.Expr, column: Column) -> exp.Expr:
    """The SQL of a predicate, three-valued: TRUE, FALSE or NULL where a fact is unknown."""
    raise TypeError(f"no emitter for {type(expr).__name__}")


@emit.register
def _(expr: tree.Literal, column: Column) -> exp.Expr:
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
def _(expr: tree.Field, column: Column) -> exp.Expr:
    return column(expr.name)


@emit.register
def _(expr: tree.Compare, column: Column) -> exp.Expr:
    return _COMPARE[expr.op](
        this=_wrap(emit(expr.left, column)), expression=_wrap(emit(expr.right, column))
    )


@emit.register
def _(expr: tree.Logic, column: Column) -> exp.Expr:
    join = exp.and_ if expr.op == "AND" else exp.or_
    return exp.paren(join(*(emit(operand, column) for operand in expr.operands)), copy=False)


@emit.register
def _(expr: tree.Not, column: Column) -> exp.Expr:
    return exp.Not(this=_wrap(emit(expr.operand, column)))


@emit.register
def _(expr: tree.Is, column: Column) -> exp.Expr:
    value = exp.null() if expr.value is None else exp.Boolean(this=expr.value)
    return exp.Is(this=_wrap(emit(expr.operand, column)), expression=value)


@emit.register
def _(expr: tree.InList, column: Column) -> exp.Expr:
    return exp.In(
        this=_wrap(emit(expr.operand, column)),
        expressions=[emit(item, column) for item in expr.items],
    )


@emit.register
def _(expr: tree.Like, column: Column) -> exp.Expr:
    like = exp.ILike if expr.fold else exp.Like
    return like(this=_wrap(emit(expr.operand, column)), expression=exp.Literal.string(expr.pattern))


@emit.register
def _(expr: tree.Matches, column: Column) -> exp.Expr:
    return exp.RegexpLike(
        this=emit(expr.operand, column), expression=exp.Literal.string(expr.pattern)
    )


@emit.register
def _(expr: tree.Contains, column: Column) -> exp.Expr:
    part = exp.Literal.string(expr.part)
    if expr.operand.type is FieldType.SET:
        return exp.ArrayContains(this=emit(expr.operand, column), expression=part)
    return exp.Contains(this=emit(expr.operand, column), expression=part)


@emit.register
def _(expr: tree.Arithmetic, column: Column) -> exp.Expr:
    left = exp.cast(emit(expr.left, column), "DOUBLE")
    right: exp.Expr = exp.cast(emit(expr.right, column), "DOUBLE")
    if expr.op == "/":
        right = exp.Nullif(this=right, expression=exp.Literal.number(0))
    return exp.paren(_MATH[expr.op](this=left, expression=right), copy=False)


@emit.register
def _(expr: tree.Text, column: Column) -> exp.Expr:
    return _TEXT[expr.function](this=emit(expr.operand, column))


@emit.register
def _(expr: tree.Coalesce, column: Column) -> exp.Expr:
    first, *rest = (emit(operand, column) for operand in expr.operands)
    return exp.Coalesce(this=first, expressions=rest)


def _wrap(node: exp.Expr) -> exp.Expr:
    """Parentheses where an operator would otherwise take a neighbour's operand."""
    if isinstance(node, exp.Binary | exp.Not | exp.In | exp.Neg):
        return exp.paren(node, copy=False)
    return node
