"""Canonical JSON: one value has one text, so that texts can be compared instead of values."""

from __future__ import annotations

import json
import math
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from leadline.errors import InternalError


def json_text(value: object) -> str:
    """A value as canonical JSON: keys sorted, no blanks, instants in UTC with a Z."""
    return json.dumps(
        value,
        default=_plain,
        sort_keys=True,
        ensure_ascii=False,
        allow_nan=False,
        separators=(",", ":"),
    )


def instant_text(value: datetime) -> str:
    """An instant in UTC as text of one width, whose order is the order of time."""
    if value.tzinfo is None:
        raise InternalError(f"a time without a zone reached the ledger: {value.isoformat()}")
    utc = value.astimezone(UTC).replace(tzinfo=None)
    return utc.isoformat(timespec="microseconds") + "Z"


def row_texts(rows: pa.Table) -> pa.ChunkedArray:
    """Each row as canonical JSON text; a missing value is null.

    Column by column, since a call of json.dumps per row takes several times as long.
    """
    if not rows.column_names:
        return pa.chunked_array([pa.array(["{}"] * rows.num_rows, pa.string())])
    parts: list[object] = []
    for name in sorted(rows.column_names):
        parts.append(("," if parts else "{") + json_text(name) + ":")
        parts.append(pc.fill_null(_value_texts(rows.column(name), name), "null"))
    return pc.binary_join_element_wise(*parts, "}", "")


def _value_texts(column: pa.ChunkedArray, name: str) -> pa.ChunkedArray:
    kind = column.type
    if pa.types.is_timestamp(kind):
        return _quoted(_instant_texts(column, name))
    if pa.types.is_date(kind):
        return _quoted(column.cast(pa.date32()).cast(pa.string()))
    if pa.types.is_boolean(kind) or pa.types.is_integer(kind) or pa.types.is_null(kind):
        return column.cast(pa.string())
    if pa.types.is_nested(kind):  # a set has no dictionary encoding in Arrow
        return _texts(column.to_pylist())
    # Most columns repeat few values: each distinct one is written once.
    encoded = column.combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    texts = _texts(encoded.dictionary.to_pylist()).combine_chunks()
    return pa.chunked_array([texts.take(encoded.indices)])


def _instant_texts(column: pa.ChunkedArray, name: str) -> pa.ChunkedArray:
    if column.type.tz is None:
        raise InternalError(f"column '{name}' holds times without a zone; the ledger keeps UTC")
    utc = column.cast(pa.timestamp("us", tz="UTC"), safe=False)
    return pc.replace_substring(utc.cast(pa.string()), " ", "T")


def _quoted(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.binary_join_element_wise('"', texts, '"', "")


def _texts(values: list[object]) -> pa.ChunkedArray:
    texts = [None if _is_missing(value) else json_text(value) for value in values]
    return pa.chunked_array([pa.array(texts, pa.string())])


def _is_missing(value: object) -> bool:
    return value is None or (isinstance(value, float) and not math.isfinite(value))


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return instant_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    raise InternalError(f"a {type(value).__name__} cannot be kept as JSON in the ledger")
