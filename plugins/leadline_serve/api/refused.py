"""What could not be used or written: quarantine and rejections, and trying again."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request, Response
from pydantic import BaseModel

from leadline.queries import fetch
from leadline_serve.access import Admin, Viewer
from leadline_serve.api.answers import Limit, SourceName, refusals, source_named
from leadline_serve.api.resyncs import ResyncAnswer, put
from leadline_serve.api.runs import RefusedContact
from leadline_serve.api.tables import WantsCsv, csv_answer, csv_document
from leadline_serve.server import CurrentServer, Server

router = APIRouter(tags=["what failed"])

_MOST = 10_000  # contacts that one retry names
OneSource = Annotated[str | None, Query(max_length=200, description="Only of this source.")]


class Quarantined(BaseModel):
    """A record that could not be used, where it was read, and why. raw: cut to some 1,000 signs."""

    source: str
    stream: str
    place: str
    reason: str
    raw: str
    learned_at: datetime


class Reason(BaseModel):
    """One reason of a CRM's, and for how many contacts it gave it."""

    source: str
    reason: str
    contacts: int


class Rejections(BaseModel):
    """The latest writes that a CRM refused, and the reasons, commonest first."""

    reasons: list[Reason]
    rows: list[RefusedContact]


@router.get(
    "/quarantine",
    response_model=list[Quarantined],
    responses={200: csv_document(), **refusals(400, 404)},
)
def quarantine(
    server: CurrentServer,
    user: Viewer,
    as_csv: WantsCsv,
    source: OneSource = None,
    limit: Limit = 100,
) -> list[Quarantined] | Response:
    """The latest records in quarantine, newest first."""
    found = _quarantined(server, None if source is None else source_named(server, source), limit)
    return csv_answer("quarantine", tuple(Quarantined.model_fields), found) if as_csv else found


@router.get(
    "/rejections",
    response_model=Rejections,
    responses={200: csv_document(), **refusals(404)},
)
def rejections(
    server: CurrentServer,
    user: Viewer,
    as_csv: WantsCsv,
    source: OneSource = None,
    limit: Limit = 100,
) -> Rejections | Response:
    """The latest writes that were refused, newest first, and the reasons counted."""
    names = list(server.config.sources) if source is None else [source_named(server, source)]
    found = [each for name in names for each in server.ledger.rejections.recent(name, limit)]
    rows = [RefusedContact.model_validate(each) for each in found]
    rows.sort(key=lambda each: each.rejected_at, reverse=True)
    if as_csv:
        return csv_answer("rejections", tuple(RefusedContact.model_fields), rows)
    counted = Counter((each.source, each.reason) for each in found)
    reasons = [
        Reason(source=name, reason=reason, contacts=number)
        for (name, reason), number in counted.most_common()
    ]
    return Rejections(reasons=reasons, rows=rows[:limit])


@router.post("/quarantine/{source}/retry", status_code=202, responses=refusals(400, 403, 404))
def retry_quarantine(
    request: Request, server: CurrentServer, user: Admin, source: SourceName
) -> ResyncAnswer:
    """Read the whole source again: what has been put right there is used, the rest stays."""
    return put(request, server, user, "retry quarantine", source_named(server, source))


@router.post("/rejections/{source}/retry", status_code=202, responses=refusals(400, 403, 404, 409))
def retry_rejections(
    request: Request, server: CurrentServer, user: Admin, source: SourceName
) -> ResyncAnswer:
    """Read the refused contacts again, score them, and write them once more."""
    found = server.ledger.rejections.recent(source_named(server, source), _MOST)
    contacts = sorted({each.contact_id for each in found})
    if not contacts:
        raise HTTPException(409, f"source '{source}' has refused nothing")
    return put(request, server, user, "retry rejections", source, contacts)


def _quarantined(server: Server, source: str | None, limit: int) -> list[Quarantined]:
    asked = "" if source is None else "WHERE source = $1 "
    with (
        server.workspace() as workspace,
        workspace.lake.session(workspace.config.memory_limit) as con,
    ):
        workspace.lake.relation(con, "quarantine")
        rows = fetch(
            con,
            "SELECT source, stream, coalesce(place, '') AS place, reason, "
            f"coalesce(raw[:1000], '') AS raw, learned_at FROM quarantine {asked}"
            f"ORDER BY learned_at DESC, source, place, reason LIMIT {int(limit)}",
            None if source is None else [source],
        )
    return [Quarantined(**row) for row in rows.to_pylist()]
