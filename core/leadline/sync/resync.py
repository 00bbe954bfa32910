"""A fresh pull on demand: asked for in the ledger, and run by a server, or here where none is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from time import sleep

from leadline.errors import UsageError
from leadline.ledger import Ledger, Request
from leadline.ledger.requests import RESYNC
from leadline.sync.pull import Progress
from leadline.sync.requests import run_request
from leadline.sync.run import Report
from leadline.sync.stopping import Cancelled
from leadline.workspace import Workspace

_LOOK_EVERY = 0.2  # seconds


def ask(
    workspace: Workspace,
    source: str,
    contacts: Sequence[str] = (),
    since: datetime | None = None,
    asked_by: str = "",
) -> int:
    """Ask for a source to be read again (all of it, named contacts, or what changed since).

    Answers the request's id. UsageError for an unknown source or an empty id.
    """
    workspace.chosen([source])
    since = workspace.instant(since)
    return put(workspace.ledger, source, contacts, since, asked_by)


def put(
    ledger: Ledger,
    source: str,
    contacts: Sequence[str],
    since: datetime | None,
    asked_by: str = "",
) -> int:
    """Put a resync of a source that there is in the queue; answers its id."""
    if any(not contact.strip() for contact in contacts):
        raise UsageError("--contact: an empty id")
    payload = {"contacts": list(contacts), "since": None if since is None else since.isoformat()}
    return ledger.requests.ask(source, RESYNC, payload | ({"by": asked_by} if asked_by else {}))


def follow(
    workspace: Workspace, asked: int, on_progress: Progress | None = None
) -> Report | Request:
    """Wait until a request is done by whichever process runs requests; do it here if none does.

    Answers the report where this process ran it, else the request as it ended. Requests that were
    left behind by a runner that died are done first. `Cancelled` once somebody cancelled it.
    """
    requests, seen = workspace.ledger.requests, ("", 0)
    while (request := requests.get(asked)) is not None and request.finished_at is None:
        if workspace.ledger.servers.living() is not None:
            seen = _tell(request, seen, on_progress)
            sleep(_LOOK_EVERY)
        elif (taken := requests.take(workspace.holder)) is None:
            sleep(_LOOK_EVERY)  # another shell is at it
        elif taken.request_id == asked:
            return run_request(workspace, taken, on_progress)
        else:
            _do_first(workspace, taken, on_progress)
    if request is None:
        raise UsageError(f"there is no request {asked}")
    return request


def _do_first(workspace: Workspace, taken: Request, on_progress: Progress | None) -> None:
    try:
        run_request(workspace, taken, on_progress)
    except Cancelled:
        return  # somebody's wish, and no trouble of ours


def _tell(request: Request, seen: tuple[str, int], on_progress: Progress | None) -> tuple[str, int]:
    """Pass on how far a request is that another process runs."""
    step = str(request.detail.get("step", ""))
    if on_progress is not None and step and (step, request.done) != seen:
        on_progress(step, request.done - seen[1] if step == seen[0] else 0)
    return step, request.done
