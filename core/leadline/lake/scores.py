"""Scores: the current answer of each model, and what it was before."""

from __future__ import annotations

from datetime import datetime

import duckdb
import pyarrow as pa

from leadline.lake.files import ADDED, write_file
from leadline.lake.outcomes import Published
from leadline.lake.relations import select, unproven
from leadline.lake.schemas import SCORE_HISTORY, SCORES, sql_type
from leadline.lake.sql import instant, name, scan, text
from leadline.lake.table import Table

_ANSWER = ("score", "grade", "temperature", "excluded", "model_version")


def publish(
    con: duckdb.DuckDBPyConnection,
    current: Table,
    history: Table | None,
    model: str,
    scores: pa.Table,
    as_of: datetime,
    records: pa.Table | None = None,
) -> Published:
    """Replace the model's answer, and remember what differs; nothing differs: nothing written.

    records: the answer about these alone is replaced (source, contact_id).
    """
    schema = current.ensure(SCORES.columns)
    before = [f for f in current.files() if f.only("model", model)]
    con.register("answers", scores)
    old = select(con, schema, unproven(SCORES, before))
    others = ""
    if records is not None:
        con.register("records", records)
        others = f" UNION ALL BY NAME FROM ({old}) ANTI JOIN records USING (source, contact_id)"
    con.execute(
        f"CREATE OR REPLACE TEMP VIEW answer AS SELECT {_columns(scores, model, as_of)} "
        f"FROM answers{others}"
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE differing AS SELECT coalesce(a.source, o.source) AS source, "
        "coalesce(a.contact_id, o.contact_id) AS contact_id, a.contact_id IS NULL AS vanished "
        f"FROM answer a FULL JOIN ({old}) o ON a.source = o.source "
        "AND a.contact_id = o.contact_id WHERE a.contact_id IS NULL OR o.contact_id IS NULL "
        f"OR {' OR '.join(f'a.{c} IS DISTINCT FROM o.{c}' for c in _ANSWER)} "
        f"OR {_sorted('a')} IS DISTINCT FROM {_sorted('o')}"
    )
    found = con.execute("SELECT count(*) FROM differing").fetchone()
    if not found or not found[0]:
        return Published()
    if history is not None:
        _remember(con, history, model, as_of)
    query = "SELECT * FROM answer ORDER BY source, contact_id"
    current.commit([write_file(con, query, current.folder, ADDED, schema)], before)
    return Published(int(found[0]))


def _sorted(alias: str) -> str:
    return f"list_sort(map_entries({alias}.dimensions))"


def _columns(scores: pa.Table, model: str, as_of: datetime) -> str:
    made = {"model": text(model), "as_of": instant(as_of)}
    return ", ".join(
        f"({made.get(f.name) or (name(f.name) if f.name in scores.column_names else 'NULL')})"
        f"::{sql_type(f.type)} AS {name(f.name)}"
        for f in SCORES.columns
    )


def _remember(con: duckdb.DuckDBPyConnection, history: Table, model: str, as_of: datetime) -> None:
    """Append the answers that differ; after a crash the same run does not append them twice."""
    schema = history.ensure(SCORE_HISTORY.columns)
    same_run = [f for f in history.files() if f.greatest.get("as_of") == as_of]
    written = (
        f"SELECT source, contact_id FROM {scan([f.path for f in same_run])} "
        f"WHERE model = {text(model)} AND as_of = {instant(as_of)}"
        if same_run
        else "SELECT NULL, NULL WHERE false"
    )
    query = (
        "SELECT a.* FROM answer a SEMI JOIN (SELECT source, contact_id FROM differing "
        f"WHERE NOT vanished EXCEPT {written}) d "
        "ON a.source = d.source AND a.contact_id = d.contact_id ORDER BY a.source, a.contact_id"
    )
    history.commit([write_file(con, query, history.folder, ADDED, schema)])
