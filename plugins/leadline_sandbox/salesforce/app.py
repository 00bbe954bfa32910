"""The simulated API: all routers behind the gate."""

from __future__ import annotations

from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp

from leadline_sandbox.gate import Gate
from leadline_sandbox.salesforce import (
    about,
    batching,
    bulk_ingest,
    bulk_query,
    collections,
    objects,
    querying,
    signing_in,
    tooling,
)
from leadline_sandbox.salesforce.keeper import Keeper
from leadline_sandbox.salesforce.org import Org
from leadline_sandbox.salesforce.problems import Problem

_REST = (about, querying, collections, batching, objects)
_ROUTERS = (*_REST, signing_in, bulk_query, bulk_ingest, tooling)


def build(org: Org) -> ASGIApp:
    """The app that serves this org."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.org = org
    for module in _ROUTERS:
        app.include_router(module.router)
    app.add_exception_handler(Problem, _refused)
    app.add_exception_handler(HTTPException, _unknown)
    return Gate(app, Keeper(org))


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return JSONResponse(error.body(), error.status)


async def _unknown(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code, message = "NOT_FOUND", "The requested resource does not exist"
    if error.status_code == 405:
        code = "METHOD_NOT_ALLOWED"
        message = f"HTTP Method '{request.method}' not allowed. Allowed are HEAD,GET,POST,PATCH"
    problem = Problem(error.status_code, code, message)
    return JSONResponse(problem.body(), error.status_code)
