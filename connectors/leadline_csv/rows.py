"""Records as typed rows under canonical names; a value that cannot be read is unknown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leadline.batches import Reject
from leadline.columns import expected, read_column
from leadline.vocabulary import FieldType
from leadline_csv.encoding import Decoder
from leadline_csv.headings import Columns
from leadline_csv.records import Records

_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Reading:
    """How values are written in a source's files."""

    decimal_comma: bool
    day_first: bool
    time_zone: ZoneInfo


@dataclass(slots=True)
class Rows:
    """The rows of one block of a file, with the line of each.

    text: the cells as they stand in the file, one column per mapped field, before typing.
    """

    file: str
    records: Records
    text: dict[str, pa.Array]
    lines: pa.Array
    rejects: list[tuple[int, Reject]]

    def reject(self, line: int, reason: str) -> None:
        """Say why a line, or one value in it, is not used."""
        where = f"{self.file}:{line}"
        self.rejects.append((line, Reject(where, reason, self.records.raw(line))))

    def keep(self, usable: pa.Array, reason: Callable[[int], str]) -> None:
        """Drop the rows that are not usable, each with its reason."""
        usable = pc.fill_null(usable, False)
        if pc.all(usable).as_py() is not False:
            return
        for row in np.flatnonzero(~usable.to_numpy(zero_copy_only=False)):
            self.reject(self.lines[int(row)].as_py(), reason(int(row)))
        self.filter(usable)

    def filter(self, usable: pa.Array) -> None:
        """Drop rows silently."""
        self.text = {name: column.filter(usable) for name, column in self.text.items()}
        self.lines = self.lines.filter(usable)

    def wheres(self) -> pa.Array:
        """ "file:line" of each row."""
        return pc.binary_join_element_wise(self.file, self.lines.cast(pa.string()), ":")

    def ordered_rejects(self, after: int) -> tuple[Reject, ...]:
        """The rejects from a line on, in the order of the lines."""
        ordered = sorted(self.rejects, key=lambda pair: pair[0])
        return tuple(reject for line, reject in ordered if line >= after)


def to_rows(file: str, records: Records, columns: Columns) -> Rows:
    """The mapped columns of a block, as text; lines that are no record are rejects."""
    text = {field: records.columns[place] for field, place in columns.places.items()}
    rejects = [(bad.line, Reject(f"{file}:{bad.line}", bad.reason, bad.raw)) for bad in records.bad]
    return Rows(file, records, text, records.lines, rejects)


def trim(rows: Rows, fields: Sequence[str]) -> None:
    """Take the blanks around keys away, and NULs out of them; a blank key is none."""
    for field in fields:
        if field in rows.text:
            column = read_column(rows.text[field], FieldType.TEXT)[0]
            rows.text[field] = pc.utf8_trim_whitespace(column)


def read_typed(
    rows: Rows, columns: Columns, kinds: Mapping[str, FieldType], reading: Reading
) -> pa.Table:
    """The rows typed. Each value that cannot be read is left unknown and gives a reject."""
    read: dict[str, pa.Array] = {}
    for field, text in rows.text.items():
        kind = kinds[field]
        read[field], bad = read_column(
            text,
            kind,
            decimal_comma=reading.decimal_comma,
            day_first=reading.day_first,
            time_zone=reading.time_zone,
        )
        if pc.any(bad).as_py():
            looks = expected(kind, decimal_comma=reading.decimal_comma, day_first=reading.day_first)
            for row in np.flatnonzero(bad.to_numpy(zero_copy_only=False)):
                given = str(text[int(row)])
                shown = given[:_SHOWN] + ("…" if len(given) > _SHOWN else "")
                rows.reject(
                    rows.lines[int(row)].as_py(),
                    f"column '{columns.heading(field)}': '{shown}' is not {looks}; "
                    f"{field} is left unknown",
                )
    schema = pa.schema([pa.field(name, kinds[name].arrow) for name in read])
    return pa.table(list(read.values()), schema=schema)


def remark(rows: Rows, columns: Columns, decoder: Decoder) -> None:
    """Say what is odd about the file as a whole, at the line where it shows."""
    records = rows.records
    if records.opens_file:
        for field in columns.missing:
            reason = f"{columns.missing_message(field)}; it is unknown in this file"
            rows.rejects.append((records.first, Reject(f"{rows.file}:1", reason)))
    if (line := records.guessed_line) is not None:
        reason = (
            f"from here on there are bytes that are not {decoder.encoding}: they were "
            f"{decoder.fallback}. Set `encoding` if that is wrong"
        )
        rows.rejects.append((line, Reject(f"{rows.file}:{line}", reason)))
