"""Cron expressions: five fields, read once, with every field as the numbers that it stands for."""

from __future__ import annotations

import re
from dataclasses import dataclass

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_HINT = 'write five fields: minute hour day month weekday, such as "0 6 * * 1-5"'
_PART = re.compile(r"(\*|[a-z0-9]+(?:-[a-z0-9]+)?)(?:/(\d{1,4}))?")
_LONGEST_MONTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    least: int
    most: int
    words: tuple[str, ...] = ()


_FIELDS = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day", 1, 31),
    _Field("month", 1, 12, _MONTHS),
    _Field("weekday", 0, 7, _WEEKDAYS),
)


@dataclass(frozen=True, slots=True)
class Cron:
    """When a clock's minute matches. weekdays: 0 is Sunday.

    either: day and weekday both name some, and one of the two is enough, as in cron itself.
    """

    text: str
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    months: tuple[int, ...]
    weekdays: tuple[int, ...]
    either: bool

    @classmethod
    def parse(cls, text: str) -> Cron:
        """Read "0 6 * * 1-5"; ValueError says which field is wrong and how it is written."""
        fields = text.lower().split()
        if len(fields) != len(_FIELDS):
            raise ValueError(f'"{text}" has {len(fields)} fields: {_HINT}')
        read = [_numbers(part, field) for part, field in zip(fields, _FIELDS, strict=True)]
        minutes, hours, days, months, weekdays = read
        weekdays = tuple(sorted({each % 7 for each in weekdays}))
        either = not fields[2].startswith("*") and not fields[4].startswith("*")
        if not either and min(days) > max(_LONGEST_MONTHS[month - 1] for month in months):
            raise ValueError(f'"{text}" names a day that none of its months has')
        return cls(text, minutes, hours, days, months, weekdays, either)


def _numbers(text: str, field: _Field) -> tuple[int, ...]:
    found: set[int] = set()
    for part in text.split(","):
        match = _PART.fullmatch(part)
        if match is None or match[2] == "0":
            raise ValueError(f"the {field.name} '{part}' cannot be read: {_HINT}")
        first, last = _span(match[1], field, stepped=match[2] is not None)
        found |= set(range(first, last + 1, int(match[2] or 1)))
    return tuple(sorted(found))


def _span(text: str, field: _Field, *, stepped: bool) -> tuple[int, int]:
    if text == "*":
        return field.least, field.most
    low, dash, high = text.partition("-")
    first = _number(low, field)
    last = _number(high, field) if dash else (field.most if stepped else first)
    if last < first:
        raise ValueError(f"the {field.name} '{text}' ends before it begins: {_HINT}")
    return first, last


def _number(text: str, field: _Field) -> int:
    if text in field.words:
        return field.words.index(text) + (1 if field.name == "month" else 0)
    if not text.isdigit() or not field.least <= int(text) <= field.most:
        raise ValueError(
            f"the {field.name} '{text}' is none: it lies between {field.least} and {field.most}"
        )
    return int(text)
