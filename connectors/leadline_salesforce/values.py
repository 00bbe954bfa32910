"""Values as Salesforce says them, by REST or in a Bulk file, and what they mean.

REST says true, 3.5 and nested records; a Bulk file says "true", "3.5" and columns with a dot.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from leadline_salesforce.mapping import PEOPLE, PREFIXES

Row = Mapping[str, object]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PERSONS = tuple(PREFIXES[kind] for kind in PEOPLE)


def said(row: Row, key: str) -> str:
    """A value as text; "" where there is none. A dot leads to the record above: Campaign.Name."""
    if key in row:
        value = row[key]
        return "" if value is None else str(value)
    above, _, rest = key.partition(".")
    inner = row.get(above)
    return said(inner, rest) if rest and isinstance(inner, Mapping) else ""


def true(row: Row, key: str) -> bool:
    """A checkbox; one that is not there is empty."""
    return said(row, key).lower() == "true"


def number(row: Row, key: str) -> float | None:
    """A number; None where there is none."""
    try:
        read = float(said(row, key))
    except ValueError:
        return None
    return read if abs(read) < float("inf") else None


def instant(row: Row, key: str) -> datetime | None:
    """An instant in UTC; None where there is none."""
    try:
        read = datetime.fromisoformat(said(row, key))
    except ValueError:
        return None
    return read.astimezone(UTC) if read.tzinfo else None


def ms(moment: datetime | None) -> int | None:
    """An instant in epoch milliseconds."""
    return None if moment is None else (moment - _EPOCH) // timedelta(milliseconds=1)


def midday(row: Row, key: str, zone: ZoneInfo) -> datetime | None:
    """A date as an instant: midday in the workspace's zone, so that its day is the date's."""
    try:
        day = date.fromisoformat(said(row, key)[:10])
    except ValueError:
        return None
    return datetime.combine(day, time(12), zone).astimezone(UTC)


def person(row: Row, key: str) -> str:
    """The id of a lead or contact; "" for anything else that the reference may lead to."""
    found = said(row, key)
    return found if found.startswith(_PERSONS) else ""


def told(row: Row, words: Mapping[str, str]) -> dict[str, str]:
    """What the row says of some fields, under other names: field → name."""
    return {word: said(row, key) for key, word in words.items() if said(row, key)}
