"""One lead: its score as a waterfall, and, a moment later, everything that is behind it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request, Response

from leadline.errors import UsageError
from leadline.leads import explained
from leadline.serving import ServedLead
from leadline_serve.access import Viewer
from leadline_serve.pages.charts import history_chart, waterfall_chart
from leadline_serve.pages.choosing import ModelName, chosen
from leadline_serve.pages.rendering import page
from leadline_serve.pages.stories import story_of
from leadline_serve.pages.views import falls_of
from leadline_serve.reach import server_of
from leadline_serve.server import Server

router = APIRouter()

_FAR = timedelta(days=3_660)


@router.get("/leads/{source}/{contact_id:path}/story")
def story(
    request: Request, user: Viewer, source: str, contact_id: str, model: ModelName = None
) -> Response:
    """What a lead's page reads after it is shown: why in detail, the past, the activities."""
    server = server_of(request)
    lead = _lead(server, model, source, contact_id)
    with server.workspace() as workspace:
        found = story_of(workspace.about(lead.model), source, contact_id)
    chart = history_chart(found.history) if len(found.history) > 1 else None
    return page(request, "story.html", user, lead=lead, story=found, history_chart=chart)


@router.get("/leads/{source}/{contact_id:path}")
def lead(
    request: Request,
    user: Viewer,
    source: str,
    contact_id: str,
    model: ModelName = None,
    on: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """A lead as it was last published. on: what the score would be at the end of that day."""
    server = server_of(request)
    served = _lead(server, model, source, contact_id)
    falls = falls_of(served.rows)
    if_then, problem = None, ""
    if on:
        try:
            if_then = _on(server, served, on)
        except UsageError as error:
            problem = str(error)
    return page(
        request,
        "lead.html",
        user,
        lead=served,
        falls=falls,
        waterfall=waterfall_chart(falls, served.score),
        on=on,
        if_then=if_then,
        problem=problem,
        today=datetime.now(server.config.time_zone).date().isoformat(),
    )


def _lead(server: Server, model: str | None, source: str, contact_id: str) -> ServedLead:
    name = chosen(server, model)
    found = server.serving.lead(name, source, contact_id)
    if found is None:
        raise HTTPException(404, f"model '{name}' has no lead {source}:{contact_id}")
    return found


def _on(server: Server, lead: ServedLead, text: str) -> dict[str, object]:
    """The answer for the end of another day, by the facts that are known now."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"'{text}' is no day: write it as 2027-01-31") from None
    zone = server.config.time_zone
    if abs(day - datetime.now(zone).date()) > _FAR:
        raise UsageError("choose a day within ten years of today")
    at = datetime.combine(day, time(23, 59, 59), zone).astimezone(UTC)
    with server.workspace() as workspace:
        about = workspace.about(lead.model)
        answer = explained(about, f"{lead.source}:{lead.contact_id}", at)
    return {
        "lead": answer.lead,
        "rows": falls_of(answer.rows),
        "difference": (answer.lead.score or 0) - (lead.score or 0),
    }
