"""Kinds: each combination of an activity's words is kept once, under a number made from it."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from leadline.batches import Reject
from leadline.lake.files import ADDED, write_file
from leadline.lake.incoming import ROW
from leadline.lake.relations import select, unproven
from leadline.lake.schemas import KINDS
from leadline.lake.sql import name
from leadline.lake.table import Table
from leadline.vocabulary import KIND_FIELDS

_WORDS = ", ".join(name(field) for field in KIND_FIELDS)
_SAME = " AND ".join(f"a.{name(f)} IS NOT DISTINCT FROM b.{name(f)}" for f in KIND_FIELDS)


def settle(con: duckdb.DuckDBPyConnection, table: Table) -> Sequence[Reject]:
    """Keep the kinds of the rows in `moves`; a row whose number is taken by others is refused.

    They are written before the activities: a kind without activities harms nobody.
    """
    schema = table.ensure(KINDS.columns)
    known = select(con, schema, unproven(KINDS, table.files()))
    con.execute(
        "CREATE OR REPLACE TEMP TABLE batch_kinds AS SELECT DISTINCT kind, "
        f"{_WORDS} FROM incoming i JOIN moves m ON i.{ROW} = m.{ROW} WHERE m.begins"
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE known_kinds AS "
        f"SELECT * FROM ({known}) WHERE kind IN (SELECT kind FROM batch_kinds)"
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE new_kinds AS SELECT * FROM batch_kinds "
        "WHERE kind NOT IN (SELECT kind FROM known_kinds) "
        f"QUALIFY row_number() OVER (PARTITION BY kind ORDER BY {_WORDS}) = 1"
    )
    rejects = _refuse(con)
    written = write_file(con, "SELECT * FROM new_kinds", table.folder, ADDED, schema)
    table.commit([written])
    return rejects


def _refuse(con: duckdb.DuckDBPyConnection) -> Sequence[Reject]:
    """Take the rows whose kind's number belongs to other words out of `moves`."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE collided AS SELECT a.* FROM batch_kinds a JOIN "
        "(SELECT * FROM known_kinds UNION ALL BY NAME SELECT * FROM new_kinds) b "
        f"ON a.kind = b.kind WHERE NOT ({_SAME})"
    )
    refused = con.execute(
        f"SELECT m.{ROW}, m.id, m.kind FROM moves m JOIN incoming a ON a.{ROW} = m.{ROW} "
        f"JOIN collided b ON m.kind = b.kind AND {_SAME} WHERE m.begins ORDER BY 1"
    ).fetchall()
    if not refused:
        return ()
    con.execute(f"DELETE FROM moves WHERE {ROW} IN (SELECT unnest(?))", [[r[0] for r in refused]])
    return [
        Reject(
            where=f"activity {identity}",
            reason=f"its type, name, url, campaign and channel share the number {kind} with "
            "those of other activities, so it cannot be told from them",
        )
        for _, identity, kind in refused
    ]
