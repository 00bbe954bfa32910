"""Runs: what ran, what is running, and what a run could not do."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path, Response

from leadline_serve.access import Viewer
from leadline_serve.api.answers import Answer, Limit, refusals
from leadline_serve.api.tables import WantsCsv, csv_answer, csv_document
from leadline_serve.server import CurrentServer

router = APIRouter(tags=["runs"])

_COLUMNS = ("run_id", "kind", "status", "started_at", "finished_at", "errors")


class RunAnswer(Answer):
    """One run. detail: what was asked of it. summary: what it did, as `sync --json` tells it."""

    run_id: str
    kind: str
    status: str
    started_at: datetime
    heartbeat_at: datetime
    finished_at: datetime | None
    detail: dict[str, Any]
    summary: dict[str, Any]

    @property
    def errors(self) -> str:
        return "; ".join(str(each) for each in self.summary.get("errors", ()))


class RefusedContact(Answer):
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
    server: CurrentServer, user: Viewer, as_csv: WantsCsv, limit: Limit = 50
) -> list[RunAnswer] | Response:
    """The latest runs, newest first."""
    found = [RunAnswer.model_validate(each) for each in server.ledger.runs.recent(limit)]
    return csv_answer("runs", _COLUMNS, found) if as_csv else found


@router.get("/runs/{run_id}", responses=refusals(404))
def run(
    server: CurrentServer, user: Viewer, run_id: Annotated[str, Path(max_length=100)]
) -> RunDetail:
    """One run, with what it could not write."""
    found = server.ledger.runs.get(run_id)
    if found is None:
        raise HTTPException(404, f"there is no run '{run_id}'")
    rejected = [
        RefusedContact.model_validate(each) for each in server.ledger.rejections.of_run(run_id)
    ]
    return RunDetail(**RunAnswer.model_validate(found).model_dump(), rejections=rejected)
