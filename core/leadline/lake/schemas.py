"""The lake's tables: their columns, and how Arrow types are said in SQL."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from leadline.errors import InternalError
from leadline.vocabulary import (
    ACTIVITY_FIELDS,
    COMPANY_RECORD_FIELDS,
    DERIVED_FIELDS,
    KIND_FIELDS,
    RECORD_FIELDS,
    FieldType,
    column_of,
)

INSTANT = FieldType.INSTANT.arrow
_VERSION = [
    pa.field("digest", pa.int64()),
    pa.field("learned_at", INSTANT),
    pa.field("superseded_at", INSTANT),
]


def _columns(fields: dict[str, FieldType]) -> list[pa.Field]:
    return [pa.field(column_of(name), kind.arrow) for name, kind in fields.items()]


@dataclass(frozen=True, slots=True)
class Layout:
    """One table: its columns when new, its key, and the order its rows are kept in.

    clock: the column that says since when a row counts. until: since when it no longer does.
    happened: the column that must not lie after the instant that is asked for.
    """

    name: str
    columns: pa.Schema
    key: str = ""
    order: tuple[str, ...] = ()
    clock: str = ""
    until: str = ""
    happened: str = ""


CONTACTS = Layout(
    "contacts",
    pa.schema(
        [
            pa.field("source", pa.string()),
            *_columns(RECORD_FIELDS),
            *_columns(DERIVED_FIELDS),
            *_VERSION,
        ]
    ),
    key="contact_id",
    order=("source", "contact_id"),
    clock="learned_at",
    until="superseded_at",
)
ACTIVITIES = Layout(
    "activities",
    pa.schema(
        [
            pa.field("source", pa.string()),
            *_columns(ACTIVITY_FIELDS),
            pa.field("day", pa.int32()),
            pa.field("kind", pa.int64()),
            *_VERSION,
        ]
    ),
    key="activity_id",
    order=("source", "contact_id", "day"),
    clock="learned_at",
    until="superseded_at",
    happened="occurred_at",
)
COMPANIES = Layout(
    "companies",
    pa.schema(
        [pa.field("source", pa.string()), *_columns(COMPANY_RECORD_FIELDS), *_VERSION],
    ),
    key="company_id",
    order=("source", "company_id"),
    clock="learned_at",
    until="superseded_at",
)
# What sources said they cannot deliver: rows of one number are one statement of a source, and a row
# without a type says that all is on.
FEEDS = Layout(
    "feeds",
    pa.schema(
        [
            *(pa.field(n, pa.string()) for n in ("source", "type")),
            pa.field("statement", pa.int64()),
            pa.field("learned_at", INSTANT),
        ]
    ),
    clock="learned_at",
)
KINDS = Layout(
    "kinds",
    pa.schema([pa.field("kind", pa.int64()), *(pa.field(n, pa.string()) for n in KIND_FIELDS)]),
)
QUARANTINE = Layout(
    "quarantine",
    pa.schema(
        [
            *(pa.field(n, pa.string()) for n in ("source", "stream", "place", "reason", "raw")),
            pa.field("learned_at", INSTANT),
        ]
    ),
    clock="learned_at",
)
_SCORE_COLUMNS = pa.schema(
    [
        *(pa.field(n, pa.string()) for n in ("source", "contact_id", "model", "model_version")),
        pa.field("as_of", INSTANT),
        pa.field("score", pa.int32()),
        pa.field("dimensions", pa.map_(pa.string(), pa.int32())),
        *(pa.field(n, pa.string()) for n in ("grade", "temperature", "excluded", "reasons")),
    ]
)
SCORES = Layout("scores", _SCORE_COLUMNS, clock="as_of")
SCORE_HISTORY = Layout("score_history", _SCORE_COLUMNS, clock="as_of")

LAYOUTS = {
    layout.name: layout
    for layout in (
        CONTACTS,
        ACTIVITIES,
        COMPANIES,
        FEEDS,
        KINDS,
        QUARANTINE,
        SCORES,
        SCORE_HISTORY,
    )
}

# The fields that every record of a stream's table has.
RECORDS: dict[str, dict[str, FieldType]] = {
    CONTACTS.name: RECORD_FIELDS,
    ACTIVITIES.name: ACTIVITY_FIELDS,
    COMPANIES.name: COMPANY_RECORD_FIELDS,
}

_SQL = {
    pa.int32(): "INTEGER",
    pa.int64(): "BIGINT",
    pa.float64(): "DOUBLE",
    pa.string(): "VARCHAR",
    pa.bool_(): "BOOLEAN",
    pa.date32(): "DATE",
    INSTANT: "TIMESTAMP WITH TIME ZONE",
}


def sql_type(kind: pa.DataType) -> str:
    """The DuckDB type of a lake column, spelled as DESCRIBE spells it."""
    if pa.types.is_list(kind):
        return f"{sql_type(kind.value_type)}[]"
    if pa.types.is_map(kind):
        return f"MAP({sql_type(kind.key_type)}, {sql_type(kind.item_type)})"
    if pa.types.is_decimal(kind):
        return f"DECIMAL({kind.precision},{kind.scale})"
    try:
        return _SQL[kind]
    except KeyError:
        raise InternalError(f"the lake cannot keep a column of type {kind}") from None


def plain(kind: pa.DataType) -> pa.DataType:
    """The one Arrow type in which the lake keeps values of this type."""
    if pa.types.is_dictionary(kind):
        return plain(kind.value_type)
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return pa.string()
    if pa.types.is_timestamp(kind):
        return INSTANT
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return pa.list_(plain(kind.value_type))
    return kind
