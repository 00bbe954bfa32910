"""A table's rows as files: what an engine reads that opens them by itself."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

# Conditions in DuckDB's SQL, and the files whose rows must meet them to be shown.
Parts = tuple[tuple[tuple[str, ...], tuple[Path, ...]], ...]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The Parquet files of a table at one moment; equal parts show equal rows, for ever.

    schema: every column; one that a file lacks is null in its rows.
    """

    schema: pa.Schema
    parts: Parts
