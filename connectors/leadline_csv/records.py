"""Lines as records of cells; a broken line is rejected alone, the next one is read again."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from leadline_csv.lines import CELL_LIMIT, RAW_LIMIT, Lines

_PIECE = 2_000  # lines


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is no record, and why."""

    line: int
    reason: str
    raw: str


@dataclass(slots=True)
class Records:
    """The records of one block, column by column, and what was no record.

    columns: cells by their place in the file. lines: where each record starts. end: the first line
    after them; reading may go on from there. guessed_line: where bytes were not in the encoding.
    """

    first: int
    texts: list[str]
    opens_file: bool = False
    guessed_line: int | None = None
    columns: dict[int, pa.Array] = field(default_factory=dict)
    lines: pa.Array = field(default_factory=lambda: pa.array([], pa.int64()))
    bad: list[BadLine] = field(default_factory=list)
    end: int = 0

    def raw(self, line: int) -> str:
        """The physical line as it was read, cut."""
        return cut(self.texts[line - self.first])


@dataclass(slots=True)
class _Part:
    """Records of some lines: `used` of them; the last record may go on in the next lines."""

    cells: list[list[str]]
    starts: Sequence[int]
    used: int
    bad: list[tuple[int, str]] = field(default_factory=list)


def cut(text: str) -> str:
    """Enough of a line to recognise it."""
    return text.rstrip("\r\n")[:RAW_LIMIT]


def read_records(
    blocks: Iterable[Lines], delimiter: str, width: int, places: Collection[int]
) -> Iterator[Records]:
    """Each block's records, the named columns only; one that goes on comes with the next block."""
    carry: list[str] = []
    for number, block in enumerate(blocks):
        records = Records(
            block.first - len(carry), carry + block.texts, number == 0, block.guessed_line
        )
        _fill(records, delimiter, width, places, last=block.last)
        carry = records.texts[records.end - records.first :]
        yield records


def _fill(
    records: Records, delimiter: str, width: int, places: Collection[int], *, last: bool
) -> None:
    """Parse a block piece by piece: what fits the cache is read thrice as fast."""
    csv.field_size_limit(CELL_LIMIT)
    texts, first = records.texts, records.first
    chunks: dict[int, list[pa.Array]] = {place: [] for place in places}
    lines: list[pa.Array] = [pa.array([], pa.int64())]
    at = seen = 0
    size = _PIECE
    while seen < len(texts):
        seen = min(seen + size, len(texts))
        piece = texts[at:seen]
        part = _all_plain(piece, delimiter, width) or _one_by_one(
            piece, delimiter, width, last=last and seen == len(texts)
        )
        if part.cells:
            columns = list(zip(*part.cells, strict=True))
            for place, chunk in chunks.items():
                chunk.append(pa.array(columns[place], pa.string()))
            lines.append(pa.array(np.asarray(part.starts, np.int64) + (first + at)))
        records.bad += [
            BadLine(first + at + row, reason, cut(piece[row])) for row, reason in part.bad
        ]
        # A long record is tried again with twice the lines, not with a few more each time.
        size = _PIECE if part.used else size * 2
        at += part.used
    empty = pa.array([], pa.string())
    records.columns = {place: pa.concat_arrays([empty, *parts]) for place, parts in chunks.items()}
    records.lines, records.end = pa.concat_arrays(lines), first + at


def _all_plain(texts: list[str], delimiter: str, width: int) -> _Part | None:
    """The fast way: as many records as lines, all of the right width; None when it is not so."""
    try:
        cells = list(csv.reader(texts, delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    if len(cells) != len(texts) or set(map(len, cells)) != {width}:
        return None
    return _Part(cells, range(len(texts)), len(texts))


def _one_by_one(texts: list[str], delimiter: str, width: int, *, last: bool) -> _Part:
    starts: list[int] = []
    part = _Part([], starts, 0)
    at = 0
    while at < len(texts):
        reader = csv.reader(_from(texts, at), delimiter=delimiter, strict=True)
        begin = at
        try:
            for cells in reader:
                end = begin + reader.line_num
                if len(cells) == width:
                    part.cells.append(cells)
                    starts.append(at)
                elif cells:
                    part.bad.append((at, _wrong_width(cells, width, end - at)))
                    if end - at > 1:  # a quote left open: what it swallowed is read again
                        at += 1
                        break
                at = end
        except csv.Error as error:
            if "unexpected end" in str(error) and not last:
                break  # the record goes on in the next lines
            part.bad.append((at, _broken(str(error))))
            at += 1
    part.used = at
    return part


def _from(texts: list[str], at: int) -> Iterator[str]:
    for index in range(at, len(texts)):
        yield texts[index]


def _wrong_width(cells: list[str], width: int, lines: int) -> str:
    hint = "; is a quote left open?" if lines > 1 else ""
    return f"the line has {len(cells)} cells where the headings have {width}{hint}"


def _broken(error: str) -> str:
    if "field limit" in error:
        return f"a cell is longer than {CELL_LIMIT:,} characters, or its quote is never closed"
    if "unexpected end" in error:
        return "a quote is opened and never closed"
    return "a quote stands where none may: write a quote inside a quoted cell twice"
