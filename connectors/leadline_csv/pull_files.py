"""A pull of files whose rows stay: each file with new content, from where the last pull stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol

import pyarrow as pa
import pyarrow.compute as pc

from leadline.batches import Batch, Stream
from leadline_csv.checkpoint import Position, Progress, progress_of
from leadline_csv.config import CsvConfig
from leadline_csv.files import InputFile, ensure_unchanged
from leadline_csv.headings import Columns
from leadline_csv.records import Records
from leadline_csv.rows import Rows, remark


class Reader(Protocol):
    """Turns the records of one file into typed rows, and says what could not be used."""

    def read(self, records: Records) -> tuple[pa.Table, Rows]: ...


@dataclass(frozen=True, slots=True)
class FilesPull:
    """One stream's files; `reader` is made anew for each, since ids count from a file's start."""

    config: CsvConfig
    stream: Stream
    nothing: pa.Table
    reader: Callable[[InputFile, Columns], Reader]

    def batches(self, files: list[InputFile], position: Position) -> Iterator[Batch]:
        """What each file that changed has from `position` on."""
        for file in files:
            progress = progress_of(file, position.files.get(file.name))
            if progress.done:
                position = position.at(file.name, progress)
                continue
            yield from self._file(file, progress, position)
            position = position.at(file.name, replace(progress, next_line=0))
            yield Batch(self.nothing, position.as_checkpoint())

    def _file(self, file: InputFile, progress: Progress, position: Position) -> Iterator[Batch]:
        """The rows from `progress` on. All of the file is read, to know the ids before them."""
        start = progress.next_line
        with self.config.open(self.stream, file) as table:
            columns = self.config.columns(self.stream, table)
            reader = self.reader(file, columns)
            for records in table.records(columns.used):
                found, rows = reader.read(records)
                if records.end <= start:
                    continue
                remark(rows, columns, table.decoder)
                fresh = pc.greater_equal(rows.lines, start)
                at = position.at(file.name, replace(progress, next_line=records.end))
                yield Batch(
                    found.filter(fresh),
                    at.as_checkpoint(),
                    rejects=rows.ordered_rejects(start),
                    wheres=rows.wheres().filter(fresh),
                )
        ensure_unchanged(file, progress.print)
