"""Activities into time order, on disk: the year is cut into slices, each sorted in memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from leadline.demo.clock import YEAR
from leadline.demo.events import RECORD, Events

_SLICE_ROWS = 400_000
_MOST_SLICES = 365


class Spill:
    """Takes activities in any order and gives them back by time, then by the order they came in."""

    def __init__(self, folder: Path, expected: float) -> None:
        """`expected` activities decide the number of slices, which changes nothing but memory."""
        count = int(min(max(expected / _SLICE_ROWS, 1), _MOST_SLICES))
        self._edges = np.linspace(0, YEAR, count + 1)[1:-1].astype(np.int64)
        self._files = [(folder / f"slice-{n}").open("w+b") for n in range(count)]

    def __len__(self) -> int:
        """The number of slices."""
        return len(self._files)

    def add(self, events: Events) -> None:
        """Keep these activities, which must be in time order among themselves."""
        bounds = [0, *np.searchsorted(events["time"], self._edges), len(events)]
        for file, low, high in zip(self._files, bounds, bounds[1:], strict=False):
            file.write(events[low:high].tobytes())

    def slices(self) -> Iterator[Events]:
        """The slices of the year, first to last, each in time order."""
        for file in self._files:
            file.seek(0)
            events = np.frombuffer(file.read(), dtype=RECORD)
            yield events[np.argsort(events["time"], kind="stable")]

    def close(self) -> None:
        """Let go of the files."""
        for file in self._files:
            file.close()
