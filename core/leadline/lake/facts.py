"""Facts as versions: a commit adds what is new and ends what it replaces.

A file holds either current rows or superseded ones, so reading the current ones needs no condition.
A superseded row therefore moves: its file is written again without it, all in one Delta commit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa
from deltalake.transaction import AddAction

from leadline.batches import Reject
from leadline.lake import kinds
from leadline.lake.files import ADDED, PAST, DataFile, write_file
from leadline.lake.incoming import ROW, fields_of, incoming
from leadline.lake.outcomes import Committed
from leadline.lake.relations import project
from leadline.lake.schemas import ACTIVITIES, COMPANIES, CONTACTS, Layout, sql_type
from leadline.lake.sql import content_hash, day_of, domain_of, instant, kind_hash, name, scan, text
from leadline.lake.table import Table

# An activity does not carry its CRM's clock.
_UPDATED_AT = {
    CONTACTS.name: "updated_at",
    COMPANIES.name: "updated_at",
    ACTIVITIES.name: "NULL::TIMESTAMPTZ",
}


@dataclass(frozen=True, slots=True)
class Pull:
    """Whose rows these are, when they were learned, and where the next pull resumes."""

    source: str
    learned_at: datetime
    app: str
    seq: int
    checkpoint: Mapping[str, object]


def commit(
    con: duckdb.DuckDBPyConnection,
    table: Table,
    kind_table: Table,
    rows: pa.Table,
    pull: Pull,
    zone: ZoneInfo,
) -> tuple[Committed, Sequence[Reject]]:
    """Bring the table up to these rows; writes nothing when they say nothing new."""
    layout = table.layout
    if not rows.num_rows:
        return Committed(), ()
    batch = incoming(layout, rows)
    schema = table.ensure(_columns(layout, batch))
    files = [f for f in table.files() if f.may_hold("source", pull.source)]
    con.register("incoming", batch)
    _identify(con, layout, batch)
    _match(con, layout, [f for f in files if not f.past], pull.source)
    rejects = kinds.settle(con, kind_table) if layout is ACTIVITIES else ()
    done = _count(con, rows.num_rows)
    if done.new or done.changed or done.deleted:
        at = instant(_not_before(files, pull.learned_at))
        ended = {row[0] for row in con.execute("SELECT DISTINCT file FROM moves").fetchall()}
        touched = [f for f in files if str(f.path) in ended]
        added = [
            _write_fresh(con, table, schema, pull.source, at, zone),
            *_write_moved(con, table, schema, touched, at),
        ]
        table.commit(added, touched, pull=(pull.app, pull.seq, pull.checkpoint))
    return done, rejects


def _columns(layout: Layout, batch: pa.Table) -> pa.Schema:
    own = set(layout.columns.names)
    return pa.schema([*layout.columns, *(f for f in fields_of(batch) if f.name not in own)])


def _identify(con: duckdb.DuckDBPyConnection, layout: Layout, batch: pa.Table) -> None:
    """Table `keys`: one row per record of the batch, the last word on it, with its digest."""
    digest = content_hash((f.name, sql_type(f.type)) for f in fields_of(batch))
    updated_at = _UPDATED_AT[layout.name]
    kind = kind_hash() if layout is ACTIVITIES else "NULL::BIGINT"
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE keys AS SELECT {ROW}, {layout.key} AS id, "
        f"coalesce(deleted, false) AS gone, {digest} AS digest, {updated_at} AS updated_at, "
        f"{kind} AS kind FROM incoming"
    )
    # A record without updated_at is as new as its batch.
    con.execute(
        f"DELETE FROM keys WHERE {ROW} IN (SELECT {ROW} FROM keys "
        "WHERE id IN (SELECT id FROM keys GROUP BY id HAVING count(*) > 1) QUALIFY row_number() "
        f"OVER (PARTITION BY id ORDER BY updated_at DESC NULLS FIRST, {ROW} DESC) > 1)"
    )


def _match(
    con: duckdb.DuckDBPyConnection, layout: Layout, current: Sequence[DataFile], source: str
) -> None:
    """Table `moves`: the rows that say something new, each with the row of the lake it ends."""
    rows = (
        f"SELECT {layout.key} AS id, digest, {_UPDATED_AT[layout.name]} AS updated_at, "
        f"filename AS file, file_row_number AS place "
        f"FROM {scan([f.path for f in current])} WHERE source = {text(source)}"
        if current
        else "SELECT NULL::VARCHAR AS id, NULL::BIGINT AS digest, NULL::TIMESTAMPTZ AS updated_at,"
        " NULL::VARCHAR AS file, NULL::BIGINT AS place WHERE false"
    )
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE hits AS SELECT k.{ROW}, c.file, c.place, "
        "c.updated_at AS before, c.digest = k.digest "
        "OR coalesce(k.updated_at < c.updated_at, false) AS stays "
        f"FROM ({rows}) c JOIN keys k ON c.id = k.id"
    )
    # An activity that is gone has no successor; one that was never here leaves no trace.
    begins = "NOT gone" if layout is ACTIVITIES else "true"
    con.execute(
        "CREATE OR REPLACE TEMP TABLE moves AS "
        f"SELECT k.*, file, place, before, {begins} AS begins "
        f"FROM keys k LEFT JOIN hits h ON k.{ROW} = h.{ROW} "
        f"WHERE stays IS DISTINCT FROM true AND ({begins} OR file IS NOT NULL)"
    )


def _count(con: duckdb.DuckDBPyConnection, rows: int) -> Committed:
    found = con.execute(
        "SELECT count(*) FILTER (NOT gone AND file IS NULL), "
        "count(*) FILTER (NOT gone AND file IS NOT NULL), count(*) FILTER (gone) FROM moves"
    ).fetchone()
    new, changed, deleted = found or (0, 0, 0)
    return Committed(new, changed, deleted, rows - new - changed - deleted)


def _not_before(files: Sequence[DataFile], learned_at: datetime) -> datetime:
    """A clock that was set back must not change what was known at an earlier instant."""
    return max([learned_at, *(at for f in files if (at := f.last_change()) is not None)])


def _write_fresh(
    con: duckdb.DuckDBPyConnection,
    table: Table,
    schema: pa.Schema,
    source: str,
    at: str,
    zone: ZoneInfo,
) -> AddAction | None:
    layout = table.layout
    made = {
        "source": text(source),
        "deleted": "m.gone",
        "digest": "m.digest",
        "learned_at": at,
        "superseded_at": "NULL::TIMESTAMPTZ",
    }
    if layout is ACTIVITIES:
        made |= {"day": day_of("occurred_at", zone.key), "kind": "m.kind"}
    else:
        # A deletion seldom says when: it is at least as new as what it ends.
        made["updated_at"] = (
            "CASE WHEN m.gone THEN coalesce(i.updated_at, m.before) ELSE i.updated_at END"
        )
    if layout is CONTACTS:
        made["email_domain"] = domain_of("email")
    brought = set(con.table("incoming").columns)
    columns = ", ".join(
        f"{made.get(f.name) or _brought(f, brought)} AS {name(f.name)}" for f in schema
    )
    query = f"SELECT {columns} FROM incoming i JOIN moves m ON i.{ROW} = m.{ROW} WHERE m.begins"
    return write_file(con, query, table.folder, ADDED, schema)


def _brought(field: pa.Field, brought: set[str]) -> str:
    if field.name in brought:
        return f"i.{name(field.name)}"
    return f"NULL::{sql_type(field.type)}"


def _write_moved(
    con: duckdb.DuckDBPyConnection,
    table: Table,
    schema: pa.Schema,
    touched: Sequence[DataFile],
    at: str,
) -> list[AddAction | None]:
    """The touched files without the rows that end, and one file of those rows."""
    if not touched:
        return []
    written = []
    ends = []
    for file in touched:
        places = f"(SELECT place FROM moves WHERE file = {text(str(file.path))})"
        rows = f"SELECT {project(con, schema, [file.path])} WHERE file_row_number"
        written.append(
            write_file(con, f"{rows} NOT IN {places}", table.folder, file.prefix, schema)
        )
        ends.append(f"{rows} IN {places}")
    past = f"SELECT * REPLACE ({at} AS superseded_at) FROM ({' UNION ALL '.join(ends)})"
    return [*written, write_file(con, past, table.folder, PAST, schema)]
