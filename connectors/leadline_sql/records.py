"""A page of rows as a table under canonical names, with the types that the rows have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from leadline.batches import Stream
from leadline.connecting.type_names import TypeNames
from leadline.vocabulary import FieldType
from leadline_sql.config import SqlConfig
from leadline_sql.headings import Headings
from leadline_sql.values import column, key_texts, texts

_KEYS = ("contact_id", "company_id", "activity_id", "merged_into", "linked_to")


class RecordReader:
    """Reads the pages of one stream."""

    def __init__(self, config: SqlConfig, stream: Stream, headings: Headings) -> None:
        self._kinds, self._stream, self._headings = config.kinds(stream), stream, headings
        self._types = TypeNames(config.source.activity_types)

    def read(self, page: Sequence[tuple[Any, ...]]) -> pa.Table:
        """The rows of a page; what is odd in them is for the host to put aside."""
        columns = dict(zip(self._headings.selected, zip(*page, strict=True), strict=True))
        return pa.table(
            {
                field: self._column(field, columns[name])
                for field, name in self._headings.fields.items()
            }
        )

    def nothing(self) -> pa.Table:
        """No row."""
        return pa.table({self._stream.key: pa.array([], pa.string())})

    def _column(self, field: str, values: Sequence[object]) -> pa.Array:
        if field in _KEYS:
            return key_texts(values)
        if field == "type" and self._stream is Stream.ACTIVITIES:
            return self._types.translate(texts(values))
        return column(values, as_list=self._kinds[field] is FieldType.SET)
