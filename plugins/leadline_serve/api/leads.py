"""Leads: the table with filters, sort and pages, who became hot, and all of them in numbers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from leadline.serving import SORTS, Became, LeadFilter, LeadPage, Summary
from leadline_serve.access import Viewer
from leadline_serve.api.answers import Body, Instant, ModelName, Word, model_named, refusals, zoned
from leadline_serve.api.tables import csv_answer, csv_document, wants_csv
from leadline_serve.server import CurrentServer, Server

router = APIRouter(tags=["leads"])

_ROWS = 1_000_000  # of one download
_COLUMNS = (
    *("source", "contact_id", "name", "email", "company", "owner", "job_title", "country"),
    *("lifecycle_stage", "score", "grade", "temperature", "stage", "excluded", "reasons"),
    *("model", "model_version", "as_of"),
)
_RECENTLY = timedelta(days=7)
Score = Annotated[int | None, Field(ge=-1_000_000, le=1_000_000)]
_ORDERS = "|".join(SORTS)


class LeadQuery(Body):
    """Which leads, in which order, and which page of them."""

    model: Word = None
    q: Annotated[str, Field("", max_length=200, description="Words in name, email or company.")]
    source: Word = None
    temperature: Word = None
    grade: Word = None
    owner: Word = None
    stage: Word = None
    lifecycle_stage: Word = None
    min_score: Score = None
    max_score: Score = None
    sort: Annotated[
        str,
        Field(
            "-score",
            pattern=f"^-?({_ORDERS})$",
            description="A column, with a minus in front to go down.",
        ),
    ]
    page: Annotated[int, Field(1, ge=1, le=1_000_000)]
    size: Annotated[int, Field(50, ge=1, le=500)]
    format: Literal["json", "csv"] | None = None

    def wanted(self, server: Server) -> LeadFilter:
        return LeadFilter(
            model=model_named(server, self.model),
            search=self.q,
            source=self.source,
            temperature=self.temperature,
            grade=self.grade,
            owner=self.owner,
            stage=self.stage,
            lifecycle_stage=self.lifecycle_stage,
            min_score=self.min_score,
            max_score=self.max_score,
        )


@router.get(
    "/leads", response_model=LeadPage, responses={200: csv_document(), **refusals(400, 404)}
)
def leads(
    request: Request, server: CurrentServer, user: Viewer, query: Annotated[LeadQuery, Query()]
) -> LeadPage | Response:
    """A page of leads; as CSV all that meet the filter, up to a million."""
    wanted = query.wanted(server)
    if wants_csv(request, query.format):
        return csv_answer("leads", _COLUMNS, server.serving.every(wanted, query.sort, _ROWS))
    return server.serving.leads(wanted, query.sort, query.page, query.size)


@router.get("/summary", responses=refusals(404))
def summary(server: CurrentServer, user: Viewer, model: ModelName = None) -> Summary | None:
    """All leads of a model, counted; null before its first sync."""
    return server.serving.summary(model_named(server, model))


@router.get("/became", responses=refusals(404))
def became(
    server: CurrentServer,
    user: Viewer,
    model: ModelName = None,
    since: Annotated[Instant | None, Query(description="A week ago when left out.")] = None,
    field: Literal["temperature", "grade", "stage"] = "temperature",
    to: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
) -> list[Became]:
    """Whose label changed, and what moved the score most; newest first."""
    start = datetime.now(UTC) - _RECENTLY if since is None else zoned(server, since)
    return server.serving.became(
        model_named(server, model), start, field=field, to=to or None, limit=limit
    )
