"""What a constant may be beside a field, and which regular expressions every engine reads alike."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from leadline.predicates.tree import Literal
from leadline.vocabulary import FieldType

_NUMERIC = {FieldType.INTEGER, FieldType.NUMBER, FieldType.MONEY}

MAX_PATTERN = 200
MAX_REPEAT = 100
# Literals, '.', classes of plain ranges, \d \w and escaped punctuation, groups, alternation, anchors
# and bounded repeats mean the same to RE2 and Java.
_ATOM = (
    r"(?:[^\\.\[\](){}*+?|^$]|\\[dDwW.\-/+*?()\[\]{}|^$]|\.|\[\^?(?:\\[dw.\-/+\]\\]|[^\\\[\]&])+\])"
)
_PIECE = re.compile(rf"{_ATOM}|\((?:\?:|(?!\?))|\)|\||\^|\$|[*+?]\??|\{{(\d+)(?:,(\d*))?\}}\??")


def comparable(left: FieldType, right: FieldType) -> bool:
    """True where a comparison of the two has a meaning."""
    return (left is right and left is not FieldType.SET) or {left, right} <= _NUMERIC


def literal_as(literal: Literal, kind: FieldType) -> Literal:
    """The constant read as the type it stands beside; ValueError says why it cannot be."""
    value = literal.value
    if kind is FieldType.DATE and isinstance(value, str):
        try:
            return Literal(date.fromisoformat(value), kind)
        except ValueError:
            raise ValueError(f"'{value}' is not a date: write it as '2026-01-31'") from None
    if kind is FieldType.INSTANT and isinstance(value, str):
        try:
            instant = datetime.fromisoformat(value)
        except ValueError:
            message = f"'{value}' is not an instant: write it as '2026-01-31T12:00:00Z'"
            raise ValueError(message) from None
        return Literal(instant if instant.tzinfo else instant.replace(tzinfo=UTC), kind)
    if kind in _NUMERIC and isinstance(value, Decimal):
        return replace(literal, type=kind if value == value.to_integral_value() else literal.type)
    return literal


def check_pattern(pattern: str) -> str:
    """'' when every engine reads the pattern alike, else what is wrong with it."""
    if len(pattern) > MAX_PATTERN:
        return f"a pattern may have {MAX_PATTERN} characters, this has {len(pattern)}"
    position = 0
    while position < len(pattern):
        piece = _PIECE.match(pattern, position)
        if piece is None:
            return (
                f"the pattern '{pattern}' says something not allowed at '{pattern[position:][:12]}'"
            )
        if any(bound and int(bound) > MAX_REPEAT for bound in piece.groups()):
            return f"a pattern may repeat at most {MAX_REPEAT} times"
        position = piece.end()
    try:
        re.compile(pattern)
    except re.error as error:
        return f"the pattern '{pattern}' is not a regular expression: {error}"
    return ""
