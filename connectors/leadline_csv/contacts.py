"""Contacts out of a block of records: typed, one row per contact, with each row's digest."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from leadline.batches import Pin
from leadline.columns import read_column
from leadline.vocabulary import FieldType
from leadline_csv.digests import Keys, row_digests
from leadline_csv.headings import Columns
from leadline_csv.records import Records
from leadline_csv.rows import Reading, Rows, read_typed, to_rows, trim


class ContactReader:
    """Reads one contacts file, block after block, in order from its start."""

    def __init__(
        self,
        file: str,
        columns: Columns,
        kinds: Mapping[str, FieldType],
        reading: Reading,
        pin: Pin | None,
    ) -> None:
        self._file, self._columns, self._kinds, self._reading = file, columns, kinds, reading
        self._pin = pin
        self._line_of: dict[str, int] = {}
        self.bad_lines = 0

    def read(self, records: Records) -> tuple[pa.Table, Keys, Rows]:
        """The contacts of the next block, the digest of each row, and where they come from."""
        rows = to_rows(self._file, records, self._columns)
        trim(rows, ("contact_id", "email", "merged_into", "linked_to", "company_id"))
        if "contact_id" not in rows.text:
            rows.text = {"contact_id": pc.utf8_lower(rows.text["email"]), **rows.text}
        heading = self._columns.heading(id_field(self._columns))
        rows.keep(
            rows.text["contact_id"].is_valid(),
            lambda _: f"column '{heading}' is empty: a contact needs an id",
        )
        self.bad_lines += len(rows.rejects)
        self._keep_first(rows)
        _, keys = row_digests([rows.text[field] for field in sorted(rows.text)])
        contacts = read_typed(rows, self._columns, self._kinds, self._reading)
        return _without_endless(contacts, rows, self._pin), keys, rows

    def _keep_first(self, rows: Rows) -> None:
        ids, lines = rows.text["contact_id"].to_pylist(), rows.lines.to_pylist()
        fresh = dict(zip(reversed(ids), reversed(lines), strict=True))
        repeated = len(fresh) < len(ids) or not self._line_of.keys().isdisjoint(fresh)
        known = self._line_of
        known.update(
            {name: fresh[name] for name in fresh.keys() - known.keys()} if repeated else fresh
        )
        if repeated:
            first = [self._line_of[name] == line for name, line in zip(ids, lines, strict=True)]
            rows.keep(
                pa.array(first, pa.bool_()),
                lambda row: (
                    f"contact '{ids[row]}' is in line {self._line_of[ids[row]]} already; "
                    "that line stays"
                ),
            )


def _without_endless(contacts: pa.Table, rows: Rows, pin: Pin | None) -> pa.Table:
    """The contacts, without a pin whose end cannot be read: it would never end."""
    if pin is None or pin.until not in rows.text or pin.fact not in rows.text:
        return contacts
    given = read_column(rows.text[pin.until], FieldType.TEXT)[0].is_valid()
    endless = pc.and_(given, contacts[pin.until].is_null())
    place, field = contacts.schema.get_field_index(pin.fact), contacts.schema.field(pin.fact)
    kept = pc.if_else(endless, pa.scalar(None, field.type), contacts[pin.fact])
    return contacts.set_column(place, field, kept)


def id_field(columns: Columns) -> str:
    """The field that names a contact: its id, or where there is none its email address."""
    return "contact_id" if "contact_id" in columns.places else "email"
