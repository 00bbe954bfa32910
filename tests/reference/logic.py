"""What a predicate says about some facts, read off its tree: true, false, or None (unknown)."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from leadline.predicates import tree
from tests.reference import texts
from tests.reference.words import in_list

Value = None | bool | str | int | float | Decimal | date | datetime | Sequence[str]
Facts = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Today:
    """The day of scoring, and the time zone in which a day is a day."""

    day: date
    zone: ZoneInfo

    @classmethod
    def at(cls, instant: datetime, zone: ZoneInfo) -> Today:
        return cls(instant.astimezone(zone).date(), zone)

    def day_of(self, moment: Value) -> date:
        """The calendar day of a date or an instant."""
        if isinstance(moment, datetime):
            return moment.astimezone(self.zone).date()
        assert isinstance(moment, date)
        return moment

    def age_of(self, moment: Value) -> int:
        """Calendar days that have passed since."""
        return (self.day - self.day_of(moment)).days


def truth(expr: tree.Expr, facts: Facts, today: Today) -> bool | None:
    """Three-valued: an unknown fact makes what compares it unknown."""
    answer = value(expr, facts, today)
    assert answer is None or isinstance(answer, bool), f"{expr} is no condition: {answer!r}"
    return answer


def value(expr: tree.Expr, facts: Facts, today: Today) -> Value:
    """What an expression comes to."""
    match expr:
        case tree.Literal():
            return expr.value
        case tree.Field():
            return facts.get(expr.name)
        case tree.Property():
            return _property(facts.get("properties"), expr.key)
        case tree.Is():
            return value(expr.operand, facts, today) is expr.value
        case tree.Coalesce():
            return _coalesce(expr, facts, today)
        case tree.Logic():
            return _logic(expr.op, [truth(each, facts, today) for each in expr.operands])
        case tree.InList():
            return _in_list(value(expr.operand, facts, today), [item.value for item in expr.items])
        case tree.Compare() | tree.Arithmetic():
            left, right = value(expr.left, facts, today), value(expr.right, facts, today)
            two = _compare if isinstance(expr, tree.Compare) else _arithmetic
            return two(expr.op, left, right)
        case _:
            operand = value(expr.operand, facts, today)
            return None if operand is None else _of_one(expr, operand, today)


def _of_one(expr: tree.Expr, operand: Value, today: Today) -> Value:
    """What is said of one operand that is known."""
    if isinstance(expr, tree.Not):
        return not operand
    if isinstance(expr, tree.Days):
        return -today.age_of(operand) if expr.until else today.age_of(operand)
    if isinstance(expr, tree.Years):
        born, now = today.day_of(operand), today.day
        return now.year - born.year - ((born.month, born.day) > (now.month, now.day))
    if isinstance(expr, tree.Contains):
        assert isinstance(operand, str | Sequence)
        return expr.part in operand
    assert isinstance(operand, str)
    if isinstance(expr, tree.InWords):
        return in_list(operand, expr.entries)
    if isinstance(expr, tree.Like):
        return texts.like(operand, expr.pattern, fold=expr.fold)
    if isinstance(expr, tree.Matches):
        return texts.found(operand, expr.pattern)
    assert isinstance(expr, tree.Text)
    if expr.function == "LENGTH":
        return len(operand)
    return {"LOWER": texts.lower, "UPPER": texts.upper, "TRIM": texts.trim}[expr.function](operand)


def _property(properties: Value, key: str) -> str | None:
    """The text under a key of a JSON object; '' and null are unknown."""
    if not isinstance(properties, str):
        return None
    found = json.loads(properties).get(key)
    if found is None or isinstance(found, str):
        return found or None
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"))


def _logic(op: str, operands: Sequence[bool | None]) -> bool | None:
    decisive = op == "OR"
    if decisive in operands:
        return decisive
    return None if None in operands else not decisive


def _coalesce(expr: tree.Coalesce, facts: Facts, today: Today) -> Value:
    """The first known operand; where whole numbers stand beside floats, as a float."""
    values = (value(operand, facts, today) for operand in expr.operands)
    first = next((each for each in values if each is not None), None)
    floats = any(_is_float(operand) for operand in expr.operands)
    return float(first) if floats and isinstance(first, int | Decimal) else first


def _is_float(expr: tree.Expr) -> bool:
    """True where the engine keeps the value as a 64-bit float."""
    if isinstance(expr, tree.Coalesce):
        return any(_is_float(operand) for operand in expr.operands)
    return expr.type == "number" and not isinstance(expr, tree.Literal)


def _in_list(operand: Value, items: Sequence[Value]) -> bool | None:
    return _logic("OR", [_compare("=", operand, item) for item in items])


def _compare(op: str, left: Value, right: Value) -> bool | None:
    if left is None or right is None:
        return None
    sign = _order(left, right)
    return {
        "=": sign == 0,
        "<>": sign != 0,
        "<": sign < 0,
        "<=": sign <= 0,
        ">": sign > 0,
        ">=": sign >= 0,
    }[op]


def _order(left: Value, right: Value) -> int:
    """-1, 0 or 1. Beside a float a number is a float; what is no number comes after all numbers."""
    if isinstance(left, float) or isinstance(right, float):
        assert isinstance(left, int | float | Decimal)
        assert isinstance(right, int | float | Decimal)
        one, other = float(left), float(right)
        one_key, other_key = (math.isnan(one), one), (math.isnan(other), other)
        if one_key[0] or other_key[0]:
            return one_key[0] - other_key[0]
        return (one > other) - (one < other)
    if isinstance(left, datetime) and isinstance(right, datetime):
        left, right = left.astimezone(UTC), right.astimezone(UTC)
    return (left > right) - (left < right)  # type: ignore[operator]  # the parser paired the types


def _arithmetic(op: str, left: Value, right: Value) -> float | None:
    """In 64-bit floats; a division by zero is unknown."""
    if left is None or right is None:
        return None
    assert isinstance(left, int | float | Decimal)
    assert isinstance(right, int | float | Decimal)
    one, other = float(left), float(right)
    if op == "/":
        return None if other == 0 else one / other
    return {"+": one + other, "-": one - other, "*": one * other}[op]
