"""A table's rows as files: what an engine reads that opens them by itself."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The Parquet files of a table at one moment.

    schema: every column; one that a file lacks is null in its rows. parts: files together with the
    conditions, in DuckDB's SQL, that their rows must meet to be shown.
    """

    schema: pa.Schema
    parts: tuple[tuple[tuple[str, ...], tuple[Path, ...]], ...]
