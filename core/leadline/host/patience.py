"""Waiting for a connector has an end: one that does not come back answers no more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from leadline.errors import SourceError
from leadline.host.worker import StillBusy, TookTooLong, Worker

T = TypeVar("T")

PATIENCE_SECONDS = 1_800.0  # an answer may wait for a job of the CRM's, or for its limits


class Patience:
    """One thread for all that a source's connector does; once left behind, it is asked no more."""

    def __init__(self, plugin: str) -> None:
        self.lost = False
        self._plugin, self._seconds = plugin, PATIENCE_SECONDS
        self._worker = Worker(plugin)

    def run(self, work: Callable[[], T]) -> T:
        """The result of some work, or its exception; `SourceError` when it takes too long."""
        if self.lost:
            raise self._silence()
        try:
            return self._worker.run(work, self._seconds)
        except (TookTooLong, StillBusy):
            self.lost = True
            raise self._silence() from None

    def _silence(self) -> SourceError:
        return SourceError(
            f"plugin '{self._plugin}' has given no answer for {self._seconds / 60:.2g} min and was "
            "left behind: see whether its service can be reached, else report it to its author"
        )


class Patient(Iterator[T]):
    """An iterator that is read, and closed, in the thread."""

    def __init__(self, answer: Iterator[T], patience: Patience) -> None:
        self._answer, self._patience = answer, patience

    def __next__(self) -> T:
        item = self._patience.run(lambda: next(self._answer, _END))
        if item is _END:
            raise StopIteration
        return item  # type: ignore[return-value]  # all but _END is the answer's own

    def close(self) -> None:
        """Close what it reads from; one that never came back cannot be closed."""
        close = getattr(self._answer, "close", None)
        if callable(close) and not self._patience.lost:
            self._patience.run(close)


_END = object()
