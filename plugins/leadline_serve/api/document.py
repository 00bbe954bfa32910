"""The OpenAPI document of everything under /api/."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from leadline_serve.access import Viewer
from leadline_serve.api.answers import refusals

router = APIRouter(tags=["document"])


@router.get("/openapi.json", responses=refusals(), response_class=JSONResponse)
def openapi(request: Request, user: Viewer) -> JSONResponse:
    """What can be asked, and every answer that can come."""
    document: dict[str, Any] = request.app.openapi()
    return JSONResponse(document)
