"""Instants as HubSpot writes and reads them, in milliseconds since 1970."""

from __future__ import annotations

from datetime import UTC, datetime


def instant(value: object) -> int | None:
    """Epoch milliseconds of a time as HubSpot writes it (ISO 8601, or milliseconds); else None."""
    text = str(value or "").strip()
    if text.lstrip("-").isdigit():
        return int(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return round(aware.timestamp() * 1000)


def iso(moment: int) -> str:
    """Epoch milliseconds as HubSpot reads them in a query."""
    text = datetime.fromtimestamp(moment / 1000, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def now_ms() -> int:
    """This instant."""
    return int(datetime.now(UTC).timestamp() * 1000)
