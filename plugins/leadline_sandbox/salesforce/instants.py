"""Instants as the org keeps them, as REST shows them, and as writers send them.

Kept text is UTC to the millisecond with a Z, so that it sorts as time does; REST shows `+0000`
in the place of the Z, which SOQL in turn does not take.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

_INSTANT = re.compile(
    r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d{1,6})?(Z|[+-]\d\d:?\d\d)$", re.ASCII
)
_DAY = re.compile(r"\d{4}-\d\d-\d\d$", re.ASCII)


def kept(instant: datetime) -> str:
    """An instant as the org keeps it: to the second, as all its stamps are."""
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000Z"


def rest(text: str) -> str:
    """A kept instant as REST shows it."""
    return f"{text[:-1]}+0000"


def read(text: str) -> str | None:
    """An instant in any form that an API takes, as it is kept; None when it is none."""
    if _INSTANT.match(text) is None:
        return None
    try:
        return kept(datetime.fromisoformat(text))
    except ValueError:
        return None


def read_day(text: str) -> str | None:
    """A day, or the day of an instant; None when it is none."""
    day = text[:10]
    if _DAY.match(day) is None or (len(text) > 10 and read(text) is None):
        return None
    try:
        return date.fromisoformat(day).isoformat()
    except ValueError:
        return None
