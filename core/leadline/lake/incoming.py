"""A batch on its way in: checked, typed as the lake keeps it, its rows numbered."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from leadline.errors import ConfigError, InternalError
from leadline.lake.schemas import ACTIVITIES, LAYOUTS, RECORDS, Layout, plain
from leadline.vocabulary import ACTIVITY_FIELDS, DERIVED_FIELDS, column_of

ROW = "__row"
# DuckDB says with these two where in which file a row lies.
_PLACE = {"filename", "file_row_number"}
_OWN = {
    table: {*LAYOUTS[table].columns.names, *_PLACE} - set(fields)
    for table, fields in RECORDS.items()
}


def incoming(layout: Layout, rows: pa.Table) -> pa.Table:
    """The rows under the lake's column names and types, with all of the table's own fields.

    A column the batch left out is null; one without a type (all null) says nothing.
    """
    arrays: dict[str, pa.ChunkedArray] = {}
    for field, column in zip(rows.schema, rows.columns, strict=True):
        name = column_of(field.name)
        if name.lower() in _OWN[layout.name] or name.startswith("__"):
            raise ConfigError(
                f"field '{field.name}': the lake keeps something of its own under this name; "
                "give the field another name"
            )
        if name.lower() in {known.lower() for known in arrays}:
            raise ConfigError(
                f"field '{field.name}': another field differs only in case; rename one of them"
            )
        if not pa.types.is_null(field.type):
            arrays[name] = column.cast(_type(layout, name, field.type))
    if layout is ACTIVITIES and (strange := set(arrays) - set(ACTIVITY_FIELDS)):
        raise InternalError(f"activities have no field {', '.join(sorted(strange))}")
    for name in RECORDS[layout.name]:
        if name not in arrays:
            arrays[name] = pa.chunked_array(
                [pa.nulls(rows.num_rows, layout.columns.field(name).type)]
            )
    if arrays[layout.key].null_count:
        raise InternalError(f"a batch of {layout.name} holds a row without its {layout.key}")
    arrays[ROW] = pa.chunked_array([pa.array(range(rows.num_rows), pa.int64())])
    return pa.table(arrays)


def _type(layout: Layout, name: str, kind: pa.DataType) -> pa.DataType:
    return layout.columns.field(name).type if name in layout.columns.names else plain(kind)


def fields_of(table: pa.Table) -> Iterable[pa.Field]:
    """The facts among the columns, which the digest is made of."""
    return (f for f in table.schema if f.name != ROW and f.name not in DERIVED_FIELDS)
