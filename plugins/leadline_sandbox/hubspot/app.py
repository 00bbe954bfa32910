"""The simulated API: all routers behind the gate."""

from __future__ import annotations

from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp

from leadline_sandbox.gate import Gate
from leadline_sandbox.hubspot import (
    account,
    associations,
    batches,
    definitions_api,
    events,
    forms,
    lists,
    mail,
    objects,
    searching,
)
from leadline_sandbox.hubspot.gate import Keeper
from leadline_sandbox.hubspot.hub import Hub
from leadline_sandbox.hubspot.problems import Problem

# Batches, search and groups come first: `/{kind}/{record_id}` would take their paths.
_CRM = (batches, searching, associations, objects, definitions_api, lists)
_ROUTERS = (*_CRM, account, events, mail, forms)


def build(hub: Hub) -> ASGIApp:
    """The app that serves this portal."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.hub = hub
    for module in _ROUTERS:
        app.include_router(module.router)
    app.add_exception_handler(Problem, _refused)
    app.add_exception_handler(HTTPException, _unknown)
    return Gate(app, Keeper(hub))


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return JSONResponse(error.body(), error.status)


async def _unknown(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    problem = Problem(error.status_code, "resource not found", "OBJECT_NOT_FOUND")
    return JSONResponse(problem.body(), error.status_code)
