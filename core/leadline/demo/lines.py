"""CSV lines made column-wise: texts are quoted once, in small tables, and joined by Arrow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from leadline.demo.draws import Flags

_SPECIAL = frozenset('",\r\n')
_CLOCK = [f"{s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}Z" for s in range(86_400)]


def cell(text: str) -> str:
    """The text as a CSV cell: quoted where it must be (RFC 4180)."""
    return '"' + text.replace('"', '""') + '"' if _SPECIAL & set(text) else text


def table(texts: Iterable[str]) -> pa.Array:
    """Finished pieces of a line, to be taken by index."""
    return pa.array(texts, pa.string())


def cells(texts: Iterable[str]) -> pa.Array:
    """Plain texts as a table of cells."""
    return table(map(cell, texts))


def numbers(values: npt.NDArray[np.integer], shown: Flags | None = None) -> pa.Array:
    """Whole numbers as text; empty where not shown."""
    text = pc.cast(pa.array(values), pa.string())
    return text if shown is None else pc.if_else(pa.array(shown), text, "")


class Instants:
    """Seconds from a first day as "2026-05-01T09:30:00Z", by two look-ups."""

    def __init__(self, first_day: np.datetime64, past: int, days: int) -> None:
        """Covers `past` days before the first day and `days` from it."""
        span = np.arange(first_day - past, first_day + days)
        self._past = past
        self._days = table(f"{day}T" for day in span.astype(str))
        self._dates = table(["", *span.astype(str)])
        self._clock = table(_CLOCK)

    def __call__(self, seconds: npt.NDArray[np.integer]) -> list[pa.Array]:
        """The pieces of the instants: the day and the time."""
        day, second = np.divmod(seconds, 86_400)
        return [self._days.take(pa.array(day + self._past)), self._clock.take(pa.array(second))]

    def dates(self, seconds: npt.NDArray[np.integer]) -> tuple[pa.Array, npt.NDArray[np.int64]]:
        """A table of days ("2026-05-01", with "" first) and each instant's place in it."""
        return self._dates, np.asarray(seconds // 86_400 + self._past + 1, dtype=np.int64)


def write_lines(file: BinaryIO, pieces: Sequence[pa.Array | str]) -> None:
    """Write one line per row; the pieces stand next to each other and bring their own commas."""
    joined = pc.binary_join_element_wise(*pieces, "\n", "")
    for chunk in joined.chunks if isinstance(joined, pa.ChunkedArray) else [joined]:
        _write_text(file, chunk)


def _write_text(file: BinaryIO, lines: pa.Array) -> None:
    """An Arrow text column is its texts end to end, which is just what the file should hold."""
    if len(lines) == 0:
        return
    _, offsets, data = lines.buffers()
    bounds = np.frombuffer(offsets, dtype=np.int32)[lines.offset : lines.offset + len(lines) + 1]
    file.write(memoryview(data)[int(bounds[0]) : int(bounds[-1])])
