"""The typed tree of an admitted predicate: what `when` may say, and nothing else.

Each node knows its type. Logic is three-valued, as in SQL: an unknown fact makes a comparison
unknown. Arithmetic is done in 64-bit floats; a division by zero is unknown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Literal as OneOf

from leadline.vocabulary import FieldType


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant; None is unknown."""

    value: str | Decimal | bool | date | datetime | None
    type: FieldType


@dataclass(frozen=True, slots=True)
class Field:
    """A fact by its canonical name."""

    name: str
    type: FieldType


@dataclass(frozen=True, slots=True)
class Compare:
    op: OneOf["=", "<>", "<", "<=", ">", ">="]
    left: Expr
    right: Expr
    type: FieldType = FieldType.BOOLEAN


@dataclass(frozen=True, slots=True)
class Logic:
    """AND or OR over two or more operands."""

    op: OneOf["AND", "OR"]
    operands: tuple[Expr, ...]
    type: FieldType = FieldType.BOOLEAN


@dataclass(frozen=True, slots=True)
class Not:
    operand: Expr
    type: FieldType = FieldType.BOOLEAN


@dataclass(frozen=True, slots=True)
class Is:
    """`IS NULL`, `IS TRUE`, `IS FALSE`: never unknown itself."""

    operand: Expr
    value: bool | None
    type: FieldType = FieldType.BOOLEAN


@dataclass(frozen=True, slots=True)
class InList:
    operand: Expr
    items: tuple[Literal, ...]
    type: FieldType = FieldType.BOOLEAN


@dataclass(frozen=True, slots=True)
class Like:
    """LIKE with % and _; `fold` ignores case (ILIKE). A backslash is an ordinary character."""

    operand: Expr
    pattern: str
    fold: bool = False
    type: FieldType = FieldType.BOOLEAN


@dataclass(frozen=True, slots=True)
class Matches:
    """True where the pattern is found anywhere in the text."""

    operand: Expr
    pattern: str
    type: FieldType = FieldType.BOOLEAN


@dataclass(frozen=True, slots=True)
class Contains:
    """A set has the member, or a text has the part."""

    operand: Expr
    part: str
    type: FieldType = FieldType.BOOLEAN


@dataclass(frozen=True, slots=True)
class InWords:
    """One of a list's entries stands in the text as whole words, whatever its case and accents."""

    operand: Expr
    entries: tuple[str, ...]
    type: FieldType = FieldType.BOOLEAN


@dataclass(frozen=True, slots=True)
class Days:
    """Whole days from a date or instant to the day of scoring; `until` counts the other way."""

    operand: Expr
    until: bool = False
    type: FieldType = FieldType.INTEGER


@dataclass(frozen=True, slots=True)
class Years:
    """Full years from a date to the day of scoring, as an age is counted."""

    operand: Expr
    type: FieldType = FieldType.INTEGER


@dataclass(frozen=True, slots=True)
class Property:
    """A text in an activity's `properties`; unknown where the key is absent."""

    key: str
    type: FieldType = FieldType.TEXT


@dataclass(frozen=True, slots=True)
class Arithmetic:
    op: OneOf["+", "-", "*", "/"]
    left: Expr
    right: Expr
    type: FieldType = FieldType.NUMBER


@dataclass(frozen=True, slots=True)
class Text:
    """A function of one text: LOWER, UPPER, TRIM (text) or LENGTH (integer, in characters)."""

    function: OneOf["LOWER", "UPPER", "TRIM", "LENGTH"]
    operand: Expr
    type: FieldType = FieldType.TEXT


@dataclass(frozen=True, slots=True)
class Coalesce:
    """The first operand that is known."""

    operands: tuple[Expr, ...]
    type: FieldType


Expr = (
    Literal
    | Field
    | Compare
    | Logic
    | Not
    | Is
    | InList
    | Like
    | Matches
    | Contains
    | InWords
    | Days
    | Years
    | Property
    | Arithmetic
    | Text
    | Coalesce
)


def fields_of(expr: Expr) -> frozenset[str]:
    """The canonical names that a predicate reads."""
    names = {node.name for node in _walk(expr) if isinstance(node, Field)}
    if any(isinstance(node, Property) for node in _walk(expr)):
        names.add("properties")
    return frozenset(names)


def children_of(expr: Expr) -> Iterator[Expr]:
    """The expressions that stand directly inside one."""
    for spec in fields(expr):
        value = getattr(expr, spec.name)
        for child in value if isinstance(value, tuple) else (value,):
            if hasattr(child, "__dataclass_fields__"):
                yield child


def _walk(expr: Expr) -> Iterator[Expr]:
    yield expr
    for child in children_of(expr):
        yield from _walk(child)
