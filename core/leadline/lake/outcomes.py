"""What a write to the lake changed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Committed:
    """What became of a batch's rows; repeats, lagging and quarantined rows count as unchanged."""

    new: int = 0
    changed: int = 0
    deleted: int = 0
    unchanged: int = 0


@dataclass(frozen=True, slots=True)
class Published:
    """How many contacts' answers differ from before: changed, new or no longer there."""

    changed: int = 0
