"""Quarantine: records that could not be used, each kept once with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import duckdb
import pyarrow as pa

from leadline.batches import Reject, Stream
from leadline.lake.files import ADDED, write_file
from leadline.lake.relations import select, unproven
from leadline.lake.schemas import QUARANTINE
from leadline.lake.table import Table

_IDENTITY = ("source", "stream", "place", "reason", "raw")


def keep(
    con: duckdb.DuckDBPyConnection,
    table: Table,
    stream: Stream,
    source: str,
    rejects: Sequence[Reject],
    learned_at: datetime,
) -> int:
    """Add the rejects that are not there yet; the number added."""
    if not rejects:
        return 0
    schema = table.ensure(QUARANTINE.columns)
    files = [f for f in table.files() if f.may_hold("source", source)]
    rows = [(source, stream.value, r.where, r.reason, r.raw, learned_at) for r in rejects]
    arrays = [
        pa.array(values, field.type)
        for values, field in zip(zip(*rows, strict=True), QUARANTINE.columns, strict=True)
    ]
    con.register("rejects", pa.table(arrays, schema=QUARANTINE.columns))
    known = select(con, schema, unproven(QUARANTINE, files))
    same = " AND ".join(f"k.{c} IS NOT DISTINCT FROM r.{c}" for c in _IDENTITY)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE kept AS SELECT DISTINCT * FROM rejects r "
        f"WHERE NOT EXISTS (SELECT 1 FROM ({known}) k WHERE {same})"
    )
    found = con.execute("SELECT count(*) FROM kept").fetchone()
    table.commit([write_file(con, "SELECT * FROM kept", table.folder, ADDED, schema)])
    return int(found[0]) if found else 0
