"""The rows of a statement page by page, from a cursor of the server; opened again when it breaks.

Only one page of rows is held. Each page is fetched within the retries, so that what was handed out
is never handed out twice for a lost connection.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from typing import Any

from sqlalchemy import Select

from leadline_sql.database import Database

Page = Sequence[tuple[Any, ...]]


def pages(database: Database, statement: Callable[[], Select[Any]], rows: int) -> Iterator[Page]:
    """Pages of at most so many rows. statement: asked anew for each opening."""
    stream = _Stream(database, statement, rows)
    try:
        while page := database.retrying(stream.next):
            yield page
    finally:
        stream.close()


class _Stream:
    """One statement under way, or none."""

    def __init__(self, database: Database, statement: Callable[[], Select[Any]], rows: int) -> None:
        self._database, self._statement, self._rows = database, statement, rows
        self._open = ExitStack()
        self._parts: Iterator[Page] | None = None

    def next(self) -> Page:
        """The next page; empty after the last one."""
        try:
            with self._database.explained():
                if self._parts is None:
                    self._parts = self._started()
                return next(self._parts, ())
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End the statement, if there is one; a connection that is gone needs no end."""
        stack, self._open, self._parts = self._open, ExitStack(), None
        with self._database.forgiving():
            stack.close()

    def _started(self) -> Iterator[Page]:
        connection = self._open.enter_context(self._database.read())
        result = self._open.enter_context(
            connection.execution_options(stream_results=True, yield_per=self._rows).execute(
                self._statement()
            )
        )
        return iter(result.partitions())
