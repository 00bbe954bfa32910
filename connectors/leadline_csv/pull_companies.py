"""A pull of companies: each file with new content, from where the last pull stopped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from leadline.batches import Batch, Checkpoint, Stream
from leadline_csv.checkpoint import Position, Progress, progress_of, start_position
from leadline_csv.companies import CompanyReader
from leadline_csv.config import CsvConfig
from leadline_csv.files import InputFile, ensure_unchanged
from leadline_csv.rows import remark

_NONE = pa.table({"company_id": pa.array([], pa.string())})


def pull_companies(config: CsvConfig, since: Checkpoint | None) -> Iterator[Batch]:
    """The companies of each file that changed; one that is in no file any more stays as it was."""
    files = config.files(Stream.COMPANIES)
    position = start_position(since, config.shape(Stream.COMPANIES), files)
    for file in files:
        progress = progress_of(file, position.files.get(file.name))
        if progress.done:
            position = position.at(file.name, progress)
            continue
        yield from _read_file(config, file, progress, position)
        position = position.at(file.name, replace(progress, next_line=0))
        yield Batch(_NONE, position.as_checkpoint())


def _read_file(
    config: CsvConfig, file: InputFile, progress: Progress, position: Position
) -> Iterator[Batch]:
    """The file's companies from `progress` on. All of it is read, to tell which id came before."""
    start = progress.next_line
    with config.open(Stream.COMPANIES, file) as table:
        columns = config.columns(Stream.COMPANIES, table)
        reader = CompanyReader(file.name, columns, config.kinds(Stream.COMPANIES), config.reading)
        for records in table.records(columns.used):
            companies, rows = reader.read(records)
            if records.end <= start:
                continue
            remark(rows, columns, table.decoder)
            fresh = pc.greater_equal(rows.lines, start)
            at = position.at(file.name, replace(progress, next_line=records.end))
            yield Batch(
                companies.filter(fresh),
                at.as_checkpoint(),
                rejects=rows.ordered_rejects(start),
                wheres=rows.wheres().filter(fresh),
            )
    ensure_unchanged(file, progress.print)
