"""Salesforce's records as rows of a batch: text by text, a column at a time.

A page of REST and one of Bulk give the same table, so that a record reads the same by either way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from leadline.batches import Batch, Checkpoint, Known, Source, Stream
from leadline.connecting.known import held
from leadline_salesforce.answers import Row
from leadline_salesforce.mapping import CONVERTED, MERGED, PERSON_ACCOUNT, Layout

_UTC = r"\+0000$"


@dataclass(frozen=True, slots=True)
class Reader:
    """How the records of one stream are read."""

    source: Source
    stream: Stream

    def batch(self, page: pa.Table, of: Layout, checkpoint: Checkpoint) -> Batch:
        """A page of an object's records, all of them text, as a batch."""
        ids = page["Id"].combine_chunks()
        deleted = self.deleted(page)
        rows: dict[str, pa.Array] = {
            self.stream.key: ids,
            "updated_at": page[of.stamp].combine_chunks(),
            "deleted": deleted,
        }
        if self.stream is Stream.CONTACTS:
            rows["created_at"] = _text(page, "CreatedDate")
            rows["merged_into"] = pc.coalesce(_text(page, MERGED), _text(page, CONVERTED))
        for fact, field in of.facts.items():
            # A record that is gone says no more than that.
            rows[fact] = pc.if_else(deleted, None, page[field].combine_chunks())
        if "company_id" in of.facts:
            # The account of a person is no company: it is that very person.
            rows["company_id"] = pc.if_else(
                _is_true(page, PERSON_ACCOUNT), None, rows["company_id"]
            )
        return Batch(
            pa.table(rows),
            checkpoint,
            known=self._known(page, of),
            wheres=pc.binary_join_element_wise(of.kind, ids, " "),
        )

    def gone(self, ids: Sequence[str], checkpoint: Checkpoint) -> Batch:
        """Records that are no more, and of which Salesforce says nothing any more."""
        rows = {self.stream.key: pa.array(ids, pa.string()), "deleted": pa.repeat(True, len(ids))}
        return Batch(pa.table(rows), checkpoint)

    def deleted(self, page: pa.Table) -> pa.Array:
        """Which records of a page are in the recycle bin."""
        return _is_true(page, "IsDeleted")

    def told(self, page: pa.Table) -> pa.Array:
        """Which records of a page are leads or contacts no more: deleted, merged or converted."""
        return pc.or_(self.deleted(page), pc.is_valid(_text(page, CONVERTED)))

    def _known(self, page: pa.Table, of: Layout) -> Known | None:
        """Leadline's own fields as they are now, typed as they are written.

        What cannot be read as its type is unknown, so that it is written anew. A lead that was
        converted holds none: its contact does.
        """
        if self.stream is not Stream.CONTACTS:
            return None
        page = page.filter(pc.invert(self.told(page)))
        known = {"contact_id": page["Id"].combine_chunks()}
        for column in self.source.output:
            if field := of.own.get(column.name):
                known[column.name] = held(page[field].combine_chunks(), column.type)
            elif column.name not in ("stage", "stage_field"):
                known[column.name] = pa.nulls(len(page), column.type)
        return Known(pa.table(known))


def page_of(rows: Sequence[Row], of: Layout) -> pa.Table:
    """A page of REST as the table that Bulk would give."""
    good = [row for row in rows if isinstance(row, Mapping) and row.get("Id")]
    columns = {name: _column([row.get(name) for row in good]) for name in of.names}
    return tidy(pa.table(columns), of)


def tidy(page: pa.Table, of: Layout) -> pa.Table:
    """All of an object's columns in their order; instants end in Z, whoever wrote them."""
    columns = {}
    for name in of.names:
        column = page[name] if name in page.column_names else pa.nulls(len(page), pa.string())
        info = of.infos.get(name)
        if info is not None and info.type == "datetime":
            column = pc.replace_substring_regex(column, _UTC, "Z")
        columns[name] = column
    return pa.table(columns)


def _column(values: list[object]) -> pa.Array:
    try:
        return pa.array(values, pa.string())
    except (pa.ArrowTypeError, pa.ArrowInvalid):
        return pa.array([_word(value) for value in values], pa.string())


def _word(value: object) -> str | None:
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def _text(page: pa.Table, name: str) -> pa.Array:
    if name in page.column_names:
        return page[name].combine_chunks()
    return pa.nulls(len(page), pa.string())


def _is_true(page: pa.Table, name: str) -> pa.Array:
    return pc.fill_null(pc.equal(_text(page, name), "true"), False)
