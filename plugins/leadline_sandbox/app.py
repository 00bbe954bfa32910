"""A simulated API: the routers of its calls behind the gate."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from fastapi import APIRouter, FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp

from leadline_sandbox.gate import Gate, K, Keeper
from leadline_sandbox.refusal import Refusal


def behind_gate(
    keeper: Keeper[K],
    routers: Iterable[APIRouter],
    unknown: Callable[[Request, HTTPException], Refusal],
) -> ASGIApp:
    """The app that serves the keeper's CRM. unknown: what a path or a method that is none gets."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.crm = keeper.crm
    for router in routers:
        app.include_router(router)

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, Refusal)
        return error.answer()

    async def lost(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return unknown(request, error).answer()

    app.add_exception_handler(Refusal, refused)
    app.add_exception_handler(HTTPException, lost)
    return Gate(app, keeper)
