"""Values of options that need more than a type."""

from __future__ import annotations

from datetime import datetime, time

import typer


def instant(text: str) -> datetime:
    """An instant from ISO 8601; a day alone is its end. No offset: the workspace's time zone."""
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        message = f"'{text}' is no instant: write 2026-05-01 or 2026-05-01T09:30:00Z"
        raise typer.BadParameter(message) from None
    whole_day = len(text) <= len("2026-05-01")
    return datetime.combine(value, time.max) if whole_day else value
