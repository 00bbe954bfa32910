"""Waiting for strangers' code has an end: it runs in a thread that can be left behind."""

from __future__ import annotations

import contextvars
import queue
import sys
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")

_Job = tuple[contextvars.Context, Callable[[], Any], "Future[Any]"]


class TookTooLong(Exception):
    """The work goes on, and is no longer waited for."""


class StillBusy(Exception):
    """An earlier work, which took too long, has not ended."""


class Worker:
    """One thread for all that it is asked to do; it is started when first needed.

    A daemon: what never ends does not keep the process alive.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._late: Future[Any] | None = None

    def run(self, work: Callable[[], T], seconds: float) -> T:
        """The result of some work, or its exception; `TookTooLong`, `StillBusy`."""
        if self._late is not None and not self._late.done():
            raise StillBusy
        self._late = None
        if self._over():
            return work()
        done: Future[T] = Future()
        self._jobs.put((contextvars.copy_context(), work, done))
        try:
            return done.result(seconds)
        except TimeoutError:
            if done.done():  # the work's own
                return done.result()
            self._late = done
            raise TookTooLong from None
        finally:
            del done  # or an exception and this frame would keep each other

    def _over(self) -> bool:
        """Whether there is no thread to ask: at the interpreter's end it may never answer."""
        if sys.is_finalizing():
            return True
        if self._thread is None:
            self._thread = threading.Thread(
                target=_work, args=(self._jobs,), name=f"leadline-{self._name}", daemon=True
            )
            self._thread.start()
            weakref.finalize(self, self._jobs.put, None)
        return not self._thread.is_alive()


def _work(jobs: queue.SimpleQueue[_Job | None]) -> None:
    while (job := jobs.get()) is not None:
        context, work, done = job
        try:
            done.set_result(context.run(work))
        except BaseException as error:  # noqa: BLE001  # the one that waits raises it again
            done.set_exception(error)
        # What was asked for last must not live on in here.
        del job, context, work, done
