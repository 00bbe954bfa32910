"""A source's table, worked out: whole paths, fields with their types, how values are written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from leadline.batches import Source, Stream
from leadline.vocabulary import (
    ACTIVITY_FIELDS,
    COMPANY_RECORD_FIELDS,
    EVERY_TYPE,
    RECORD_FIELDS,
    FieldType,
)
from leadline_csv.files import InputFile, find_files
from leadline_csv.headings import Columns, map_columns, require
from leadline_csv.rows import Reading
from leadline_csv.seen import SeenOutput
from leadline_csv.settings import CsvSettings
from leadline_csv.tables import Table, open_table


@dataclass(frozen=True, slots=True)
class CsvConfig:
    """What the hooks need to know about a source."""

    source: Source
    settings: CsvSettings

    @classmethod
    def of(cls, source: Source) -> CsvConfig:
        """The worked-out table of a source."""
        return cls(source, source.settings_as(CsvSettings))

    @property
    def name(self) -> str:
        """The source's name."""
        return self.source.name

    @property
    def output(self) -> Path | None:
        """The file for scores."""
        output = self.settings.output
        return None if output is None else self.source.base / output

    @property
    def seen(self) -> SeenOutput:
        """Which content of that file is known."""
        return SeenOutput(self.source.state / "output")

    @property
    def snapshots(self) -> Path:
        """The folder of the contacts' snapshots."""
        return self.source.state / "contacts"

    @property
    def reading(self) -> Reading:
        """How values are written."""
        settings = self.settings
        return Reading(settings.decimal_comma, settings.day_first, self.source.time_zone)

    def files(self, stream: Stream) -> list[InputFile]:
        """The input files of a stream; none when it is not configured."""
        pattern: str | None = getattr(self.settings, stream.value)
        if pattern is None:
            return []
        return find_files(pattern, self.source.base, leave_out=self.output)

    @property
    def feeds_off(self) -> frozenset[str]:
        """The activity types that these files cannot hold."""
        if self.settings.activities is None:
            return frozenset({EVERY_TYPE})
        return frozenset(self.settings.feeds_off)

    def kinds(self, stream: Stream) -> Mapping[str, FieldType]:
        """The fields that are read, with their types."""
        if stream is Stream.CONTACTS:
            return {**self.source.wanted, **RECORD_FIELDS}
        if stream is Stream.COMPANIES:
            return {**self.source.wanted_of_companies, **COMPANY_RECORD_FIELDS}
        return ACTIVITY_FIELDS

    def mapping(self, stream: Stream) -> Mapping[str, str]:
        """Canonical name → heading."""
        return {
            Stream.CONTACTS: self.source.fields,
            Stream.ACTIVITIES: self.source.activity_fields,
            Stream.COMPANIES: self.source.company_fields,
        }[stream]

    def known_headings(self, stream: Stream) -> set[str]:
        """Headings that are likely in a file."""
        mapped = {heading.strip() for heading in self.mapping(stream).values()}
        return mapped | set(self.kinds(stream))

    def columns(self, stream: Stream, table: Table) -> Columns:
        """Where each field stands in a file; a `SourceError` when one that must be is not there."""
        columns = map_columns(table.headings, self.mapping(stream), self.kinds(stream), table.name)
        if stream is Stream.ACTIVITIES:
            for field in ("contact_id", "type", "occurred_at"):
                require(columns, field, f"sources.{self.name}.activity_fields", table.name)
        elif stream is Stream.COMPANIES:
            require(columns, "company_id", f"sources.{self.name}.company_fields", table.name)
        elif "contact_id" in columns.missing or "email" not in columns.places:
            require(columns, "contact_id", f"sources.{self.name}.fields", table.name)
        return columns

    def shape(self, stream: Stream) -> str:
        """A digest of all that decides what a line becomes."""
        settings = self.settings
        said = {
            "fields": sorted(self.mapping(stream).items()),
            "kinds": sorted(self.kinds(stream).items()),
            "types": sorted(self.source.activity_types.items())
            if stream is Stream.ACTIVITIES
            else [],
            "encoding": settings.encoding,
            "delimiter": settings.delimiter,
            "written": [settings.decimal_comma, settings.day_first, str(self.source.time_zone)],
        }
        text = json.dumps(said, sort_keys=True)
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()

    def open(
        self, stream: Stream, file: InputFile, rows: int | None = None
    ) -> AbstractContextManager[Table]:
        """Open an input file as the settings say."""
        settings = self.settings
        return open_table(
            file,
            encoding=settings.encoding,
            delimiter=settings.delimiter,
            known=self.known_headings(stream),
            rows=rows or settings.batch_rows,
        )
