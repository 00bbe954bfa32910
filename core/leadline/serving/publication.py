"""One model's answer brought into the serving file: what differs, in one transaction."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pyarrow as pa

from leadline.serving.database import make_indexes, make_triggers
from leadline.serving.points import Layout, differences
from leadline.serving.sums import move_sums
from leadline.serving.tables import ANSWER, COLUMNS, FACTS, INDEXES, TRIGGERS
from leadline.serving.trail import extended

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_ROWS = 20_000  # at a time, as Python values
# From so many changes on it is cheaper to make the indexes again than to keep them up.
_MANY, _SHARE = 50_000, 0.25
_KEPT = timedelta(days=120)  # of moves
_REASONS = 3
_THERE = pa.schema(
    {"id": pa.int64(), "source": pa.string(), "contact_id": pa.string(), "digest": pa.int64()}
)
_MOVING = ("temperature", "grade", "stage")


@dataclass(frozen=True, slots=True)
class Sums:
    """All leads of a model in numbers.

    counts, histogram: as the tables have them. uses: contacts and points for each place of the
    layout.
    """

    counts: pa.Table
    histogram: pa.Table
    uses: tuple[tuple[int, int], ...]
    leads: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What is published of one model.

    rows: `id` (of the row that is there, or null) and `COLUMNS`, those that differ. gone: ids that
    are no longer leads. sums: None where only a part of the leads was scored, by the same model
    as those that are there: then the numbers move by what the rows change.
    """

    name: str
    version: str
    as_of: datetime
    day: int  # that of `as_of`, counted from 1970-01-01
    labels: tuple[str, ...]
    layout: Layout
    rows: pa.Table
    gone: pa.Table
    sums: Sums | None


def micros(at: datetime) -> int:
    """An instant as the file keeps it: whole microseconds since 1970-01-01."""
    return (at - _EPOCH) // _MICROSECOND


def instant(at: int) -> datetime:
    return _EPOCH + at * _MICROSECOND


def bring_in(connection: sqlite3.Connection, answer: Answer) -> None:
    """Leave the file with exactly this answer of the model; call it inside a transaction."""
    known = connection.execute(
        "SELECT id, leads, layout FROM models WHERE name = ?", [answer.name]
    ).fetchone()
    model = _head(connection, answer)
    if answer.rows.num_rows or answer.gone.num_rows:
        connection.execute(f"CREATE TEMP TABLE incoming (id INTEGER, {', '.join(COLUMNS)})")
        _insert(connection, "incoming", ("id", *COLUMNS), answer.rows)
        connection.execute("CREATE TEMP TABLE leaving (id INTEGER)")
        connection.executemany("INSERT INTO leaving VALUES (?)", _tuples(answer.gone))
        if known is not None and known["leads"]:
            before = Layout.from_json(known["layout"])
            _note_moves(connection, model, answer, before)
        if answer.sums is None:
            move_sums(connection, model, len(answer.layout.places))
        _bring_rows(connection, model, answer, 0 if known is None else known["leads"])
        connection.execute("DROP TABLE incoming")
        connection.execute("DROP TABLE leaving")
    if answer.sums is not None:
        _replace(connection, model, answer.sums)


def digests(
    connection: sqlite3.Connection, model: str, records: pa.Table | None = None
) -> pa.Table:
    """What is there of a model: id, source, contact_id, and the digest of the row.

    records: of these alone (source, contact_id).
    """
    query = (
        "SELECT l.id, l.source, l.contact_id, l.digest FROM leads l JOIN models m "
        "ON m.id = l.model WHERE m.name = ?"
    )
    found = connection.cursor()
    found.row_factory = None  # every lead, at each publication: plain tuples cost half
    if records is None:
        found.execute(query, [model])
        parts = list(map(_there, iter(lambda: found.fetchmany(_ROWS), [])))
    else:
        one = f"{query} AND l.source = ? AND l.contact_id = ?"
        asked = _tuples(records.select(["source", "contact_id"]))
        rows = [row for key in asked for row in found.execute(one, [model, *key])]
        parts = [_there(rows)] if rows else []
    return pa.Table.from_batches(parts, schema=_THERE)


def _there(rows: Sequence[tuple[object, ...]]) -> pa.RecordBatch:
    columns = zip(_THERE, zip(*rows, strict=True), strict=True)
    return pa.record_batch(
        [pa.array(values, field.type) for field, values in columns], schema=_THERE
    )


def drop_others(connection: sqlite3.Connection, names: Collection[str]) -> None:
    """Forget the models whose name is not among these."""
    for row in connection.execute("SELECT id, name FROM models").fetchall():
        if row["name"] in names:
            continue
        for table in ("leads", "counts", "histogram", "uses", "moves"):
            connection.execute(f"DELETE FROM {table} WHERE model = ?", [row["id"]])
        connection.execute("DELETE FROM models WHERE id = ?", [row["id"]])


