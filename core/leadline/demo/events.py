"""Activities as compact columns: numbers that point into the catalogue, 16 bytes each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from leadline.demo.draws import Ints

RECORD = np.dtype(
    [("time", "<i4"), ("contact", "<i4"), ("value", "<i4"), ("kind", "<u2"), ("source", "<u2")]
)
NO_VALUE = -1

Events = npt.NDArray[np.void]


def make_events(
    time: Ints, contact: Ints, kind: Ints, source: Ints, value: Ints | int = NO_VALUE
) -> Events:
    """Activities from parallel arrays; time in seconds from the year's start."""
    made = np.empty(len(time), dtype=RECORD)
    made["time"], made["contact"], made["value"] = time, contact, value
    made["kind"], made["source"] = kind, source
    return made


def join_events(parts: Sequence[Events]) -> Events:
    """All activities, one part after the other."""
    return np.concatenate([*parts, np.empty(0, dtype=RECORD)])


def ranks(counts: Ints) -> Ints:
    """0, 1, … within each run: [2, 3] gives 0 1 0 1 2."""
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    return np.arange(total) - np.repeat(ends - counts, counts)
