"""Instants as the API writes and reads them."""

from __future__ import annotations

from datetime import UTC, datetime


def iso(ms: int) -> str:
    """ISO-8601 with Z; milliseconds are left out where there are none, as the API does."""
    return full_iso(ms).replace(".000Z", "Z")


def full_iso(ms: int) -> str:
    """The same, always with milliseconds."""
    instant = datetime.fromtimestamp(ms // 1_000, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{instant}.{ms % 1_000:03d}Z"


def read_instant(text: str) -> int | None:
    """Milliseconds of an ISO instant or of a number of milliseconds; None when it is neither."""
    if text.lstrip("-").isdigit():
        return int(text)
    if len(text) < len("2026-01-01T00:00"):
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return int((instant if instant.tzinfo else instant.replace(tzinfo=UTC)).timestamp() * 1_000)


def read_day(text: str) -> int | None:
    """Milliseconds of midnight of a date 2026-01-01; None when it is no date."""
    try:
        return int(datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).timestamp() * 1_000)
    except ValueError:
        return None
