"""The simulated API: all routers behind the gate."""

from __future__ import annotations

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from leadline_sandbox.app import behind_gate
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
from leadline_sandbox.hubspot.hub import Hub
from leadline_sandbox.hubspot.keeper import Keeper
from leadline_sandbox.hubspot.problems import Problem

# Batches, search and groups come first: `/{kind}/{record_id}` would take their paths.
_CRM = (batches, searching, associations, objects, definitions_api, lists)
_ROUTERS = (*_CRM, account, events, mail, forms)


def build(hub: Hub) -> ASGIApp:
    """The app that serves this portal."""
    return behind_gate(Keeper(hub), (module.router for module in _ROUTERS), _unknown)


def _unknown(request: Request, error: HTTPException) -> Problem:
    return Problem(error.status_code, "resource not found", "OBJECT_NOT_FOUND")
