"""One lead: its rows, the explanation in full, the score over time, and what happened."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query
from pydantic import BaseModel

from leadline.leads import explained
from leadline.serving import ServedLead
from leadline_serve.access import Viewer
from leadline_serve.api.answers import (
    ContactId,
    Instant,
    ModelName,
    SourceName,
    model_named,
    refusals,
)
from leadline_serve.api.happenings import Happening, Scored, happened, history
from leadline_serve.server import CurrentServer

router = APIRouter(tags=["leads"])

_LEAD = "/leads/{source}/{contact_id:path}"


class ExplainedRow(BaseModel):
    """Some points and why. sources: where its facts or activities are from."""

    rule: str
    dimension: str
    points: int
    detail: str
    sources: list[str]


class Explained(BaseModel):
    """A score with the rows that add up to it, and what changed since the one before."""

    contact_id: str
    source: str
    email: str | None
    score: int | None
    dimensions: dict[str, int]
    grade: str | None
    temperature: str | None
    stage: str | None
    reasons: str | None
    excluded: str | None
    as_of: datetime
    model_version: str
    rows: list[ExplainedRow]
    since: datetime | None
    changes: list[ExplainedRow]


@router.get(f"{_LEAD}/explanation", responses=refusals(400, 404))
def explanation(
    server: CurrentServer,
    user: Viewer,
    source: SourceName,
    contact_id: ContactId,
    model: ModelName = None,
    as_of: Annotated[Instant | None, Query(description="What if it were then?")] = None,
) -> Explained:
    """Every row of the score with its facts, also those that are unknown and could give points.

    as_of: of the score at that instant, by the model as it is now.
    """
    name = model_named(server, model)
    _there(server, name, source, contact_id)
    with server.workspace() as workspace:
        found = explained(workspace.about(name), f"{source}:{contact_id}", as_of)
    return Explained.model_validate(found.as_json())


@router.get(f"{_LEAD}/history", responses=refusals(404))
def score_history(
    server: CurrentServer,
    user: Viewer,
    source: SourceName,
    contact_id: ContactId,
    model: ModelName = None,
) -> list[Scored]:
    """The score over time, oldest first: an entry for each sync that changed it."""
    name = model_named(server, model)
    _there(server, name, source, contact_id)
    with server.workspace() as workspace:
        return history(workspace.about(name), source, contact_id)


@router.get(f"{_LEAD}/activities", responses=refusals(404))
def activities(
    server: CurrentServer,
    user: Viewer,
    source: SourceName,
    contact_id: ContactId,
    model: ModelName = None,
    before: Annotated[Instant | None, Query(description="Only older ones: for pages.")] = None,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
) -> list[Happening]:
    """What a contact's person did, in any CRM, newest first."""
    _there(server, model_named(server, model), source, contact_id)
    with server.workspace() as workspace:
        return happened(workspace, source, contact_id, workspace.instant(before), limit)


@router.get(_LEAD, responses=refusals(404))
def lead(
    server: CurrentServer,
    user: Viewer,
    source: SourceName,
    contact_id: ContactId,
    model: ModelName = None,
) -> ServedLead:
    """One lead as it was last published, with the rows that add up to its score."""
    return _there(server, model_named(server, model), source, contact_id)


def _there(server: CurrentServer, model: str, source: str, contact_id: str) -> ServedLead:
    found = server.serving.lead(model, source, contact_id)
    if found is None:
        raise HTTPException(
            404,
            f"model '{model}' has no lead {contact_id} in source '{source}': it is new, deleted, "
            "merged, or not in the model's audience",
        )
    return found
