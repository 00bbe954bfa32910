"""What search sees: the records as they were a while ago, archived ones not at all."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import deque

from leadline_sandbox.hubspot.records import Record


class Index:
    """The records of one kind as they were, by id. A change shows once it is `lag` old."""

    def __init__(self) -> None:
        self._entries: dict[int, Record] = {}
        self._numbers: list[int] = []
        self._pending: deque[tuple[int, int, Record | None]] = deque()

    def note(self, record: Record, at: int, lag: int) -> None:
        """A record was written, archived or restored; instants and lag in milliseconds."""
        entry = None if record.archived else record.as_it_is()
        self._later(record.number, entry, at, lag)

    def drop(self, number: int, at: int, lag: int) -> None:
        """A record is gone."""
        self._later(number, None, at, lag)

    def after(self, number: int, now: int) -> list[Record]:
        """The records with a greater id, in the order of their ids."""
        while self._pending and self._pending[0][0] <= now:
            _, changed, entry = self._pending.popleft()
            self._put(changed, entry)
        start = bisect_right(self._numbers, number)
        return [self._entries[each] for each in self._numbers[start:]]

    def _later(self, number: int, entry: Record | None, at: int, lag: int) -> None:
        if lag <= 0 and not self._pending:
            self._put(number, entry)
        else:
            self._pending.append((at + lag, number, entry))

    def _put(self, number: int, entry: Record | None) -> None:
        if entry is not None:
            if number not in self._entries:
                insort(self._numbers, number)
            self._entries[number] = entry
        elif self._entries.pop(number, None) is not None:
            self._numbers.remove(number)
