"""Companies out of a block of records: typed, one row per company."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from leadline.vocabulary import FieldType
from leadline_csv.headings import Columns
from leadline_csv.records import Records
from leadline_csv.rows import Reading, Rows, read_typed, to_rows, trim


class CompanyReader:
    """Reads one companies file, block after block, in order from its start."""

    def __init__(
        self, file: str, columns: Columns, kinds: Mapping[str, FieldType], reading: Reading
    ) -> None:
        self._file, self._columns, self._kinds, self._reading = file, columns, kinds, reading
        self._line_of: dict[str, int] = {}

    def read(self, records: Records) -> tuple[pa.Table, Rows]:
        """The companies of the next block, and where they and the rejects come from."""
        rows = to_rows(self._file, records, self._columns)
        trim(rows, ("company_id",))
        heading = self._columns.heading("company_id")
        rows.keep(
            rows.text["company_id"].is_valid(),
            lambda _: f"column '{heading}' is empty: a company needs an id",
        )
        ids = rows.text["company_id"].to_pylist()
        pairs = list(zip(ids, rows.lines.to_pylist(), strict=True))
        first = [self._line_of.setdefault(name, line) == line for name, line in pairs]
        rows.keep(
            pa.array(first, pa.bool_()),
            lambda row: (
                f"company '{ids[row]}' is in line {self._line_of[ids[row]]} already; "
                "that line stays"
            ),
        )
        return read_typed(rows, self._columns, self._kinds, self._reading), rows
