"""Runs: what runs now and how far it is, what ran, what was refused, and asking for a resync."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Query, Request, Response
from fastapi.responses import RedirectResponse

from leadline.errors import UsageError
from leadline.ledger import Request as Asked
from leadline_serve.access import Admin, User, Viewer
from leadline_serve.api import refused
from leadline_serve.api import resyncs as requests
from leadline_serve.pages.rendering import link, page
from leadline_serve.pages.views import counts_of
from leadline_serve.reach import server_of
from leadline_serve.server import Server

router = APIRouter()

_RUNS, _REQUESTS, _RECORDS = 50, 100, 200
_ENDED = 5  # requests that are still shown when they have ended
_MOST_TEXT = 200_000


@router.get("/runs")
def runs(request: Request, user: Viewer) -> Response:
    """What is running, what was asked for, and what ran."""
    return _runs(request, user)


@router.get("/runs/live")
def live(request: Request, user: Viewer) -> Response:
    """The part of the page that changes while something runs."""
    return page(request, "live.html", user, **_live(server_of(request)))


@router.post("/runs/resyncs")
def ask(
    request: Request,
    user: Admin,
    source: Annotated[str, Form(max_length=200)],
    what: Annotated[str, Form(max_length=20)] = "all",
    since: Annotated[str, Form(max_length=10)] = "",
    contacts: Annotated[str, Form(max_length=_MOST_TEXT)] = "",
) -> Response:
    """Ask for a resync: of all, of what changed since a day, or of contacts by their ids."""
    server = server_of(request)
    try:
        body = requests.ResyncBody(
            source=source,
            contacts=_ids(contacts) if what == "contacts" else [],
            since=_day(server, since) if what == "since" else None,
        )
    except (UsageError, ValueError) as error:
        message = str(error) if isinstance(error, UsageError) else "an id is too long, or too many"
        return _runs(request, user, problem=message, status=400)
    requests.ask(request, server, user, body)
    return RedirectResponse("/runs", 303)


@router.post("/runs/resyncs/{request_id}/cancel")
def cancel(request: Request, user: Admin, request_id: int) -> Response:
    """Stop a request; one that has ended meanwhile stays as it is."""
    try:
        requests.cancel(request, server_of(request), user, request_id)
    except HTTPException as refusal:
        if refusal.status_code != 409:
            raise
    return RedirectResponse("/runs", 303)


@router.get("/runs/{run_id}")
def run(request: Request, user: Viewer, run_id: str) -> Response:
    """One run: its numbers, its errors, and the writes that were rejected, by reason."""
    ledger = server_of(request).ledger
    found = ledger.runs.get(run_id)
    if found is None:
        raise HTTPException(404, f"there is no run {run_id}")
    reasons: dict[tuple[str, str], list[str]] = {}
    for each in ledger.rejections.of_run(run_id):
        reasons.setdefault((each.source, each.reason), []).append(each.contact_id)
    return page(
        request,
        "run.html",
        user,
        run=found,
        counts=counts_of(found),
        reasons=sorted(reasons.items(), key=lambda each: -len(each[1])),
    )


@router.get("/quarantine")
def quarantine(
    request: Request, user: Viewer, source: Annotated[str | None, Query(max_length=200)] = None
) -> Response:
    """The records that could not be used, and the writes that were refused, with their reasons."""
    server = server_of(request)
    chosen = source or None
    records = refused.quarantine(server, user, False, chosen, _RECORDS)
    writes = refused.rejections(server, user, False, chosen, _RECORDS)
    return page(
        request,
        "quarantine.html",
        user,
        source=chosen,
        sources=list(server.config.sources),
        records=records,
        writes=writes,
    )


@router.post("/quarantine/{source}/retry")
def retry(
    request: Request,
    user: Admin,
    source: str,
    what: Annotated[str, Form(max_length=20)] = "records",
) -> Response:
    """Read a source again for the sake of its quarantine, or refused contacts to write them."""
    server = server_of(request)
    if what == "writes":
        refused.retry_rejections(request, server, user, source)
    else:
        refused.retry_quarantine(request, server, user, source)
    return RedirectResponse("/runs", 303)


def _runs(request: Request, user: User, problem: str = "", status: int = 200) -> Response:
    server = server_of(request)
    return page(
        request,
        "runs.html",
        user,
        status=status,
        problem=problem,
        sources=list(server.config.sources),
        today=datetime.now(server.config.time_zone).date().isoformat(),
        **_live(server),
    )


def _live(server: Server) -> dict[str, Any]:
    asked = server.ledger.requests.list(_REQUESTS)
    return {
        "unfinished": [each for each in asked if each.finished_at is None],
        "ended": [each for each in asked if each.finished_at is not None][:_ENDED],
        "runs": server.ledger.runs.recent(_RUNS),
        "spoken": _spoken(asked),
        "link_of": _link_of,
    }


def _spoken(asked: Sequence[Asked]) -> str:
    """One sentence for a screen reader, which changes only when something worth telling does."""
    running = [each.source for each in asked if each.status == "running"]
    waiting = sum(each.status == "waiting" for each in asked)
    if running:
        more = f", {waiting:,} more waiting" if waiting else ""
        return f"Running: {', '.join(running)}{more}."
    if waiting:
        return f"{waiting:,} waiting."
    last = next((each for each in asked if each.finished_at is not None), None)
    return "Nothing runs." if last is None else f"Nothing runs. The last one: {last.status}."


def _link_of(asked: Asked) -> str | None:
    run_id = asked.detail.get("run_id")
    return None if run_id is None else link("/runs", str(run_id))


def _ids(text: str) -> list[str]:
    found = [each.strip() for line in text.splitlines() for each in line.split(",")]
    ids = list(dict.fromkeys(each for each in found if each))
    if not ids:
        raise UsageError("name at least one contact, by its id in the source")
    return ids


def _day(server: Server, text: str) -> datetime:
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(f"'{text}' is no day: write it as 2026-01-31") from None
    return datetime.combine(day, time(), server.config.time_zone)
