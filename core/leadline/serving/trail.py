"""A lead's score over time, kept with the lead: a few bytes for each day on which it changed.

An entry is the day (days from 1970-01-01, 16 bits), the score (16 bits, -1 for none) and the place
of the temperature among the labels (8 bits, 255 for none), little-endian.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

_ENTRY = struct.Struct("<HhB")
_NO_SCORE, _NO_LABEL = -1, 255
_KEPT = 200  # entries; the lake's history has them all
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Step:
    """From which day a lead had this score and temperature."""

    day: date
    score: int | None
    temperature: str | None


def extended(trail: bytes | None, day: int, score: int | None, warmth: int | None) -> bytes:
    """The trail with the answer of a day; of one day the last counts, and what stays adds none."""
    entries = list(_ENTRY.iter_unpack(trail or b""))
    if entries and entries[-1][0] == day:
        entries.pop()
    found = (_NO_SCORE if score is None else score, _NO_LABEL if warmth is None else warmth)
    if not entries or entries[-1][1:] != found:
        entries.append((day, *found))
    return b"".join(_ENTRY.pack(*entry) for entry in entries[-_KEPT:])


def steps(trail: bytes | None, labels: Sequence[str]) -> tuple[Step, ...]:
    """What a trail says, oldest first."""
    return tuple(
        Step(
            _EPOCH + timedelta(days=day),
            None if score == _NO_SCORE else score,
            labels[warmth] if warmth < len(labels) else None,
        )
        for day, score, warmth in _ENTRY.iter_unpack(trail or b"")
    )
