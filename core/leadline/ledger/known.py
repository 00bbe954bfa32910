"""The last known values of leadline's own fields in each CRM: one row per contact."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import (
    ColumnElement,
    Connection,
    Text,
    and_,
    any_,
    bindparam,
    column,
    delete,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import ARRAY

from leadline.errors import InternalError
from leadline.ledger.canonical import instant_text, json_text, row_texts
from leadline.ledger.column_types import Instant
from leadline.ledger.database import Database
from leadline.ledger.tables import last_known
from leadline.ledger.upserts import Upsert, upsert_into

CHUNK = 20_000

_TABLE = pa.schema(
    [
        pa.field("contact_id", pa.string(), nullable=False),
        pa.field("values", pa.string(), nullable=False),
        pa.field("seen_at", pa.timestamp("us", tz="UTC"), nullable=False),
        pa.field("origin", pa.string(), nullable=False),
    ]
)


class Origin(StrEnum):
    """How a value became known: leadline wrote it, or a pull read it."""

    WRITE = "write"
    PULL = "pull"


class LastKnown:
    """What the CRMs hold, as far as leadline knows; of two sightings the newer wins."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def learn(
        self,
        source: str,
        rows: pa.Table,
        origin: Origin | str,
        seen_at: datetime,
        complete: bool = False,
    ) -> int:
        """Keep `rows` (contact_id and value columns) as seen then; answers how many changed.

        An older sighting never replaces a newer one. A pull that saw what is stored leaves it as it
        is, instant included. complete: contacts not in `rows` and not seen since are forgotten.
        Each chunk is a transaction of its own: a crash loses no more than the rest.
        """
        ordered = one_row_each(rows)
        changed = 0
        for start in range(0, ordered.num_rows, CHUNK):
            with self._database.write() as connection:
                chunk = ordered.slice(start, CHUNK)
                changed += self.learn_within(connection, source, chunk, Origin(origin), seen_at)
        if complete:
            changed += self._forget_others(source, ordered.column("contact_id"), seen_at)
        return changed

    def learn_within(
        self, connection: Connection, source: str, rows: pa.Table, origin: Origin, seen_at: datetime
    ) -> int:
        """The same for a few rows, one per contact, as part of somebody's transaction."""
        if not rows.num_rows:
            return 0
        ids = rows.column("contact_id").to_pylist()
        texts = row_texts(rows.drop_columns(["contact_id"])).to_pylist()
        if self._database.is_postgres:
            arrays = {"ids": ids, "texts": texts}
            seen = {"source": source, "seen_at": seen_at, "origin": origin.value}
            return connection.execute(_POSTGRES_LEARN, {**arrays, **seen}).rowcount
        instant = instant_text(seen_at)
        pairs = zip(ids, texts, strict=True)
        learned = [(source, one, text, instant, origin.value) for one, text in pairs]
        return connection.exec_driver_sql(_SQLITE_LEARN, learned).rowcount

    def table(self, source: str, contacts: Sequence[str] | None = None) -> pa.Table:
        """What is known of a source: contact_id, values (canonical JSON), seen_at, origin.

        contacts: of these alone, in no promised order.
        """
        with self._database.read() as connection:
            if contacts is not None:
                batches = list(self._of(connection, source, contacts))
            elif self._database.is_postgres:
                parts = connection.execute(_POSTGRES_KNOWN, {"source": source}).partitions()
                batches = [_batch(zip(*part, strict=True)) for part in parts]
            else:
                batches = list(_listed(connection, source))
        return pa.Table.from_batches(batches, _TABLE)

    def _of(
        self, connection: Connection, source: str, contacts: Sequence[str]
    ) -> Iterator[pa.RecordBatch]:
        columns = [last_known.c[each] for each in _TABLE.names]
        for start in range(0, len(contacts), CHUNK):
            ids = list(contacts[start : start + CHUNK])
            query = select(*columns).where(last_known.c.source == source, self._one_of(ids))
            if rows := connection.execute(query).all():
                yield _batch(zip(*rows, strict=True))

    def _forget_others(self, source: str, kept: pa.ChunkedArray, seen_at: datetime) -> int:
        older = and_(last_known.c.source == source, last_known.c.seen_at < seen_at)
        query = select(last_known.c.contact_id).where(older).execution_options(yield_per=CHUNK)
        with self._database.read() as connection:
            parts = connection.scalars(query).partitions()
            stored = pa.chunked_array([pa.array(part, pa.string()) for part in parts], pa.string())
        gone = stored.filter(pc.invert(pc.is_in(stored, value_set=kept)))
        forgotten = 0
        for start in range(0, len(gone), CHUNK):
            with self._database.write() as connection:
                ids = gone.slice(start, CHUNK).to_pylist()
                # The age is asked for again: one may have been seen anew in the meantime.
                statement = delete(last_known).where(older, self._one_of(ids))
                forgotten += connection.execute(statement).rowcount
        return forgotten

    def _one_of(self, ids: list[str]) -> ColumnElement[bool]:
        """The contact is one of these; all of them travel as one parameter."""
        if self._database.is_postgres:
            return last_known.c.contact_id == any_(bindparam(None, ids, ARRAY(Text)))
        listed = func.json_each(json_text(ids)).table_valued("value")
        return last_known.c.contact_id.in_(select(listed.c.value))


