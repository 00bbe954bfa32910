"""One pool of connections for the length of a hook's call, to read and to write through."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from sqlite3 import Connection as SQLiteConnection
from typing import TypeVar

import tenacity
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from leadline.errors import RetryLater, SourceError
from leadline_sql.config import SqlConfig
from leadline_sql.failures import Broken, explained

T = TypeVar("T")

ATTEMPTS = 4
_FIRST_WAIT, _LONGEST_WAIT = 0.2, 5.0  # seconds
_WRITES = "leadline_writes"
_POSTGRES = ("postgresql", "postgres")


class Database:
    """`read()` and `write()` give a connection inside a transaction; errors come out explained."""

    def __init__(self, config: SqlConfig) -> None:
        self._settings, self._meter = config.settings, config.source.meter
        self.url = _url_of(config)
        self._engine = self._made()

    @property
    def dialect(self) -> str:
        """The kind of database: "postgresql", "sqlite", …"""
        return self._engine.dialect.name

    @cached_property
    def label(self) -> str:
        """The database in words, without the user."""
        where = f" on {self.url.host}" if self.url.host else ""
        return f"{self.dialect} database '{self.url.database or ''}'{where}"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that cannot write, where the database knows such."""
        with self._begun(self._engine) as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """All or nothing."""
        with self._begun(self._engine.execution_options(**{_WRITES: True})) as connection:
            yield connection

    def retrying(self, call: Callable[[], T]) -> T:
        """The call's answer, tried again while the database is busy; RetryLater in the end."""
        try:
            return self.attempts()(call)
        except Broken as error:
            raise RetryLater(
                f"the {self.label} does not answer properly in {ATTEMPTS} attempts ({error}); "
                "see that it runs and can be reached, and sync again later"
            ) from None

    def attempts(self) -> tenacity.Retrying:
        """Calls a function again after `Broken`, which the last attempt raises."""
        return tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(Broken),
            stop=tenacity.stop_after_attempt(ATTEMPTS),
            wait=tenacity.wait_exponential(multiplier=_FIRST_WAIT, max=_LONGEST_WAIT)
            + tenacity.wait_random(0, _FIRST_WAIT),
            reraise=True,
        )

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Turns what SQLAlchemy raises into an error for people, or `Broken`."""
        try:
            yield
        except SQLAlchemyError as error:
            raise explained(error, self.url) from None

    @contextmanager
    def forgiving(self) -> Iterator[None]:
        """For ending what may be lost already: nothing is read or written any more."""
        with suppress(SQLAlchemyError, SourceError, Broken):
            yield

    def close(self) -> None:
        """Let go of every connection."""
        with self.forgiving():
            self._engine.dispose()

    @contextmanager
    def _begun(self, engine: Engine) -> Iterator[Connection]:
        writes = bool(engine.get_execution_options().get(_WRITES))
        with self.explained(), engine.connect() as connection:
            if self.dialect == "postgresql":
                connection.execution_options(postgresql_readonly=not writes)
            with connection.begin():
                if self.dialect == "postgresql":
                    limit = self._settings.statement_seconds * 1000
                    connection.exec_driver_sql(f"SET LOCAL statement_timeout = {limit}")
                yield connection

    def _made(self) -> Engine:
        arguments: dict[str, object] = {}
        if self.url.get_backend_name() == "sqlite":
            arguments["timeout"] = self._settings.connect_seconds
        elif self.url.drivername.startswith("postgresql+psycopg"):
            arguments["connect_timeout"] = self._settings.connect_seconds
        try:
            engine = create_engine(
                self.url,
                connect_args=arguments,
                poolclass=QueuePool,
                pool_size=2,
                max_overflow=0,
                pool_timeout=self._settings.connect_seconds,
                hide_parameters=True,
            )
        except ModuleNotFoundError as error:
            raise SourceError(
                f"the driver '{error.name}' of this database is not installed: install it beside "
                "leadline, or name another in `url` (DIALECT+DRIVER://…)"
            ) from None
        except NoSuchModuleError:
            raise SourceError(
                f"SQLAlchemy does not know the database '{self.url.drivername}': correct `url`, or "
                "install the package that brings its dialect"
            ) from None
        event.listen(engine, "before_cursor_execute", lambda *_: self._meter.count())
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
        elif engine.dialect.driver == "psycopg":
            from leadline_sql.postgres import read_odd_dates

            event.listen(engine, "connect", read_odd_dates)
        return engine


@contextmanager
def opened(config: SqlConfig) -> Iterator[Database]:
    """The source's database, whose connections are closed at the end."""
    database = Database(config)
    try:
        yield database
    finally:
        database.close()


def _url_of(config: SqlConfig) -> URL:
    url = make_url(config.settings.url.get_secret_value())
    if url.drivername in _POSTGRES:
        return url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() != "sqlite":
        return url
    if not url.database or url.database == ":memory:":
        raise SourceError("a SQLite database in memory is always empty: write sqlite:///FILE")
    if url.database.startswith("file:"):
        return url
    path = config.source.base / Path(url.database)
    if not path.is_file():  # SQLite would make an empty one
        raise SourceError(f"there is no database file '{path}': correct the path in `url`")
    return url.set(database=str(path))


def _prepare_sqlite(connection: SQLiteConnection, _record: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # the driver would begin too late for savepoints


def _begin_sqlite(connection: Connection) -> None:
    writes = bool(connection.get_execution_options().get(_WRITES))
    connection.exec_driver_sql(f"PRAGMA query_only = {int(not writes)}")
    # IMMEDIATE waits its turn; a deferred transaction that turns to writing cannot.
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
