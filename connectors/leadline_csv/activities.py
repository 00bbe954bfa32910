"""Activities out of a block of records: typed, with canonical types and lasting ids."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

from leadline.columns import expected, read_column
from leadline.connecting.type_names import TypeNames
from leadline.vocabulary import ACTIVITY_FIELDS, FieldType
from leadline_csv.digests import Occurrences, row_digests
from leadline_csv.headings import Columns
from leadline_csv.records import Records
from leadline_csv.rows import Reading, Rows, read_typed, to_rows, trim


class ActivityReader:
    """Reads one activities file, block after block, in order from its start."""

    def __init__(self, file: str, columns: Columns, types: TypeNames, reading: Reading) -> None:
        self._file, self._columns, self._types, self._reading = file, columns, types, reading
        self._occurrences = Occurrences()

    def read(self, records: Records) -> tuple[pa.Table, Rows]:
        """The activities of the next block, and where they and the rejects come from."""
        rows = to_rows(self._file, records, self._columns)
        trim(rows, ("activity_id", "contact_id", "type"))
        for field in ("contact_id", "type"):
            heading = self._columns.heading(field)
            reason = f"column '{heading}' is empty: an activity needs {_NEEDS[field]}"
            rows.keep(rows.text[field].is_valid(), _always(reason))
        self._keep_dated(rows)
        if "activity_id" in rows.text:
            rows.keep(rows.text["activity_id"].is_valid(), lambda _: "the activity's id is empty")
        # Before the types are translated, so that a new mapping of types renames nothing.
        ids = None if "activity_id" in rows.text else self._ids(rows)
        rows.text["type"] = self._types.translate(rows.text["type"])
        table = read_typed(rows, self._columns, ACTIVITY_FIELDS, self._reading)
        return (table if ids is None else table.add_column(0, "activity_id", ids)), rows

    def _keep_dated(self, rows: Rows) -> None:
        text = rows.text["occurred_at"]
        instants, _ = read_column(
            text,
            FieldType.INSTANT,
            day_first=self._reading.day_first,
            time_zone=self._reading.time_zone,
        )
        heading = self._columns.heading("occurred_at")
        looks = expected(FieldType.INSTANT, day_first=self._reading.day_first)
        rows.keep(
            instants.is_valid(),
            lambda row: f"column '{heading}': '{str(text[row])[:80]}' is not {looks}",
        )
        # Already typed: what is read twice costs twice.
        rows.text["occurred_at"] = instants.drop_null()

    def _ids(self, rows: Rows) -> pa.Array:
        text = {name: column for name, column in rows.text.items() if name != "deleted"}
        # As a number: an instant is slow to spell.
        text["occurred_at"] = text["occurred_at"].cast(pa.int64()).cast(pa.string())
        digests, keys = row_digests([text[name] for name in sorted(text)])
        times = pa.array(self._occurrences.count(keys))
        again = pc.binary_join_element_wise(digests, times.cast(pa.string()), "-")
        return pc.if_else(pc.greater(times, 1), again, digests)


def _always(reason: str) -> Callable[[int], str]:
    return lambda _: reason


_NEEDS = {"contact_id": "the contact it belongs to", "type": "a type"}
