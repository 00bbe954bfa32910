"""The org itself: its API versions, its resources, its limits."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from leadline_sandbox.salesforce.calls import VERSIONS
from leadline_sandbox.salesforce.org import org_of
from leadline_sandbox.salesforce.problems import Problem

router = APIRouter()
_SEASONS = ("Spring", "Summer", "Winter")


@router.get(VERSIONS)
async def versions(request: Request) -> Response:
    """Every version of the API, without a session."""
    return JSONResponse(
        [
            {"label": _label(each), "url": f"/services/data/v{each}", "version": each}
            for each in org_of(request).options.versions
        ]
    )


@router.get("/")
async def resources(request: Request) -> Response:
    """What a version has."""
    crm = org_of(request)
    root = f"/services/data/v{crm.version_of(request)}"
    names = ("sobjects", "query", "queryAll", "limits", "composite", "jobs", "tooling")
    return JSONResponse({name: f"{root}/{name}" for name in names})


@router.get("/limits")
async def limits(request: Request) -> Response:
    """What the org may use in a day, and what is left of it."""
    crm = org_of(request)
    if not crm.options.view_setup:
        raise Problem(403, "FORBIDDEN", "You do not have access to the [limits] resource")
    return JSONResponse(crm.usage.limits())


def _label(version: str) -> str:
    number = int(float(version)) - 1
    return f"{_SEASONS[number % 3]} '{4 + number // 3:02d}"
