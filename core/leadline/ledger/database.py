"""One engine with two ways in, reading and writing, each a single transaction."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from sqlite3 import Connection as SQLiteConnection
from sqlite3 import Cursor as SQLiteCursor
from sqlite3 import OperationalError as SQLiteError

from sqlalchemy import Connection, Engine, create_engine, event, func, select
from sqlalchemy.exc import StatementError
from sqlalchemy.pool import ConnectionPoolEntry

from leadline.errors import WorkspaceError
from leadline.ledger.failures import explain
from leadline.ledger.place import Place

BUSY_TIMEOUT_S = 30
_WRITES = "leadline_writes"


class Database:
    """`read()` and `write()` give a connection inside a transaction; errors come out explained."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self._engine = _engine_of(place)
        self._writer = self._engine.execution_options(**{_WRITES: True})
        self._local = threading.local()

    @property
    def is_postgres(self) -> bool:
        return self._engine.dialect.name == "postgresql"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent view; inside `write()` of the same thread, that transaction's."""
        current: Connection | None = getattr(self._local, "connection", None)
        with self._explained():
            if current is not None:
                yield current
            else:
                with self._engine.begin() as connection:
                    yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """All or nothing; a `write()` inside another of the same thread joins it."""
        current: Connection | None = getattr(self._local, "connection", None)
        with self._explained():
            if current is not None:
                yield current
                return
            with self._writer.begin() as connection:
                self._local.connection = connection
                try:
                    yield connection
                finally:
                    self._local.connection = None

    def now(self, connection: Connection) -> datetime:
        """The one clock that all processes of this ledger share: the server's, or the machine's."""
        if self.is_postgres:
            server: datetime = connection.scalar(select(func.clock_timestamp())) or utc_now()
            return server.astimezone(UTC)
        return utc_now()

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except StatementError as error:
            raise explain(error, self.place) from error


def utc_now() -> datetime:
    return datetime.now(UTC)


def _engine_of(place: Place) -> Engine:
    if place.url.get_backend_name() == "sqlite":
        # IMMEDIATE below waits its turn; a deferred transaction that turns to writing cannot.
        engine = create_engine(
            place.url, hide_parameters=True, connect_args={"timeout": BUSY_TIMEOUT_S}
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    try:
        return create_engine(place.url, hide_parameters=True, pool_pre_ping=True)
    except ModuleNotFoundError as error:
        raise WorkspaceError(
            f"the ledger is a PostgreSQL database, but '{error.name}' is not installed: "
            "run pip install 'leadline[postgres]'"
        ) from error


def _prepare_sqlite(connection: SQLiteConnection, _record: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # the driver would begin too late, and never for a SELECT
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_S * 1000}")
    _use_wal(cursor)
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _use_wal(cursor: SQLiteCursor) -> None:
    """Turn WAL on; two processes doing so at once get "locked" however long the timeout is."""
    deadline = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            if cursor.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                cursor.execute("PRAGMA journal_mode = WAL").fetchone()
            return
        except SQLiteError as error:
            busy = error.sqlite_errorname.startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))
            if not busy or time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
