"""A CSV file opened: its headings, how it is written, and its records block by block."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from leadline.errors import SourceError
from leadline_csv.delimiter import DELIMITERS, delimiter_name, sniff_delimiter
from leadline_csv.encoding import Decoder, sniff_encoding
from leadline_csv.files import InputFile, opened
from leadline_csv.lines import CELL_LIMIT, Lines, read_lines, read_piece
from leadline_csv.records import Records, read_records

_HEAD = 1 << 18
_LOOK_AT = 50  # lines


@dataclass(frozen=True, slots=True)
class Table:
    """An open file, at its first record."""

    name: str
    headings: list[str]
    encoding: str
    delimiter: str
    decoder: Decoder
    lines: Iterator[Lines]

    def records(self, places: Collection[int]) -> Iterator[Records]:
        """The file's records block by block, with the cells at these places. For one reading."""
        return read_records(self.lines, self.delimiter, len(self.headings), places)


@contextmanager
def open_table(
    file: InputFile,
    *,
    encoding: str = "auto",
    delimiter: str = "auto",
    known: Collection[str] = (),
    rows: int = 50_000,
) -> Iterator[Table]:
    """Open a file for reading. `known`: headings that are expected; they help to tell delimiters.

    A `SourceError` when the file as a whole cannot be read.
    """
    with opened(file) as stream:
        head, damage = read_piece(stream, _HEAD)
        if not head:
            if damage is not None:
                raise damage
            raise SourceError(f"'{file.name}' is empty: it needs at least a line of headings")
        stream.seek(0)
        encoding = sniff_encoding(head) if encoding == "auto" else encoding
        decoder = Decoder(encoding)
        blocks = read_lines(stream, decoder, rows)
        first = next(blocks)
        if delimiter == "auto":
            text = Decoder(encoding).decode(head, final=False)
            delimiter = _sniff(text, known)
        headings, used = _headings(first, delimiter, file.name)
        _refuse_one_column(headings, delimiter, known, file.name)
        rest = Lines(first.first + used, first.texts[used:], first.last, first.guessed_line)
        lines = itertools.chain([rest], blocks)
        yield Table(file.name, headings, encoding, delimiter, decoder, lines)


def _sniff(head: str, known: Collection[str]) -> str:
    lines = list(itertools.islice(io.StringIO(head, newline=""), _LOOK_AT + 1))
    if len(lines) > 1:
        lines.pop()  # it may be cut
    return sniff_delimiter(lines, known)


def _headings(first: Lines, delimiter: str, name: str) -> tuple[list[str], int]:
    csv.field_size_limit(CELL_LIMIT)
    reader = csv.reader(first.texts, delimiter=delimiter, strict=True)
    try:
        headings = next((cells for cells in reader if cells), None)
    except csv.Error as error:
        raise SourceError(
            f"the headings of '{name}' cannot be read ({error}): the first line must hold the "
            "names of the columns"
        ) from None
    if headings is None:
        raise SourceError(f"'{name}' holds blank lines only: it needs a line of headings")
    return headings, reader.line_num


def _refuse_one_column(
    headings: list[str], delimiter: str, known: Collection[str], name: str
) -> None:
    """A single column is nearly always a wrong delimiter; a list of addresses is not."""
    if len(headings) > 1 or headings[0].strip() in known:
        return
    others = [other for other in DELIMITERS if other != delimiter and other in headings[0]]
    found = f"; there is a {delimiter_name(others[0])} in it" if others else ""
    raise SourceError(
        f"'{name}' has one column only when cells are parted by {delimiter_name(delimiter)}: "
        f"'{headings[0][:200]}'{found}. Set `delimiter` to what stands between its cells, or "
        'leave it at "auto"'
    )
