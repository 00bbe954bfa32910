"""Doing what was asked for in the ledger: a request becomes a run, with progress and a way out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from time import monotonic

from leadline.ledger import Request
from leadline.ledger.requests import CANCELLED, RESYNC
from leadline.sync.pull import Only, Progress
from leadline.sync.run import Report, sync
from leadline.sync.stopping import Cancelled, Interrupted
from leadline.workspace import Workspace

_NOTED_EVERY = 0.5  # seconds


def run_request(
    workspace: Workspace,
    request: Request,
    on_progress: Progress | None = None,
    must_end: Callable[[], bool] = lambda: False,
) -> Report:
    """Run a request that was taken, and note in the ledger how far it is and how it ended.

    Raises `Cancelled` once somebody cancelled it, between two batches. must_end: true when this
    process must end; the request then waits for the next runner, and `Interrupted` is raised.
    """
    requests = workspace.ledger.requests
    watch = _Watch(workspace, request, on_progress, must_end)
    try:
        report = sync(
            workspace,
            [request.source],
            full=request.kind == RESYNC,
            only=part_of(request),
            on_progress=watch,
            request=request.request_id,
        )
    except Interrupted:
        requests.give_back(request.request_id)
        raise
    except Cancelled:
        requests.finish(request.request_id, CANCELLED, {})
        raise
    except BaseException as error:
        requests.finish(request.request_id, "failed", {"error": str(error) or type(error).__name__})
        raise
    requests.finish(request.request_id, report.status, {"run_id": report.run_id})
    return report


def part_of(request: Request) -> Only | None:
    """The part of the source that was asked for; None for all of it."""
    contacts = tuple(request.payload.get("contacts") or ())
    since = request.payload.get("since")
    if not contacts and not since:
        return None
    return Only(contacts, datetime.fromisoformat(since) if since else None)


class _Watch:
    """Called after each batch: tells the ledger how far the run is, and stops it when asked to."""

    def __init__(
        self,
        workspace: Workspace,
        request: Request,
        on_progress: Progress | None,
        must_end: Callable[[], bool],
    ) -> None:
        self._requests, self._id = workspace.ledger.requests, request.request_id
        self._then, self._must_end = on_progress, must_end
        self._step, self._done, self._noted = "", 0, 0.0

    def __call__(self, step: str, rows: int) -> None:
        self._done += rows
        if step != self._step or monotonic() - self._noted >= _NOTED_EVERY:
            self._requests.progress(self._id, self._done, None, step)
            self._step, self._noted = step, monotonic()
        if self._then is not None:
            self._then(step, rows)
        if self._must_end():
            raise Interrupted("the process that ran it had to end; the next one does it again")
        if self._requests.is_cancelled(self._id):
            raise Cancelled("cancelled between two batches; what was read and written stays")
