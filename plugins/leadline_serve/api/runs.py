"""Runs: what ran, what is running, and what a run could not do."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path, Query, Request, Response
from pydantic import BaseModel

from leadline.ledger import Rejection, Run
from leadline_serve.access import Viewer
from leadline_serve.api.answers import Limit, refusals
from leadline_serve.api.tables import csv_answer, csv_document, wants_csv
from leadline_serve.server import CurrentServer

router = APIRouter(tags=["runs"])

_COLUMNS = ("run_id", "kind", "status", "started_at", "finished_at", "errors")
Format = Annotated[str | None, Query(pattern="^(json|csv)$")]


class RunAnswer(BaseModel):
    """One run. detail: what was asked of it. summary: what it did, as `sync --json` tells it."""

    run_id: str
    kind: str
    status: str
    started_at: datetime
    heartbeat_at: datetime
    finished_at: datetime | None
    detail: dict[str, Any]
    summary: dict[str, Any]


class RefusedContact(BaseModel):
    """A contact that a CRM did not take, and the CRM's reason."""

    source: str
    contact_id: str
    reason: str
    run_id: str
    rejected_at: datetime


class RunDetail(RunAnswer):
    """One run, with the contacts that were refused."""

    rejections: list[RefusedContact]


@router.get("/runs", response_model=list[RunAnswer], responses={200: csv_document(), **refusals()})
def runs(
    request: Request,
    server: CurrentServer,
    user: Viewer,
    limit: Limit = 50,
    format: Format = None,
) -> list[RunAnswer] | Response:
    """The latest runs, newest first."""
    found = server.ledger.runs.recent(limit)
    if wants_csv(request, format):
        return csv_answer("runs", _COLUMNS, (_cells(run) for run in found))
    return [run_answer(run) for run in found]


@router.get("/runs/{run_id}", responses=refusals(404))
def run(
    server: CurrentServer, user: Viewer, run_id: Annotated[str, Path(max_length=100)]
) -> RunDetail:
    """One run, with what it could not write."""
    found = server.ledger.runs.get(run_id)
    if found is None:
        raise HTTPException(404, f"there is no run '{run_id}'")
    rejected = [refused_contact(each) for each in server.ledger.rejections.of_run(run_id)]
    return RunDetail(**run_answer(found).model_dump(), rejections=rejected)


def run_answer(run: Run) -> RunAnswer:
    return RunAnswer(
        run_id=run.run_id,
        kind=run.kind,
        status=run.status,
        started_at=run.started_at,
        heartbeat_at=run.heartbeat_at,
        finished_at=run.finished_at,
        detail=dict(run.detail),
        summary=dict(run.summary),
    )


def refused_contact(rejection: Rejection) -> RefusedContact:
    return RefusedContact(
        source=rejection.source,
        contact_id=rejection.contact_id,
        reason=rejection.reason,
        run_id=rejection.run_id,
        rejected_at=rejection.rejected_at,
    )


def _cells(run: Run) -> list[object]:
    errors = "; ".join(str(each) for each in run.summary.get("errors", ()))
    return [run.run_id, run.kind, run.status, run.started_at, run.finished_at, errors]
