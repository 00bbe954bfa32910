"""A pull of companies: each file with new content, from where the last pull stopped."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from leadline.batches import Batch, Checkpoint, Stream
from leadline_csv.checkpoint import start_position
from leadline_csv.companies import CompanyReader
from leadline_csv.config import CsvConfig
from leadline_csv.files import InputFile
from leadline_csv.headings import Columns
from leadline_csv.pull_files import FilesPull

_NONE = pa.table({"company_id": pa.nulls(0, pa.string())})


def pull_companies(config: CsvConfig, since: Checkpoint | None) -> Iterator[Batch]:
    """The companies of each file that changed; one that is in no file any more stays as it was."""
    files = config.files(Stream.COMPANIES)
    position = start_position(since, config.shape(Stream.COMPANIES), files)
    kinds = config.kinds(Stream.COMPANIES)

    def reader(file: InputFile, columns: Columns) -> CompanyReader:
        return CompanyReader(file.name, columns, kinds, config.reading)

    yield from FilesPull(config, Stream.COMPANIES, _NONE, reader).batches(files, position)
