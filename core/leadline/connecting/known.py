"""Leadline's own fields as a CRM has them now, for `Known`."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from leadline.columns import read_column
from leadline.vocabulary import FieldType


def held(values: pa.Array, kind: pa.DataType) -> pa.Array:
    """What one field holds, as the type that is written to it.

    What is no such thing, or does not fit, is null: unknown, so that it is written anew.
    """
    if values.null_count == len(values):
        return pa.nulls(len(values), kind)
    if not pa.types.is_string(values.type):
        return _read(values, kind)
    # Each different text is read once: of scores, grades and instants there are few.
    coded = values.dictionary_encode()
    return _read(coded.dictionary, kind).take(coded.indices)


def _read(values: pa.Array, kind: pa.DataType) -> pa.Array:
    read, _ = read_column(values, _field_type(kind))
    if read.type == kind:
        return read
    fitting = read.cast(kind, safe=False)
    return pc.if_else(pc.equal(fitting.cast(read.type), read), fitting, pa.scalar(None, kind))


def _field_type(kind: pa.DataType) -> FieldType:
    if pa.types.is_integer(kind):
        return FieldType.INTEGER
    if pa.types.is_floating(kind):
        return FieldType.NUMBER
    return FieldType.INSTANT if pa.types.is_timestamp(kind) else FieldType.TEXT
