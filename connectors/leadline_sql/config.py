"""A source's table, worked out: which column each field is read from and written to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from leadline.batches import STAGE_COLUMNS, Source, Stream
from leadline.vocabulary import (
    ACTIVITY_FIELDS,
    COMPANY_RECORD_FIELDS,
    RECORD_FIELDS,
    FieldType,
)
from leadline_sql.settings import Output, Query, SqlSettings

# Field → the key of a stream's own table that names its column.
_KEYS = {
    Stream.CONTACTS: {"contact_id": "id", "deleted": "deleted", "merged_into": "merged_into"},
    Stream.COMPANIES: {"company_id": "id", "deleted": "deleted"},
    Stream.ACTIVITIES: {
        "activity_id": "id",
        "deleted": "deleted",
        "contact_id": "contact",
        "type": "type",
        "occurred_at": "occurred_at",
    },
}
_REQUIRED = {
    Stream.CONTACTS: ("contact_id",),
    Stream.COMPANIES: ("company_id",),
    Stream.ACTIVITIES: ("activity_id", "contact_id", "type", "occurred_at"),
}


@dataclass(frozen=True, slots=True)
class SqlConfig:
    """What the hooks need to know about a source."""

    source: Source
    settings: SqlSettings

    @classmethod
    def of(cls, source: Source) -> SqlConfig:
        """The worked-out table of a source."""
        return cls(source, source.settings_as(SqlSettings))

    @property
    def name(self) -> str:
        """The source's name."""
        return self.source.name

    @property
    def output(self) -> Output | None:
        """Where scores go."""
        return self.settings.output

    def query(self, stream: Stream) -> Query | None:
        """A stream's query; None when it is not configured."""
        found: Query | None = getattr(self.settings, stream.value)
        return found

    def table(self, stream: Stream) -> str:
        """The name of a stream's table in the config, for messages."""
        return f"[sources.{self.name}.{stream.value}]"

    def kinds(self, stream: Stream) -> Mapping[str, FieldType]:
        """The fields that are read, with their types."""
        if stream is Stream.CONTACTS:
            return {**RECORD_FIELDS, **self.source.wanted}
        if stream is Stream.COMPANIES:
            return {**COMPANY_RECORD_FIELDS, **self.source.wanted_of_companies}
        return ACTIVITY_FIELDS

    def required(self, stream: Stream) -> tuple[str, ...]:
        """The fields without which a record is none."""
        return _REQUIRED[stream]

    def named(self, stream: Stream) -> Mapping[str, str]:
        """Field → the column that the config says; a stream's own keys go before its mapping."""
        source, query = self.source, self.query(stream)
        mapping = {
            Stream.CONTACTS: source.fields,
            Stream.COMPANIES: source.company_fields,
            Stream.ACTIVITIES: source.activity_fields,
        }[stream]
        kinds = self.kinds(stream)
        own = {field: getattr(query, key) for field, key in _KEYS[stream].items()}
        said = {field: column for field, column in own.items() if column is not None}
        mapped = {field: column for field, column in mapping.items() if field in kinds}
        return {**mapped, **said}

    @property
    def own_columns(self) -> Mapping[str, str]:
        """Column of a change → leadline's own column in the output, those of stages too."""
        output = self.output
        prefix = "" if output is None else output.column_prefix
        names = [*self.source.output.names, *_STAGES]
        return {name: self.source.write.get(name, prefix + name) for name in names}

    def type_of(self, column: str) -> pa.DataType:
        """The type of a column of a change."""
        schema = self.source.output
        return schema.field(column).type if column in schema.names else pa.string()


_STAGES = tuple(name for name in STAGE_COLUMNS if name != "stage_field")
