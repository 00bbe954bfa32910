"""Open queries: their later pages are read by locator, for two days."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from leadline_sandbox.clock import Clock
from leadline_sandbox.salesforce.ids import made_id
from leadline_sandbox.salesforce.options import Options
from leadline_sandbox.salesforce.problems import bad
from leadline_sandbox.salesforce.soql import Result

_KEPT = 200
_HOUR = 3_600.0


@dataclass(frozen=True, slots=True)
class Cursor:
    """One query's result. size: rows of a page at most; opened: seconds since 1970."""

    id: str
    found: Result
    size: int
    opened: float


class Cursors:
    """The last 200 of them."""

    def __init__(self, options: Options, clock: Clock) -> None:
        self._options, self._clock = options, clock
        self._open: OrderedDict[str, Cursor] = OrderedDict()
        self._made = 0

    def open(self, found: Result, size: int) -> Cursor:
        """A cursor for a result."""
        self._made += 1
        cursor = Cursor(made_id("01g", self._made), found, size, self._clock.seconds())
        if len(found.rows) > size or self._options.short_pages:
            self._open[cursor.id] = cursor
            if len(self._open) > _KEPT:
                self._open.popitem(last=False)
        return cursor

    def find(self, locator: str) -> tuple[Cursor, int]:
        """The cursor of a locator such as `01g…-2000`, and the row at which its page begins."""
        name, _, place = locator.partition("-")
        cursor = self._open.get(name)
        since = self._clock.seconds() - self._options.cursor_hours * _HOUR
        if cursor is None or not place.isdigit() or cursor.opened < since:
            raise bad("INVALID_QUERY_LOCATOR", "invalid query locator")
        return cursor, int(place)

    def end(self, cursor: Cursor, start: int) -> int:
        """The row behind the last one of the page that begins at `start`."""
        size = cursor.size
        if self._options.short_pages:
            size = max(1, size - 1 - (start * 7 + 3) % max(1, size // 3))
        return min(start + size, len(cursor.found.rows))
