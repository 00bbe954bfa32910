"""The simulated CRM's own time: it runs with the machine's, and can be put forward or stopped."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta


class Clock:
    """Instants in UTC. `start` is the instant at which the portal opens; None is now."""

    def __init__(self, start: datetime | None = None) -> None:
        self._shift = timedelta()
        self._stopped: datetime | None = None
        if start is not None:
            self._shift = start - self.now()

    def now(self) -> datetime:
        """The CRM's present instant."""
        return (self._stopped or datetime.now(UTC)) + self._shift

    def ms(self) -> int:
        """The same in milliseconds since 1970."""
        return int(self.now().timestamp() * 1_000)

    def seconds(self) -> float:
        """The same in seconds since 1970."""
        return self.now().timestamp()

    def advance(self, seconds: float) -> None:
        """Put the clock forward."""
        self._shift += timedelta(seconds=seconds)

    def stop(self) -> None:
        """Stand still from here on; only `advance` moves it."""
        self._stopped = self._stopped or datetime.now(UTC)


def real_seconds() -> float:
    """The machine's own time, for limits that hold whatever the CRM's clock shows."""
    return time.time()
