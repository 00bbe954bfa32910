"""A fresh pull on demand: asked for in the ledger, and run by whoever takes it up, here at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from leadline.errors import InternalError, UsageError
from leadline.ledger import Request
from leadline.sync.pull import Only, Progress
from leadline.sync.run import Report, sync
from leadline.workspace import Workspace

RESYNC = "resync"


def resync(
    workspace: Workspace,
    source: str,
    contacts: Sequence[str] = (),
    since: datetime | None = None,
    on_progress: Progress | None = None,
) -> Report:
    """Read a source again (all of it, named contacts, or what changed since), score and write.

    Requests that were left behind by a runner that died are done first.
    """
    workspace.chosen([source])
    if any(not contact.strip() for contact in contacts):
        raise UsageError("--contact: an empty id")
    since = workspace.instant(since)
    payload = {"contacts": list(contacts), "since": None if since is None else since.isoformat()}
    asked = workspace.ledger.requests.ask(source, RESYNC, payload)
    while request := workspace.ledger.requests.take(workspace.holder):
        report = _run(workspace, request, on_progress)
        if request.request_id == asked:
            return report
    raise InternalError(f"request {asked} was taken up by another process; see leadline runs")


def _run(workspace: Workspace, request: Request, on_progress: Progress | None) -> Report:
    contacts = tuple(request.payload.get("contacts") or ())
    since = request.payload.get("since")
    only = Only(contacts, datetime.fromisoformat(since) if since else None)
    requests = workspace.ledger.requests
    try:
        report = sync(
            workspace,
            [request.source],
            full=True,
            only=only if contacts or since else None,
            on_progress=on_progress,
        )
    except BaseException as error:
        requests.finish(request.request_id, "failed", {"error": str(error) or type(error).__name__})
        raise
    requests.finish(request.request_id, report.status, {"run_id": report.run_id})
    return report
