"""The serving file: opened for one writer and many readers, made anew when it cannot be used."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, SimpleQueue

from leadline.errors import WorkspaceError
from leadline.serving.tables import FORMAT, INDEXES, TABLES, TRIGGERS

_PATIENCE = 60.0  # seconds; only a writer waits, and only for another writer
# KiB of pages that a reader keeps, and the writer, who touches pages everywhere.
_CACHE, _WRITING_CACHE = -32_000, -256_000
_BESIDE = ("", "-wal", "-shm")


class Database:
    """The file and its open connections; any thread may read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._idle: SimpleQueue[tuple[int, sqlite3.Connection]] = SimpleQueue()

    @classmethod
    def open(cls, path: Path) -> Database:
        """The file, made if there is none, if it is of another format, or if it is damaged."""
        database = cls(path)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                database._prepare()
            except sqlite3.DatabaseError as error:
                if isinstance(error, sqlite3.OperationalError) and path.exists():
                    raise
                database.remake()
        except (OSError, sqlite3.Error) as error:
            raise _unusable(path, error) from error
        return database

    def remake(self) -> None:
        """An empty file in place of this one; all that it held comes from the lake."""
        self.close()
        for ending in _BESIDE:
            self.path.with_name(self.path.name + ending).unlink(missing_ok=True)
        self._prepare()

    def mend(self, error: WorkspaceError) -> bool:
        """An empty file in place of one that is damaged, as the error's cause tells; True then."""
        cause = error.__cause__
        damaged = isinstance(cause, sqlite3.DatabaseError) and not isinstance(
            cause, sqlite3.OperationalError
        )
        if damaged:
            self.remake()
        return damaged

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One unchanging view of the file, whatever is published meanwhile."""
        try:
            mark, connection = self._reader()
        except (OSError, sqlite3.Error) as error:
            raise _unusable(self.path, error) from error
        try:
            connection.execute("BEGIN")
            yield connection
        except sqlite3.Error as error:
            connection.close()
            raise _unusable(self.path, error) from error
        except BaseException:
            connection.close()
            raise
        connection.execute("ROLLBACK")
        self._idle.put((mark, connection))

    def _reader(self) -> tuple[int, sqlite3.Connection]:
        """An open connection to the file that lies there now: it may have been made anew."""
        if not self.path.exists():
            self._prepare()
        now = self.path.stat().st_ino
        while True:
            try:
                mark, connection = self._idle.get_nowait()
            except Empty:
                break
            if mark == now:
                return mark, connection
            connection.close()
        connection = self._connect()
        connection.execute("PRAGMA query_only = 1")
        return now, connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: readers see all of it or nothing."""
        connection = self._connect()
        connection.execute(f"PRAGMA cache_size = {_WRITING_CACHE}")
        try:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            # As far as readers allow, without waiting for them: the next one goes on.
            connection.execute("PRAGMA busy_timeout = 0")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.Error as error:
            raise _unusable(self.path, error) from error
        finally:
            connection.close()

    def close(self) -> None:
        """Let go of the file."""
        while True:
            try:
                self._idle.get_nowait()[1].close()
            except Empty:
                return

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False
        )
        connection.row_factory = sqlite3.Row
        connection.execute(f"PRAGMA cache_size = {_CACHE}")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA mmap_size = 1073741824")
        return connection

    def _prepare(self) -> None:
        connection = self._connect()
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            (found,) = connection.execute("PRAGMA user_version").fetchone()
            if found == FORMAT:
                return
            connection.execute("BEGIN IMMEDIATE")
            (found,) = connection.execute("PRAGMA user_version").fetchone()
            if found != FORMAT:
                _make(connection)
            connection.execute("COMMIT")
        finally:
            connection.close()


def _make(connection: sqlite3.Connection) -> None:
    """All tables, empty; those of another format are dropped."""
    old = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' "
        "AND name NOT LIKE 'search_%'"
    ).fetchall()
    for (name,) in old:
        connection.execute(f'DROP TABLE "{name}"')
    for statement in TABLES.split(";\n"):
        if statement.strip():
            connection.execute(statement)
    make_indexes(connection)
    make_triggers(connection)
    connection.execute(f"PRAGMA user_version = {FORMAT}")


def make_indexes(connection: sqlite3.Connection) -> None:
    for name, columns in INDEXES.items():
        connection.execute(f"CREATE INDEX IF NOT EXISTS {name} ON leads {columns}")


def make_triggers(connection: sqlite3.Connection) -> None:
    for name, body in TRIGGERS.items():
        connection.execute(f"CREATE TRIGGER IF NOT EXISTS {name} {body}")


def _unusable(path: Path, error: Exception) -> WorkspaceError:
    return WorkspaceError(
        f"the serving table {path} cannot be used ({error}): make room and see that the user who "
        "runs leadline may write there; or delete this one file, and the next sync makes it again"
    )
