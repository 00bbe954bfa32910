"""Who did what: the audit log, for admins."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from leadline_serve.access import Admin
from leadline_serve.api.answers import Limit, refusals
from leadline_serve.api.runs import Format
from leadline_serve.api.tables import csv_answer, csv_document, wants_csv
from leadline_serve.server import CurrentServer

router = APIRouter(tags=["audit"])


class Act(BaseModel):
    """One act: who did what to what."""

    entry_id: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: dict[str, Any]


@router.get("/audit", response_model=list[Act], responses={200: csv_document(), **refusals(403)})
def acts(
    request: Request,
    server: CurrentServer,
    user: Admin,
    limit: Limit = 100,
    format: Format = None,
) -> list[Act] | Response:
    """The latest acts, newest first."""
    found = server.ledger.audit.recent(limit)
    if wants_csv(request, format):
        columns = tuple(Act.model_fields)
        return csv_answer("audit", columns, ([getattr(e, c) for c in columns] for e in found))
    return [
        Act(
            entry_id=each.entry_id,
            at=each.at,
            actor=each.actor,
            action=each.action,
            subject=each.subject,
            detail=dict(each.detail),
        )
        for each in found
    ]
