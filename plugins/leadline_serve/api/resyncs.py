"""Resyncs on demand: asked for here, run by whichever process takes them up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path, Request
from pydantic import BaseModel, Field

from leadline.ledger import Request as Asked
from leadline_serve.access import Admin, User, Viewer, audit
from leadline_serve.api.answers import Body, Instant, Limit, refusals, source_named, zoned
from leadline_serve.server import CurrentServer, Server

router = APIRouter(tags=["resyncs"])

_CONTACTS = 10_000
RequestId = Annotated[int, Path(ge=1, le=2**53)]


class ResyncBody(Body):
    """What to read again: a whole source, named contacts, or what changed since an instant."""

    source: Annotated[str, Field(min_length=1, max_length=200)]
    contacts: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=500, pattern=r"\S")]],
        Field(default_factory=list, max_length=_CONTACTS),
    ]
    since: Instant | None = None


class ResyncAnswer(BaseModel):
    """A request and how far it is. status: "waiting", "running", or how it ended.

    kind: "resync", "sync" (by the schedule) or "contacts" (by a webhook). step: what it is at.
    cancelled: somebody asked to stop it. contacts: how many are named; 0 for all.
    """

    request_id: int
    source: str
    kind: str
    status: str
    cancelled: bool
    asked_at: datetime
    asked_by: str
    finished_at: datetime | None
    contacts: int
    since: datetime | None
    done: int
    total: int | None
    step: str
    run_id: str | None
    error: str | None
    attempt: int


@router.get("/resyncs", responses=refusals())
def resyncs(server: CurrentServer, user: Viewer, limit: Limit = 50) -> list[ResyncAnswer]:
    """The latest requests of every kind, newest first."""
    return [_answer(each) for each in server.ledger.requests.list(limit)]


@router.get("/resyncs/{request_id}", responses=refusals(404))
def resync(server: CurrentServer, user: Viewer, request_id: RequestId) -> ResyncAnswer:
    """One request and how far it is."""
    return _answer(_found(server, request_id))


@router.post("/resyncs", status_code=202, responses=refusals(400, 403, 404))
def ask(request: Request, server: CurrentServer, user: Admin, body: ResyncBody) -> ResyncAnswer:
    """Ask for a resync. It waits its turn; follow it by its id."""
    source = source_named(server, body.source)
    since = None if body.since is None else zoned(server, body.since)
    return put(request, server, user, "resync", source, body.contacts, since)


@router.delete("/resyncs/{request_id}", responses=refusals(403, 404, 409))
def cancel(
    request: Request, server: CurrentServer, user: Admin, request_id: RequestId
) -> ResyncAnswer:
    """Cancel a request: one that runs stops between two batches, and what it did stays."""
    found = _found(server, request_id)
    if found.finished_at is not None:
        raise HTTPException(409, f"request {request_id} has ended: {found.status}")
    server.runner.cancel(request_id)
    audit(request, user, "cancel", found.source, request_id=request_id)
    return _answer(_found(server, request_id))


def put(
    request: Request,
    server: Server,
    user: User,
    action: str,
    source: str,
    contacts: Sequence[str] | None = None,
    since: datetime | None = None,
) -> ResyncAnswer:
    """Put a resync in the queue, and the act on record. contacts: None where none can be named."""
    asked = server.runner.ask(source, contacts or (), since, user.actor)
    named = {} if contacts is None else {"contacts": len(contacts)}
    audit(request, user, action, source, request_id=asked, **named)
    return _answer(_found(server, asked))


def _answer(asked: Asked) -> ResyncAnswer:
    payload: dict[str, Any] = dict(asked.payload)
    return ResyncAnswer(
        request_id=asked.request_id,
        source=asked.source,
        kind=asked.kind,
        status=asked.status,
        cancelled=asked.cancelled,
        asked_at=asked.asked_at,
        asked_by=str(payload.get("by", "")),
        finished_at=asked.finished_at,
        contacts=len(payload.get("contacts") or ()),
        since=payload.get("since"),
        done=asked.done,
        total=asked.total,
        step=str(asked.detail.get("step", "")),
        run_id=asked.detail.get("run_id"),
        error=asked.detail.get("error"),
        attempt=asked.attempt,
    )


def _found(server: Server, request_id: int) -> Asked:
    found = server.ledger.requests.get(request_id)
    if found is None:
        raise HTTPException(404, f"there is no request {request_id}")
    return found
