"""A pull of activities: each file with new content, from where the last pull stopped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from leadline.batches import Batch, Checkpoint, Stream
from leadline_csv.activities import ActivityReader, TypeNames
from leadline_csv.checkpoint import Position, Progress, progress_of, start_position
from leadline_csv.config import CsvConfig
from leadline_csv.files import InputFile, ensure_unchanged
from leadline_csv.rows import remark

_NONE = pa.table({"activity_id": pa.array([], pa.string())})


def pull_activities(config: CsvConfig, since: Checkpoint | None) -> Iterator[Batch]:
    """The activities of each file that changed; ids stay, so that repeats do no harm."""
    files = config.files(Stream.ACTIVITIES)
    position = start_position(since, config.shape(Stream.ACTIVITIES), files)
    if since is None:
        yield Batch(_NONE, position.as_checkpoint(), feeds_off=config.feeds_off)
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
    """The file's activities from `progress` on. Ids count from its start, so all of it is read."""
    start = progress.next_line
    with config.open(Stream.ACTIVITIES, file) as table:
        columns = config.columns(Stream.ACTIVITIES, table)
        types = TypeNames(config.source.activity_types)
        reader = ActivityReader(file.name, columns, types, config.reading)
        for records in table.records(columns.used):
            activities, rows = reader.read(records)
            if records.end <= start:
                continue
            remark(rows, columns, table.decoder)
            fresh = pc.greater_equal(rows.lines, start)
            at = position.at(file.name, replace(progress, next_line=records.end))
            yield Batch(
                activities.filter(fresh),
                at.as_checkpoint(),
                rejects=rows.ordered_rejects(start),
                wheres=rows.wheres().filter(fresh),
            )
    ensure_unchanged(file, progress.print)
