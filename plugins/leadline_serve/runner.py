"""The one thread that does what is asked for in the ledger: syncs, resyncs, contacts of webhooks.

Whoever asks, a schedule, a page, the API, a webhook or a shell, puts a request into the ledger;
what is left there when the process dies is taken up by the next one.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

from leadline.errors import LeadlineError, UsageError
from leadline.host.faults import FAILURES
from leadline.ledger import Ledger, Request
from leadline.ledger.requests import CONTACTS, SYNC
from leadline.sync.stopping import Cancelled
from leadline.workspace import Workspace

# How long another process's request, or contacts that are still gathered, wait at most, in seconds.
LOOK_EVERY = 0.5
BEAT_EVERY = 5.0
_PATIENCE = 60.0
_TRIES, _WAIT = 5, timedelta(seconds=10)

_log = logging.getLogger("leadline.serve")

Opening = Callable[[], AbstractContextManager[Workspace]]


class Runner:
    """Takes requests out of the ledger and runs them, one after another; any thread may ask.

    workspace: opens the workspace for one run. sources: the names of those there are. url: where
    the server is reached. ended: called in the runner's thread after each run.
    """

    def __init__(
        self,
        ledger: Ledger,
        workspace: Opening,
        sources: Sequence[str],
        url: Callable[[], str] = lambda: "",
        ended: Callable[[], None] = lambda: None,
    ) -> None:
        self._ledger, self._workspace, self._url = ledger, workspace, url
        self._sources, self._ended = tuple(sources), ended
        self._woken, self._stopping = threading.Event(), threading.Event()
        self._threads: list[threading.Thread] = []
        self._running: int | None = None

    def start(self) -> None:
        """Say that requests are taken up here, and take up what waits."""
        self._stopping.clear()
        self._ledger.servers.beat(self._url())
        self._threads = [
            threading.Thread(target=self._work, name="leadline-runner"),
            threading.Thread(target=self._beat, name="leadline-heart"),
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Let go: a run that is under way ends after its batch, and waits for the next process."""
        self._stopping.set()
        self._woken.set()
        for thread in self._threads:
            if thread.is_alive():  # not where the process was told to end while it began
                thread.join(_PATIENCE)
        if self._threads:
            self._ledger.servers.leave()
        self._threads = []

    def ask(
        self,
        source: str,
        contacts: Sequence[str] = (),
        since: datetime | None = None,
        asked_by: str = "",
    ) -> int:
        """Ask for a source to be read again: all of it, named contacts, or what changed since.

        Answers the request's id; UsageError for an unknown source or an empty id.
        """
        from leadline.sync.resync import put

        self._check(source)
        request_id = put(self._ledger, source, contacts, since, asked_by)
        self.wake()
        return request_id

    def ask_sync(self, source: str) -> int:
        """Ask for a sync as the schedule does: one that waits or runs already is enough."""
        self._check(source)
        for request in self._ledger.requests.unfinished():
            if (request.source, request.kind, request.cancelled) == (source, SYNC, False):
                return request.request_id
        request_id = self._ledger.requests.ask(source, SYNC, {})
        self.wake()
        return request_id

    def cancel(self, request_id: int) -> None:
        """Stop a request: at once if it waits, after its batch if it runs."""
        self._ledger.requests.cancel(request_id)

    def wake(self) -> None:
        """Look for requests now."""
        self._woken.set()

    def _check(self, source: str) -> None:
        if source not in self._sources:
            there = ", ".join(sorted(self._sources))
            raise UsageError(f"no source is named '{source}'; the config has: {there}")

    def _work(self) -> None:
        while not self._stopping.is_set():
            self._woken.clear()
            try:
                request = self._ledger.requests.take(f"serve {self._url()}".strip())
                if request is not None:
                    self._run(request)
                    continue
            except LeadlineError as error:
                _log.warning("requests cannot be read: %s", error)
            self._woken.wait(LOOK_EVERY)

    def _run(self, request: Request) -> None:
        """Run one request; whatever becomes of it, the next one has its turn."""
        from leadline.sync.requests import run_request  # all of the sync: not needed to answer

        self._running = request.request_id
        said = f"request {request.request_id} ({request.kind} of {request.source})"
        try:
            with self._workspace() as workspace:
                report = run_request(workspace, request, must_end=self._stopping.is_set)
            if request.kind == CONTACTS and report.status == "failed":
                self._ask_again(request)
            _log.info("%s: %s", said, report.status)
        except Cancelled as stopped:
            _log.info("%s: %s", said, stopped)
        except FAILURES as error:
            level = logging.WARNING if isinstance(error, LeadlineError) else logging.ERROR
            why = str(error) if isinstance(error, LeadlineError) else type(error).__name__
            _log.log(level, "%s failed: %s", said, why, exc_info=level == logging.ERROR)
            self._fail(request, why)
        finally:
            self._running = None
        self._ended()

    def _fail(self, request: Request, why: str) -> None:
        """Note a failure from before the run could note one itself."""
        found = self._ledger.requests.get(request.request_id)
        if found is not None and found.finished_at is None:
            self._ledger.requests.finish(request.request_id, "failed", {"error": why})

    def _ask_again(self, request: Request) -> None:
        """Contacts that could not be read, as while another reads the source, wait a while."""
        tries = request.payload.get("tries", 0) + 1
        if tries <= _TRIES:
            payload = {**request.payload, "tries": tries}
            self._ledger.requests.ask(request.source, CONTACTS, payload, tries * _WAIT)

    def _beat(self) -> None:
        """Signs of life, of the server and of what it runs; a long step says nothing by itself."""
        while not self._stopping.wait(BEAT_EVERY):
            try:
                self._ledger.servers.beat(self._url())
                if (running := self._running) is not None:
                    self._ledger.requests.beat(running)
            except LeadlineError as error:
                _log.warning("no sign of life could be left: %s", error)