def _listed(connection: Connection, source: str) -> Iterator[pa.RecordBatch]:
    """The rows out of SQLite, a list per column: a tuple per row takes more than twice as long."""
    after: str | None = ""
    while True:
        found = connection.exec_driver_sql(_SQLITE_LISTED, (source, after, CHUNK)).one()
        after = found[0]
        if after is None:
            return
        yield _batch(map(json.loads, found[1:]))


def _batch(columns: Iterable[Sequence[Any]]) -> pa.RecordBatch:
    ids, texts, instants, origins = map(pa.array, columns)
    return pa.record_batch(
        [ids, texts, instants.cast(_TABLE.field("seen_at").type), origins], schema=_TABLE
    )


def one_row_each(rows: pa.Table) -> pa.Table:
    """The last row of each contact, ordered by id: two writers then never wait for each other."""
    if "contact_id" not in rows.column_names or rows.column("contact_id").null_count:
        raise InternalError("values without a contact_id reached the ledger")
    ids = rows.column("contact_id").cast(pa.string()).combine_chunks()
    numbered = pa.table({"id": ids, "at": np.arange(len(ids))})
    order = pc.sort_indices(numbered, sort_keys=[("id", "ascending"), ("at", "ascending")])
    ordered = ids.take(order)
    if len(ids) > 1:
        is_last = pc.not_equal(ordered[1:], ordered[:-1]).to_pylist()
        order = order.filter(pa.array([*is_last, True]))
    return rows.take(order)


def _newer_wins(insert: Upsert) -> Upsert:
    new, old = insert.excluded, last_known.c
    ours = new.origin == literal_column(f"'{Origin.WRITE}'")
    pulled = old.origin == literal_column(f"'{Origin.PULL}'")
    # At one instant our own write beats a pull, and of two pulls the one learned later.
    tied = and_(new.seen_at == old.seen_at, or_(ours, pulled))
    return insert.on_conflict_do_update(
        index_elements=["source", "contact_id"],
        set_={name: new[name] for name in ("values", "seen_at", "origin")},
        where=and_(or_(new.seen_at > old.seen_at, tied), or_(ours, new["values"] != old["values"])),
    )


def _postgres_learn() -> Upsert:
    """All rows in one statement: arrays in, rows out of them on the server."""
    arrays = (bindparam("ids", type_=ARRAY(Text)), bindparam("texts", type_=ARRAY(Text)))
    rows = func.unnest(*arrays).table_valued(column("contact_id", Text), column("text", Text))
    rows = rows.render_derived("learned")
    insert = upsert_into(last_known, is_postgres=True).from_select(
        ["source", "contact_id", "values", "seen_at", "origin"],
        select(
            bindparam("source", type_=Text),
            rows.c.contact_id,
            rows.c.text,
            bindparam("seen_at", type_=Instant),
            bindparam("origin", type_=Text),
        ),
    )
    return _newer_wins(insert).execution_options(preserve_rowcount=True)


# As text, for rows as tuples: a dictionary for each takes four times as long.
_SQLITE_LEARN = str(
    _newer_wins(upsert_into(last_known, is_postgres=False)).compile(dialect=sqlite.dialect())
)
_POSTGRES_LEARN = _postgres_learn()
_COLUMNS = [last_known.c[field.name] for field in _TABLE]
_POSTGRES_KNOWN = (
    select(*_COLUMNS)
    .where(last_known.c.source == bindparam("source"))
    .order_by(last_known.c.contact_id)
    .execution_options(yield_per=CHUNK)
)
# The last id of the chunk, and a JSON list of each column.
_SQLITE_LISTED = """
SELECT max(contact_id), json_group_array(contact_id), json_group_array("values"),
       json_group_array(seen_at), json_group_array(origin)
FROM (SELECT * FROM last_known WHERE source = ? AND contact_id > ? ORDER BY contact_id LIMIT ?)
"""
