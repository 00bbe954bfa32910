"""What a constant may be beside a field, and which regular expressions every engine reads alike."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from leadline.predicates.tree import Literal
from leadline.vocabulary import FieldType

_NUMERIC = {FieldType.INTEGER, FieldType.NUMBER, FieldType.MONEY}

MAX_PATTERN = 200
MAX_REPEAT = 100
# Atoms once every bounded repeat is written out: RE2 refuses larger patterns, and only when run.
MAX_ATOMS = 1_000
# Literals, ".", classes of plain ranges, \d \w and escaped punctuation, groups, alternation,
# anchors and bounded repeats mean the same to RE2 and Java; a repeat of a repeat does not.
_CLASS = r"\[\^?(?:\\[dw.\-/+\]\\]|(?!--|\|\||~~)[^\\\[\]&])+\]"
_ESCAPE = r"\\[dDwW.\-/+*?()\[\]{}|^$]"
_BOUNDS = r"\{(?P<least>[0-9]{1,4})(?:,(?P<most>[0-9]{0,4}))?\}"
_PIECE = re.compile(
    rf"(?P<atom>[^\\.\[\](){{}}*+?|^$]|{_ESCAPE}|\.|{_CLASS}|\^|\$|\|)"
    r"|(?P<open>\((?:\?:|(?!\?)))"
    r"|(?P<close>\))"
    rf"|(?P<repeat>(?:[*+?]|{_BOUNDS})\??(?![*+?{{]))"
)


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
            # The first and the last day of the calendar have no UTC instant in every time zone.
            utc = instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)
        except (ValueError, OverflowError):
            message = f"'{value}' is not an instant: write it as '2026-01-31T12:00:00Z'"
            raise ValueError(message) from None
        return Literal(utc, kind)
    if kind in _NUMERIC and isinstance(value, Decimal):
        return replace(literal, type=kind if value == value.to_integral_value() else literal.type)
    return literal


def check_pattern(pattern: str) -> str:
    """'' when every engine reads the pattern alike, else what is wrong with it."""
    if len(pattern) > MAX_PATTERN:
        return f"a pattern may have {MAX_PATTERN} characters, this has {len(pattern)}"
    pieces: list[re.Match[str]] = []
    position = 0
    while position < len(pattern):
        piece = _PIECE.match(pattern, position)
        if piece is None:
            return (
                f"the pattern '{pattern}' says something not allowed at '{pattern[position:][:12]}'"
            )
        pieces.append(piece)
        position = piece.end()
    if any(_bound(piece) > MAX_REPEAT for piece in pieces):
        return f"a pattern may repeat at most {MAX_REPEAT} times"
    try:
        re.compile(pattern)
    except re.error as error:
        return f"the pattern '{pattern}' is not a regular expression: {error}"
    if _atoms(pieces) > MAX_ATOMS:
        return f"the pattern '{pattern}' repeats a repeat too often: at most {MAX_ATOMS:,} in all"
    return ""


def _bound(piece: re.Match[str]) -> int:
    """How many times a bounded repeat may repeat what stands before it; 1 for anything else."""
    return max(int(piece["least"] or 1), int(piece["most"] or 1), 1)


def _atoms(pieces: Sequence[re.Match[str]]) -> int:
    """The size of a well-formed pattern with its bounded repeats written out."""
    sizes, last = [0], 0
    for piece in pieces:
        if piece["open"]:
            sizes.append(1)
            continue
        if piece["repeat"]:
            last *= _bound(piece) - 1
        else:
            last = sizes.pop() if piece["close"] else len(piece[0])
        sizes[-1] += last
    return sizes[0]
