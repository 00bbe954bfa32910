"""DuckDB sessions that can read the lake's folder and nothing else."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from uuid import uuid4

import duckdb

from leadline.lake.sql import text

_TEMPORARY = ".temporary-"
_STALE_SECONDS = 24 * 3600
_JOIN_OPTIMIZERS = ("join_order", "build_side_probe_side")


def open_session(
    root: Path,
    memory_limit: str = "1GiB",
    threads: int | None = None,
    *,
    in_order: bool = True,
    joins_as_written: bool = False,
) -> duckdb.DuckDBPyConnection:
    """A connection in UTC that spills into the lake's folder and is locked to it.

    in_order False: rows come in any order where a query asks for none, which is faster.
    joins_as_written: tables are joined in a query's own order, each hashed on the right.
    """
    con = duckdb.connect(
        ":memory:",
        config={
            "memory_limit": memory_limit,
            "autoload_known_extensions": "false",
            "autoinstall_known_extensions": "false",
            "preserve_insertion_order": str(in_order).lower(),
            "disabled_optimizers": ",".join(_JOIN_OPTIMIZERS) if joins_as_written else "",
            **({"threads": str(threads)} if threads else {}),
        },
    )
    # Two processes must not spill into the same files, so each session has a folder of its own,
    # which DuckDB makes when it needs it and takes away when the session closes.
    spill = root / f"{_TEMPORARY}{uuid4().hex}"
    for statement in (
        "SET TimeZone = 'UTC'",
        "SET enable_progress_bar = false",
        f"SET temp_directory = {text(str(spill))}",
        f"SET allowed_directories = [{text(str(root))}]",
        "SET enable_external_access = false",
        "SET lock_configuration = true",
    ):
        con.execute(statement)
    return con


def sweep(root: Path) -> None:
    """Remove what sessions that crashed more than a day ago left behind."""
    for spill in root.glob(f"{_TEMPORARY}*"):
        if time.time() - spill.stat().st_mtime > _STALE_SECONDS:
            shutil.rmtree(spill, ignore_errors=True)
