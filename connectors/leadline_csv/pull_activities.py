"""A pull of activities: each file with new content, from where the last pull stopped."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from leadline.batches import Batch, Checkpoint, Stream
from leadline.connecting.type_names import TypeNames
from leadline_csv.activities import ActivityReader
from leadline_csv.checkpoint import start_position
from leadline_csv.config import CsvConfig
from leadline_csv.files import InputFile
from leadline_csv.headings import Columns
from leadline_csv.pull_files import FilesPull

_NONE = pa.table({"activity_id": pa.nulls(0, pa.string())})


def pull_activities(config: CsvConfig, since: Checkpoint | None) -> Iterator[Batch]:
    """The activities of each file that changed; ids stay, so that repeats do no harm."""
    files = config.files(Stream.ACTIVITIES)
    position = start_position(since, config.shape(Stream.ACTIVITIES), files)
    if since is None:
        yield Batch(_NONE, position.as_checkpoint(), feeds_off=config.feeds_off)

    def reader(file: InputFile, columns: Columns) -> ActivityReader:
        types = TypeNames(config.source.activity_types)
        return ActivityReader(file.name, columns, types, config.reading)

    yield from FilesPull(config, Stream.ACTIVITIES, _NONE, reader).batches(files, position)
