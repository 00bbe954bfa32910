"""The names that events are kept under: what each tells, and whom."""

from __future__ import annotations

CHANGED, FINISHED = "stages_changed", "sync_finished"


def topic_of(hook: str, receiver: str) -> str:
    """What an event is kept under: what it tells, and whom."""
    return f"{hook}:{receiver}"


def webhook(name: str) -> str:
    """How a receiver of webhooks is named among all that are told."""
    return f"webhook:{name}"
