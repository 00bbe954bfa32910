"""Feeds: which activity types each source cannot deliver, as it said so at each time."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import duckdb
import pyarrow as pa

from leadline.lake.files import ADDED, write_file
from leadline.lake.relations import select, unproven
from leadline.lake.schemas import FEEDS
from leadline.lake.sql import text
from leadline.lake.table import Table


def say(
    con: duckdb.DuckDBPyConnection,
    table: Table,
    source: str,
    off: Collection[str],
    learned_at: datetime,
) -> bool:
    """Keep a source's statement, unless it says what the one before said; True when it is kept."""
    schema = table.ensure(FEEDS.columns)
    files = [file for file in table.files() if file.may_hold("source", source)]
    number, before = _last(con, select(con, schema, unproven(FEEDS, files)), source)
    if before == set(off):
        return False
    # An earlier statement must stay the earlier one when a clock was set back.
    at = max([learned_at, *(at for f in files if (at := f.last_change()) is not None)])
    kinds: list[str | None] = [*sorted(off)] or [None]
    rows = [(source, kind, number + 1, at) for kind in kinds]
    arrays = [
        pa.array(values, field.type)
        for values, field in zip(zip(*rows, strict=True), FEEDS.columns, strict=True)
    ]
    con.register("said", pa.table(arrays, schema=FEEDS.columns))
    table.commit([write_file(con, "SELECT * FROM said", table.folder, ADDED, schema)])
    return True


def _last(con: duckdb.DuckDBPyConnection, rows: str, source: str) -> tuple[int, set[str]]:
    """The number of a source's last statement and its types; who never spoke has all on."""
    found = con.execute(
        f"SELECT type, statement FROM ({rows}) WHERE source = {text(source)} "
        "QUALIFY statement = max(statement) OVER ()"
    ).fetchall()
    return max((row[1] for row in found), default=0), {row[0] for row in found if row[0]}
