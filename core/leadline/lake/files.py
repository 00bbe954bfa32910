"""Parquet files: written by DuckDB in bounded memory, described as Delta wants them."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import duckdb
import pyarrow as pa
from deltalake.transaction import AddAction

from leadline.lake.sql import text

ROW_GROUP = 122_880

# The prefix of a file's name says how its rows lie; a rewrite keeps it.
ADDED = "added"  # current rows in the order they came
SORTED = "sorted"  # current rows in the table's order
PAST = "past"  # superseded rows, in the order they were superseded
PAST_SORTED = "pastsorted"


@dataclass(frozen=True, slots=True)
class DataFile:
    """One file of a snapshot, with what its statistics say about its columns."""

    path: Path
    rows: int
    least: Mapping[str, object]
    greatest: Mapping[str, object]
    nulls: Mapping[str, int]

    @property
    def name(self) -> str:
        """The path inside the table, as Delta knows it."""
        return self.path.name

    @property
    def prefix(self) -> str:
        """How the rows lie: one of the prefixes above, or a stranger's."""
        return self.name.split("-", 1)[0]

    @property
    def past(self) -> bool:
        """True when no row in it is current."""
        return self.prefix in (PAST, PAST_SORTED)

    def last_change(self) -> datetime | None:
        """The latest instant at which a row in it began or ended."""
        found = (self.greatest.get(column) for column in ("learned_at", "superseded_at"))
        return max((at for at in found if isinstance(at, datetime)), default=None)

    def only_null(self, column: str) -> bool:
        """True when it is proven that the column holds nothing."""
        return self.nulls.get(column) == self.rows

    def never_null(self, column: str) -> bool:
        """True when it is proven that the column has a value in every row."""
        return self.nulls.get(column) == 0

    def only(self, column: str, value: str) -> bool:
        """True when it is proven that the column holds this value everywhere."""
        return (
            self.never_null(column)
            and self.least.get(column) == value
            and self.greatest.get(column) == value
        )

    def may_hold(self, column: str, value: str) -> bool:
        """False when it is proven that no row has this value."""
        least, greatest = self.least.get(column), self.greatest.get(column)
        if not isinstance(least, str) or not isinstance(greatest, str):
            return not self.only_null(column)
        return least <= value <= greatest


def write_file(
    con: duckdb.DuckDBPyConnection,
    query: str,
    folder: Path,
    prefix: str,
    schema: pa.Schema,
    data_change: bool = True,
) -> AddAction | None:
    """Write a query's rows to a new file; None, and no file, when there are none."""
    path = folder / f"{prefix}-{uuid4().hex}.parquet"
    found = con.execute(
        f"COPY ({query}) TO {text(str(path))} "
        f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP}, RETURN_STATS)"
    ).fetchone()
    rows, size, columns = (found[1], found[2], found[4]) if found else (0, 0, {})
    if not rows:
        path.unlink(missing_ok=True)
        return None
    return AddAction(
        path=path.name,
        size=size,
        partition_values={},
        modification_time=int(time.time() * 1000),
        data_change=data_change,
        stats=json.dumps(_statistics(rows, columns, schema)),
    )


def _statistics(
    rows: int, columns: Mapping[str, Mapping[str, str]], schema: pa.Schema
) -> dict[str, object]:
    least: dict[str, object] = {}
    greatest: dict[str, object] = {}
    nulls: dict[str, int] = {}
    for field in schema:
        found = columns.get('"' + field.name.replace('"', '""') + '"')
        if found is None or pa.types.is_nested(field.type):
            continue
        nulls[field.name] = int(found["null_count"])
        for side, into in (("min", least), ("max", greatest)):
            value = _value(found.get(side), found.get(f"{side}_is_exact"), field.type)
            if value is not None:
                into[field.name] = value
    return {"numRecords": rows, "minValues": least, "maxValues": greatest, "nullCount": nulls}


def _value(raw: str | None, exact: str | None, kind: pa.DataType) -> object:
    """A bound as Delta's JSON spells it; None for what is left out."""
    if raw is None or exact != "true":
        return None
    if pa.types.is_integer(kind):
        return int(raw)
    if pa.types.is_string(kind):
        return raw
    if pa.types.is_timestamp(kind):
        try:
            at = datetime.fromisoformat(raw).astimezone(UTC)
        except (ValueError, OverflowError):
            return None  # beyond the years that Python knows
        return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ") if at.year >= 1000 else None
    return None
