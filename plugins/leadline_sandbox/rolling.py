"""How many calls there were of late."""

from __future__ import annotations

from collections import deque


class Rolling:
    """Calls of the last so many seconds; instants are seconds since 1970."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._calls: deque[float] = deque()

    def add(self, now: float) -> None:
        """One more call."""
        self._calls.append(now)

    def count(self, now: float) -> int:
        """How many there were."""
        while self._calls and self._calls[0] <= now - self._seconds:
            self._calls.popleft()
        return len(self._calls)