def _head(connection: sqlite3.Connection, answer: Answer) -> int:
    """Note the model and its publication; its number."""
    now = micros(datetime.now(UTC))
    if answer.sums is None:
        row = connection.execute(
            "UPDATE models SET published_at = ?, publication = publication + 1 WHERE name = ? "
            "RETURNING id",
            [now, answer.name],
        ).fetchall()
        return int(row[0]["id"])
    row = connection.execute(
        "INSERT INTO models (name, version, as_of, published_at, publication, leads, labels, "
        "layout) VALUES (?, ?, ?, ?, 1, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET "
        "version = excluded.version, as_of = excluded.as_of, published_at = excluded.published_at, "
        "publication = publication + 1, leads = excluded.leads, labels = excluded.labels, "
        "layout = excluded.layout RETURNING id",
        [
            answer.name,
            answer.version,
            micros(answer.as_of),
            now,
            answer.sums.leads,
            json.dumps(answer.labels),
            answer.layout.as_json(),
        ],
    ).fetchall()
    number = int(row[0]["id"])
    connection.execute(
        "UPDATE leads SET as_of = NULL WHERE model = ? AND as_of IS NOT NULL", [number]
    )
    return number


def _bring_rows(connection: sqlite3.Connection, model: int, answer: Answer, there: int) -> None:
    changes = answer.rows.num_rows + answer.gone.num_rows
    new = answer.rows["id"].null_count
    again = changes > max(_MANY, there * _SHARE)
    search_again = new > max(_MANY, there * _SHARE)
    if again:
        for name in INDEXES:
            connection.execute(f"DROP INDEX IF EXISTS {name}")
    if search_again:
        for name in TRIGGERS:
            connection.execute(f"DROP TRIGGER IF EXISTS {name}")
    columns = ", ".join(COLUMNS)
    facts, answers = ((*FACTS, "text"), (*ANSWER, "digest", "as_of"))
    connection.execute("DELETE FROM leads WHERE id IN (SELECT id FROM leaving)")
    connection.create_function("extended", 4, extended, deterministic=True)
    # Facts seldom change: the indexes that hold them are left alone where they do not.
    differ = " OR ".join(f"i.{each} IS NOT leads.{each}" for each in facts)
    connection.execute(
        f"UPDATE leads SET {_set(facts)} FROM incoming i WHERE i.id = leads.id AND ({differ})"
    )
    connection.execute(
        f"UPDATE leads SET {_set(answers)}, trail = extended(leads.trail, ?, i.score, i.warmth) "
        "FROM incoming i WHERE i.id = leads.id",
        [answer.day],
    )
    connection.execute(
        f"INSERT INTO leads (model, {columns}, trail) SELECT ?, {columns}, "
        "extended(NULL, ?, score, warmth) FROM incoming WHERE id IS NULL",
        [model, answer.day],
    )
    if search_again:
        connection.execute("INSERT INTO search (search) VALUES ('rebuild')")
        make_triggers(connection)
    if again:
        make_indexes(connection)


def _set(columns: tuple[str, ...]) -> str:
    return ", ".join(f"{each} = i.{each}" for each in columns)


def _note_moves(connection: sqlite3.Connection, model: int, answer: Answer, before: Layout) -> None:
    """Keep which labels change, of those who were leads before and of those who are new."""

    def because(old: bytes | None, new: bytes | None) -> str:
        return json.dumps(differences((before, old), (answer.layout, new), _REASONS))

    connection.create_function("because", 2, because, deterministic=True)
    at = micros(answer.as_of)
    for field in _MOVING:
        connection.execute(
            "INSERT INTO moves (model, at, source, contact_id, field, before, after, "
            f"score_before, score_after, because) SELECT ?, ?, i.source, i.contact_id, ?, l.{field}"
            f", i.{field}, l.score, i.score, because(l.points, i.points) FROM incoming i "
            f"LEFT JOIN leads l ON l.id = i.id WHERE i.{field} IS NOT l.{field}",
            [model, at, field],
        )
    connection.execute("DELETE FROM moves WHERE at < ?", [micros(answer.as_of - _KEPT)])


def _replace(connection: sqlite3.Connection, model: int, sums: Sums) -> None:
    """What is small is written as a whole."""
    for name, rows in (("counts", sums.counts), ("histogram", sums.histogram)):
        connection.execute(f"DELETE FROM {name} WHERE model = ?", [model])
        numbered = rows.append_column("model", pa.repeat(pa.scalar(model), rows.num_rows))
        _insert(connection, name, tuple(numbered.column_names), numbered)
    connection.execute("DELETE FROM uses WHERE model = ?", [model])
    connection.executemany(
        "INSERT INTO uses VALUES (?, ?, ?, ?)",
        ((model, place, *used) for place, used in enumerate(sums.uses)),
    )


def _insert(
    connection: sqlite3.Connection, table: str, columns: tuple[str, ...], rows: pa.Table
) -> None:
    marks = ", ".join("?" * len(columns))
    connection.executemany(
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})",
        _tuples(rows.select(list(columns))),
    )


def _tuples(rows: pa.Table) -> Iterator[tuple[object, ...]]:
    for batch in rows.to_batches(max_chunksize=_ROWS):
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)
