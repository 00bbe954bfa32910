"""Sources: their state, schedule, checkpoints, calls of the CRM, what they can, and the plugins."""

from __future__ import annotations

import json

from fastapi import APIRouter, Request, Response

from leadline_serve.access import Viewer
from leadline_serve.api import sources as answers
from leadline_serve.pages.rendering import page
from leadline_serve.reach import server_of

router = APIRouter()


@router.get("/sources")
def sources(request: Request, user: Viewer) -> Response:
    """The page; what is counted in the lake comes a moment later."""
    return page(request, "sources.html", user)


@router.get("/sources/list")
def listed(request: Request, user: Viewer) -> Response:
    """Every source and every plugin."""
    server = server_of(request)
    return page(
        request,
        "sources_list.html",
        user,
        sources=answers.sources(server, user),
        plugins=answers.plugins(server, user),
        schedules={name: str(each) for name, each in server.config.schedule.items()},
        starts=server.scheduler.next_starts(),
        told=lambda value: json.dumps(value, indent=2, ensure_ascii=False, default=str),
    )
