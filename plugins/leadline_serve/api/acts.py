"""Who did what: the audit log, for admins."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Response

from leadline_serve.access import Admin
from leadline_serve.api.answers import Answer, Limit, refusals
from leadline_serve.api.tables import WantsCsv, csv_answer, csv_document
from leadline_serve.server import CurrentServer

router = APIRouter(tags=["audit"])


class Act(Answer):
    """One act: who did what to what."""

    entry_id: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: dict[str, Any]


@router.get("/audit", response_model=list[Act], responses={200: csv_document(), **refusals(403)})
def acts(
    server: CurrentServer, user: Admin, as_csv: WantsCsv, limit: Limit = 100
) -> list[Act] | Response:
    """The latest acts, newest first."""
    found = server.ledger.audit.recent(limit)
    if as_csv:
        return csv_answer("audit", tuple(Act.model_fields), found)
    return [Act.model_validate(each) for each in found]
