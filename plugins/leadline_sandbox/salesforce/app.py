"""The simulated API: all routers behind the gate."""

from __future__ import annotations

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from leadline_sandbox.app import behind_gate
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
from leadline_sandbox.salesforce.problems import Problem, not_found

_REST = (about, querying, collections, batching, objects)
_ROUTERS = (*_REST, signing_in, bulk_query, bulk_ingest, tooling)


def build(org: Org) -> ASGIApp:
    """The app that serves this org."""
    return behind_gate(Keeper(org), (module.router for module in _ROUTERS), _unknown)


def _unknown(request: Request, error: HTTPException) -> Problem:
    if error.status_code == 405:
        message = f"HTTP Method '{request.method}' not allowed. Allowed are HEAD,GET,POST,PATCH"
        return Problem(405, "METHOD_NOT_ALLOWED", message)
    return not_found(error.status_code)
