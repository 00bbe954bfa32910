"""A pull of one stream: what changed since, or everything and then what is gone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Select

from leadline.batches import Batch, Checkpoint, Reject, Stream
from leadline.errors import SourceError
from leadline.vocabulary import EVERY_TYPE
from leadline_sql import statements
from leadline_sql.config import SqlConfig
from leadline_sql.database import Database, opened
from leadline_sql.headings import Headings, map_headings
from leadline_sql.known import KnownValues
from leadline_sql.pages import Page, pages
from leadline_sql.position import Key, Position, position_of
from leadline_sql.records import RecordReader
from leadline_sql.settings import Activities, Query
from leadline_sql.snapshots import Snapshots
from leadline_sql.values import earlier, to_json


def fetch(config: SqlConfig, stream: Stream, since: Checkpoint | None) -> Iterator[Batch]:
    """The batches of a stream; of one that is not configured, what is not known of it."""
    query = config.query(stream)
    if query is None:
        if stream is Stream.ACTIVITIES:
            nothing = pa.table({stream.key: pa.array([], pa.string())})
            off = frozenset({EVERY_TYPE})
            yield Batch(nothing, Position().as_checkpoint(), feeds_off=off)
        return
    with opened(config) as database:
        headings = database.retrying(lambda: headings_of(database, config, stream, query))
        pull = _Pull(config, stream, query, database, headings)
        yield from pull.feeds(since)
        if headings.cursor is None:
            yield from pull.everything(since)
        else:
            yield from pull.changed(headings.cursor, since)


def headings_of(database: Database, config: SqlConfig, stream: Stream, query: Query) -> Headings:
    """The columns that a stream's query has now."""
    with database.read() as connection:
        there = tuple(connection.execute(statements.probe(query.query)).keys())
    return map_headings(config, stream, there)


class _Pull:
    """One pull of one stream."""

    def __init__(
        self,
        config: SqlConfig,
        stream: Stream,
        query: Query,
        database: Database,
        headings: Headings,
    ) -> None:
        self._config, self._stream, self._query = config, stream, query
        self._database, self._headings = database, headings
        self._reader = RecordReader(config, stream, headings)
        self._known = KnownValues(config, database) if stream is Stream.CONTACTS else None
        self._rows = config.settings.batch_rows

    def feeds(self, since: Checkpoint | None) -> Iterator[Batch]:
        """Which activities the query never brings."""
        if isinstance(self._query, Activities):
            position = position_of(since) or Position()
            off = frozenset(self._query.feeds_off)
            yield Batch(self._reader.nothing(), position.as_checkpoint(), feeds_off=off)

    def changed(self, cursor: str, since: Checkpoint | None) -> Iterator[Batch]:
        """The rows from the checkpoint on, less the lag, and those whose cursor is empty."""
        position = position_of(since) or Position()
        query, headings = self._query.query, self._headings
        for page in self._pages(statements.undated(query, headings, cursor)):
            yield self._batch(page, position)
        start = earlier(position.start, self._config.settings.lag_seconds)

        def statement() -> Select[Any]:
            nonlocal position
            position = position.resumed()
            return statements.dated(query, headings, cursor, start, position.at)

        for page in pages(self._database, statement, self._rows):
            position = replace(position, at=self._last(page, cursor, position.at))
            yield self._batch(page, position)
        over = position.over()
        over = replace(over, start=self._not_future(over.start))
        if over != position:
            yield Batch(self._reader.nothing(), over.as_checkpoint())

    def everything(self, since: Checkpoint | None) -> Iterator[Batch]:
        """All rows, and at the end those that are no longer among them, as deleted."""
        snapshots = Snapshots(self._config.source.state / self._stream.value)
        position = position_of(since)
        if position is None:
            # Nobody says which of them was committed: all count, since a repeated delete is one.
            position = Position(before=snapshots.names())
        snapshots.keep_only(position.before)
        found = [pa.array([], pa.string())]
        for page in self._pages(statements.everything(self._query.query, self._headings)):
            batch = self._batch(page, position)
            if self._stream is not Stream.ACTIVITIES:
                found.append(batch.rows[self._stream.key].combine_chunks())
            yield batch
        if self._stream is Stream.ACTIVITIES:
            return
        yield from self._gone(snapshots, position, pc.drop_null(pc.unique(pa.chunked_array(found))))

    def _gone(self, snapshots: Snapshots, position: Position, present: pa.Array) -> Iterator[Batch]:
        before = snapshots.ids(position.before)
        if len(before) and not len(present):
            nothing = self._reader.nothing()
            held = (_held_back(self._stream, len(before)),)
            yield Batch(nothing, position.as_checkpoint(), rejects=held)
            return
        gone = before.filter(pc.invert(pc.is_in(before, value_set=present)))
        for start in range(0, len(gone), self._rows):
            ids = gone.slice(start, self._rows)
            deleted = pa.table({self._stream.key: ids, "deleted": pa.repeat(True, len(ids))})
            yield Batch(deleted, position.as_checkpoint())
        over = Position(before=(snapshots.write(present),))
        if over != position:
            yield Batch(self._reader.nothing(), over.as_checkpoint())

    def _pages(self, statement: Select[Any]) -> Iterator[Page]:
        return pages(self._database, lambda: statement, self._rows)

    def _batch(self, page: Page, position: Position) -> Batch:
        rows = self._reader.read(page)
        known = None if self._known is None else self._known.of(rows)
        return Batch(rows, position.as_checkpoint(), known=known)

    def _last(self, page: Page, cursor: str, before: Key | None) -> Key | None:
        """The last row that can be compared with others; one with a strange cursor cannot."""
        selected = self._headings.selected
        at, key = selected.index(cursor), selected.index(self._headings.key)
        like = page[0][at] if before is None else before.cursor
        for row in reversed(page):
            comparable = type(row[at]) is type(like) and row[at] == row[at]  # NaN is not
            if row[key] is not None and comparable:
                self._refuse_strange(cursor, row[at])
                self._refuse_strange(self._headings.key, row[key])
                return Key(row[at], row[key])
        return before

    def _refuse_strange(self, column: str, value: object) -> None:
        try:
            to_json(value)
        except TypeError:
            raise SourceError(
                f"the column '{column}' of {self._config.table(self._stream)} holds "
                f"{type(value).__name__}, which rows cannot be ordered by: name a date, an "
                "instant, a number or a text"
            ) from None

    def _not_future(self, start: object) -> object:
        """A cursor's value, but not one of tomorrow: nothing would be newer until then."""
        now = datetime.now(self._config.source.time_zone)
        if isinstance(start, datetime):
            return min(start, now.replace(tzinfo=None) if start.tzinfo is None else now)
        return min(start, now.date()) if isinstance(start, date) else start


def _held_back(stream: Stream, before: int) -> Reject:
    return Reject(
        stream.value,
        f"the query brought none of the {before:,} {stream.value} that there were: nobody is "
        "deleted for that. Mend the query, or the table that it reads",
    )
