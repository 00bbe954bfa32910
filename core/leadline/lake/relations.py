"""The query over a snapshot's files that shows a table's rows as they stand, or stood."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from leadline.lake.files import DataFile
from leadline.lake.schemas import Layout, sql_type
from leadline.lake.snapshots import Parts
from leadline.lake.sql import instant, name, scan

# What a file's statistics prove about a condition: it holds for all rows, for none, or unproven.
_ALL, _NONE, _SOME = "all", "none", "some"


def select(con: duckdb.DuckDBPyConnection, schema: pa.Schema, parts: Parts) -> str:
    """A SELECT of every column of the table; files are read only as far as they must be."""
    if not parts:
        nulls = ", ".join(f"NULL::{sql_type(f.type)} AS {name(f.name)}" for f in schema)
        return f"SELECT {nulls} WHERE false"
    return " UNION ALL ".join(
        f"SELECT {project(con, schema, paths)}" + (f" WHERE {' AND '.join(left)}" if left else "")
        for left, paths in parts
    )


def unproven(layout: Layout, files: Sequence[DataFile], as_of: datetime | None = None) -> Parts:
    """The files that may hold rows to show, by the conditions that their rows must be asked."""
    branches: dict[tuple[str, ...], list[Path]] = {}
    for file in files:
        proofs = _proofs(layout, file, as_of)
        if _NONE not in proofs.values():
            left = tuple(sql for sql, proof in proofs.items() if proof == _SOME)
            branches.setdefault(left, []).append(file.path)
    return tuple((left, tuple(paths)) for left, paths in branches.items())


def project(con: duckdb.DuckDBPyConnection, schema: pa.Schema, files: Iterable[Path]) -> str:
    """The schema's columns over these files: what a file lacks is null, and has its type."""
    source = scan(files, union_by_name=True)
    found: Mapping[str, str] = {
        row[0]: row[1] for row in con.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
    }
    return f"{', '.join(_column(field, found) for field in schema)} FROM {source}"


def _column(field: pa.Field, found: Mapping[str, str]) -> str:
    column, kind = name(field.name), sql_type(field.type)
    if field.name not in found:
        return f"NULL::{kind} AS {column}"
    return column if found[field.name] == kind else f"{column}::{kind} AS {column}"


def _proofs(layout: Layout, file: DataFile, as_of: datetime | None) -> dict[str, str]:
    proofs: dict[str, str] = {}
    if as_of is None:
        if layout.until:
            proofs[f"{name(layout.until)} IS NULL"] = _proves_open(file, layout.until)
        return proofs
    at = instant(as_of)
    for column in (layout.clock, layout.happened):
        if column:
            proofs[f"{name(column)} <= {at}"] = _proves_until(file, column, as_of)
    if layout.until:
        until = name(layout.until)
        proofs[f"({until} IS NULL OR {until} > {at})"] = _proves_valid(file, layout.until, as_of)
    return proofs


def _proves_open(file: DataFile, column: str) -> str:
    if file.only_null(column):
        return _ALL
    return _NONE if file.never_null(column) else _SOME


def _proves_until(file: DataFile, column: str, as_of: datetime) -> str:
    least, greatest = file.least.get(column), file.greatest.get(column)
    if isinstance(least, datetime) and least > as_of:
        return _NONE
    if isinstance(greatest, datetime) and greatest <= as_of and file.never_null(column):
        return _ALL
    return _SOME


def _proves_valid(file: DataFile, column: str, as_of: datetime) -> str:
    if file.only_null(column):
        return _ALL
    least, greatest = file.least.get(column), file.greatest.get(column)
    if isinstance(least, datetime) and least > as_of:
        return _ALL
    if isinstance(greatest, datetime) and greatest <= as_of and file.never_null(column):
        return _NONE
    return _SOME
