"""Writing scores: one transaction a call; what the database does not take is told row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection, Executable, Table, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from leadline.batches import Outcome, WriteResult
from leadline.errors import RetryLater, SourceError
from leadline_sql.config import SqlConfig
from leadline_sql.database import Database, opened
from leadline_sql.failures import Broken, reason, state
from leadline_sql.target import Target, find_target
from leadline_sql.values import key_text

Row = Mapping[str, object]
_Insert = postgresql.Insert | sqlite.Insert
_UPSERTS: Mapping[str, Callable[[Table], _Insert]] = {
    "postgresql": postgresql.insert,
    "sqlite": sqlite.insert,
}
# Classes of SQLSTATE: a value, a constraint, a view's condition, a trigger.
_ROW_STATES = ("22", "23", "44", "P0")
_KEY = "leadline_key"


def write(config: SqlConfig, changes: pa.Table) -> Iterator[WriteResult]:
    """One result for each row; nothing is kept of a call whose transaction was lost."""
    if config.output is None:
        raise SourceError(
            f'there is nowhere to write scores to: set `table = "…"` in '
            f"[sources.{config.name}.output]"
        )
    with opened(config) as database:
        yield from _Write(config, database, changes.to_pylist()).results()


class _Write:
    """The rows of one call, written as a whole and tried again as a whole."""

    def __init__(self, config: SqlConfig, database: Database, rows: Sequence[Row]) -> None:
        self._config, self._database, self._rows = config, database, rows
        self._began = False

    def results(self) -> list[WriteResult]:
        """RetryLater where no connection can be had; a lost one leaves its rows to be retried."""
        try:
            return self._database.attempts()(self._attempt)
        except Broken as error:
            if not self._began:
                raise RetryLater(
                    f"the {self._database.label} cannot be reached ({error}); see that it runs, "
                    "and sync again later"
                ) from None
            why = f"the database gave up in the middle: {error}"
            return [WriteResult(_id_of(row), Outcome.RETRY, why) for row in self._rows]

    def _attempt(self) -> list[WriteResult]:
        self._began = False
        with self._database.write() as connection:
            self._began = True
            target = find_target(connection, self._config)
            if target is None:
                raise SourceError(_no_table(self._config))
            names = [] if not self._rows else list(self._rows[0])
            target.needs([name for name in names if name != "contact_id"])
            sender = sender_for(self._config, self._database, connection, target)
            answered = sender.send(self._rows)
        return [answered[_id_of(row)] for row in self._rows]


class Sender:
    """Sends rows; of a batch that fails it finds the rows that do, by halves."""

    def __init__(self, database: Database, connection: Connection, target: Target) -> None:
        self._database, self._connection, self._target = database, connection, target

    def send(self, rows: Sequence[Row]) -> dict[str, WriteResult]:
        """Contact → what became of it."""
        if not rows:
            return {}
        try:
            with self._connection.begin_nested():
                self.put(self._connection, self._target, rows)
        except DBAPIError as error:
            if not _is_about_a_row(error):
                raise
            if len(rows) == 1:
                why = reason(error, self._database.url)
                contact_id = _id_of(rows[0])
                return {contact_id: WriteResult(contact_id, Outcome.REJECTED, why)}
            half = len(rows) // 2
            return {**self.send(rows[:half]), **self.send(rows[half:])}
        return {_id_of(row): WriteResult(_id_of(row), Outcome.WRITTEN) for row in rows}

    def put(self, connection: Connection, target: Target, rows: Sequence[Row]) -> None:
        """Bring some rows into the table, all or none."""
        raise NotImplementedError


class Upserts(Sender):
    """Into a table of leadline's own, where the database can insert or update in one statement."""

    def put(self, connection: Connection, target: Target, rows: Sequence[Row]) -> None:
        insert = _UPSERTS[self._database.dialect](target.table)
        values = [_whole(row, target) for row in rows]
        own = {name: insert.excluded[name] for name in values[0] if name != target.key.name}
        statement = insert.on_conflict_do_update(index_elements=[target.key], set_=own)
        connection.execute(statement, values)


class UpdatesThenInserts(Sender):
    """Into a table of leadline's own in any other database."""

    def put(self, connection: Connection, target: Target, rows: Sequence[Row]) -> None:
        for row in rows:
            values = target.values_of(row)
            if not connection.execute(_update(target, values), _bound(row, target)).rowcount:
                connection.execute(target.table.insert(), _whole(row, target))


class Updates(Sender):
    """Into leadline's columns of somebody else's table: a row that is not there stays so."""

    def send(self, rows: Sequence[Row]) -> dict[str, WriteResult]:
        there = self._there(rows)
        table, key = self._target.table.fullname, self._target.key.name
        answered = {
            _id_of(row): WriteResult(
                _id_of(row),
                Outcome.REJECTED,
                f"no row of {table} has '{_id_of(row)}' as its {key}",
            )
            for row in rows
            if _id_of(row) not in there
        }
        return {**answered, **super().send([row for row in rows if _id_of(row) in there])}

    def put(self, connection: Connection, target: Target, rows: Sequence[Row]) -> None:
        statement = _update(target, target.values_of(rows[0]))
        connection.execute(statement, [_bound(row, target) for row in rows])

    def _there(self, rows: Sequence[Row]) -> set[str]:
        """The contacts that have a row."""
        found: set[str] = set()
        for some in self._target.among([_id_of(row) for row in rows]):
            there = self._connection.scalars(select(self._target.key).where(some))
            found.update(map(key_text, there))
        return found


def sender_for(
    config: SqlConfig, database: Database, connection: Connection, target: Target
) -> Sender:
    """How this output is written in this database."""
    assert config.output is not None
    kind: type[Sender] = Updates
    if config.output.table is not None:
        kind = Upserts if database.dialect in _UPSERTS else UpdatesThenInserts
    return kind(database, connection, target)


def _update(target: Target, columns: Row) -> Executable:
    values: dict[str, Any] = {name: bindparam(f"to_{name}") for name in columns}
    return target.table.update().where(target.key == bindparam(_KEY)).values(values)


def _whole(row: Row, target: Target) -> dict[str, Any]:
    return {target.key.name: target.key_of(_id_of(row)), **target.values_of(row)}


def _bound(row: Row, target: Target) -> dict[str, Any]:
    values = {f"to_{name}": value for name, value in target.values_of(row).items()}
    return {_KEY: target.key_of(_id_of(row)), **values}


def _is_about_a_row(error: DBAPIError) -> bool:
    """A value, a constraint or a trigger; rights and missing columns are about all rows."""
    if error.connection_invalidated:
        return False
    return isinstance(error, IntegrityError | DataError) or state(error).startswith(_ROW_STATES)


def _id_of(row: Row) -> str:
    return str(row["contact_id"])


def _no_table(config: SqlConfig) -> str:
    assert config.output is not None
    if config.output.table is None:
        return f"there is no table {config.output.name}: correct `update` in the config"
    return f"there is no table {config.output.name} yet: run leadline check --fix, which makes it"
