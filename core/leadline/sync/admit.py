"""Admission: rows as a connector yields them become typed rows, or rejects with a reason."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from leadline.batches import (
    Batch,
    Pin,
    Reject,
    Source,
    Stream,
    activity_schema,
    company_schema,
    contact_schema,
)
from leadline.columns import read_column, read_objects, read_pins
from leadline.vocabulary import ACTIVITY_TYPES, CUSTOM_TYPE_PREFIX, FieldType

_REQUIRED = {
    Stream.CONTACTS: ("contact_id",),
    Stream.ACTIVITIES: ("activity_id", "contact_id", "type", "occurred_at"),
    Stream.COMPANIES: ("company_id",),
}
_RAW = 2_000
_PROPERTIES = "properties"


def admit(batch: Batch, source: Source, stream: Stream) -> tuple[pa.Table, list[Reject]]:
    """The batch's rows typed by the schema, and what could not be used of them.

    A value that cannot be read becomes unknown and is told; a row without what it needs is left
    out. Deleted rows need only their ids.
    """
    schema = _schema(source, stream)
    rows, rejects = batch.rows, list(batch.rejects)
    columns: dict[str, pa.Array] = {}
    unreadable: dict[str, pa.Array | None] = {}
    for field in schema:
        if field.name in rows.column_names:
            columns[field.name], bad = _typed(rows[field.name], field, source.time_zone)
            if field.name == _PROPERTIES:  # the engine stops at a text that is no JSON
                columns[field.name], bad = read_objects(columns[field.name])
            unreadable[field.name] = bad
    if source.pin is not None and source.pin.fact in columns:
        _admit_pins(columns, unreadable, source.pin)
    for name, bad in unreadable.items():
        rejects += _unreadable(batch, schema.field(name), bad, source.pin)
    if source.links_to and "linked_to" in columns:
        columns["linked_to"] = _abroad(columns["linked_to"], source.links_to)
    table = pa.table(columns)
    keep, more = _complete(batch, table, stream)
    return table.filter(keep), rejects + more


def _schema(source: Source, stream: Stream) -> pa.Schema:
    if stream is Stream.ACTIVITIES:
        return activity_schema()
    if stream is Stream.COMPANIES:
        return company_schema(source.wanted_of_companies)
    return contact_schema(source.wanted)


def _abroad(ids: pa.Array, source: str) -> pa.Array:
    """The ids as those of another source, where they do not say so themselves."""
    said = pc.starts_with(ids, f"{source}:")
    return pc.if_else(said, ids, pc.binary_join_element_wise(source, ids, ":"))


def _typed(
    column: pa.ChunkedArray, field: pa.Field, time_zone: ZoneInfo
) -> tuple[pa.Array, pa.Array | None]:
    if column.type == field.type:
        values = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        if pa.types.is_string(field.type):
            values = pc.if_else(pc.equal(values, ""), pa.scalar(None, pa.string()), values)
        return values, None
    kind = next(kind for kind in FieldType if kind.arrow == field.type)
    return read_column(column, kind, time_zone=time_zone)


def _admit_pins(
    columns: dict[str, pa.Array], unreadable: dict[str, pa.Array | None], pin: Pin
) -> None:
    """Take out what is no pin, and a pin whose end cannot be read: it would never end."""
    if pa.types.is_string(columns[pin.fact].type):
        columns[pin.fact], unreadable[pin.fact] = read_pins(columns[pin.fact], pin.labels)
    endless = unreadable.get(pin.until or "")
    if endless is not None:
        nothing = pa.scalar(None, columns[pin.fact].type)
        columns[pin.fact] = pc.if_else(endless, nothing, columns[pin.fact])


def _unreadable(
    batch: Batch, field: pa.Field, bad: pa.Array | None, pin: Pin | None
) -> list[Reject]:
    if bad is None:
        return []
    what, then = _word(field), "the field is unknown for this record"
    if pin is not None and field.name in (pin.fact, pin.until):
        then = "nothing is pinned for this record"
        if field.name == pin.fact and pa.types.is_string(field.type):
            labels = f" and none of the labels {', '.join(pin.labels)}" if pin.labels else ""
            what = f"number of points{labels}"
    return [
        Reject(
            _where(batch, row),
            f"{field.name}: '{batch.rows[field.name][row].as_py()}' is no {what}; {then}",
            _raw(batch, row),
        )
        for row in pc.indices_nonzero(pc.fill_null(bad, False)).to_pylist()
    ]


def _complete(batch: Batch, table: pa.Table, stream: Stream) -> tuple[pa.Array, list[Reject]]:
    """Which rows have all they need, and a reject for each that has not."""
    rows = table.num_rows
    deleted = (
        pc.fill_null(table["deleted"], False).combine_chunks()
        if "deleted" in table.column_names
        else pa.repeat(False, rows)
    )
    reason: pa.Array = pa.nulls(rows, pa.string())
    for name in reversed(_REQUIRED[stream]):
        absent = (
            pc.is_null(table[name]).combine_chunks()
            if name in table.column_names
            else pa.repeat(True, rows)
        )
        if name != stream.key:
            absent = pc.and_(absent, pc.invert(deleted))
        reason = pc.if_else(absent, f"it has no {name}", reason)
    if "type" in table.column_names:
        reason = pc.if_else(_no_type(table["type"]), "its type is not in the vocabulary", reason)
    rejects = [
        Reject(_where(batch, row), f"left out: {reason[row].as_py()}", _raw(batch, row))
        for row in pc.indices_nonzero(pc.is_valid(reason)).to_pylist()
    ]
    return pc.is_null(reason), rejects


def _no_type(types: pa.ChunkedArray) -> pa.Array:
    known = pc.is_in(types, pa.array(sorted(ACTIVITY_TYPES)))
    custom = pc.starts_with(types, CUSTOM_TYPE_PREFIX)
    given = pc.is_valid(types)
    return pc.and_(given, pc.invert(pc.or_(known, pc.fill_null(custom, False)))).combine_chunks()


def _where(batch: Batch, row: int) -> str:
    if batch.wheres is not None and len(batch.wheres):
        return str(batch.wheres[row])
    for word in ("contact", "company"):
        if f"{word}_id" in batch.rows.column_names:
            return f"{word} {batch.rows[f'{word}_id'][row].as_py()}"
    return f"record {row}"


def _raw(batch: Batch, row: int) -> str:
    return str(batch.rows.slice(row, 1).to_pylist()[0])[:_RAW]


def _word(field: pa.Field) -> str:
    if field.name == _PROPERTIES:
        return "JSON object"
    return str(next(kind for kind in FieldType if kind.arrow == field.type))
