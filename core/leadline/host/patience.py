"""Waiting for a connector has an end: it runs in a thread of its own, which can be left behind."""

from __future__ import annotations

import contextvars
import queue
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from leadline.errors import SourceError

T = TypeVar("T")

PATIENCE_SECONDS = 1_800.0  # an answer may wait for a job of the CRM's, or for its limits

_Job = tuple[contextvars.Context, Callable[[], Any], "queue.SimpleQueue[tuple[bool, Any]]"]


class Patience:
    """One thread for all that a source's connector does; it is started when first needed.

    A thread that does not come back is left behind, and the source answers no more.
    """

    def __init__(self, plugin: str) -> None:
        self.lost = False
        self._plugin, self._seconds = plugin, PATIENCE_SECONDS
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def run(self, work: Callable[[], T]) -> T:
        """The result of some work, or its exception; `SourceError` when it takes too long."""
        if self.lost:
            raise self._silence()
        if self._over():
            return work()
        done: queue.SimpleQueue[tuple[bool, Any]] = queue.SimpleQueue()
        self._jobs.put((contextvars.copy_context(), work, done))
        try:
            worked, result = done.get(timeout=self._seconds)
        except queue.Empty:
            self.lost = True
            raise self._silence() from None
        if worked:
            answer: T = result
            return answer
        try:
            raise result
        finally:
            del result  # or the exception and this frame would keep each other

    def _silence(self) -> SourceError:
        return SourceError(
            f"plugin '{self._plugin}' has given no answer for {self._seconds / 60:.2g} min and was "
            "left behind: see whether its service can be reached, else report it to its author"
        )

    def _over(self) -> bool:
        """Whether there is no thread to ask: at the interpreter's end it may never answer."""
        if sys.is_finalizing():
            return True
        if self._thread is None:
            self._thread = threading.Thread(target=_work, args=(self._jobs,), daemon=True)
            self._thread.start()
            weakref.finalize(self, self._jobs.put, None)
        return not self._thread.is_alive()


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


def _work(jobs: queue.SimpleQueue[_Job | None]) -> None:
    while (job := jobs.get()) is not None:
        context, work, done = job
        try:
            done.put((True, context.run(work)))
        except BaseException as error:  # noqa: BLE001  # the one that waits raises it again
            done.put((False, error))
        # What was asked for last must not live on in here.
        del job, context, work, done
