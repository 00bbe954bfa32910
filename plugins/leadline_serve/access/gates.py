"""No route is open by mistake: each says whom it needs, or is on the list of the open ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts

from leadline.errors import InternalError
from leadline.ledger import Role
from leadline_serve.access.guards import admin, viewer

# Open to everybody: probes, signing in, and webhooks, which prove themselves by a signature.
OPEN = ("/healthz", "/readyz", "/login", "/api/session", "/static", "/webhooks")


@dataclass(frozen=True, slots=True)
class Gate:
    """A route: its path, how it is asked, and the role that it asks for; None for no role."""

    path: str
    methods: frozenset[str]
    role: Role | None


def check_gates(app: FastAPI) -> None:
    """InternalError names the routes that anybody could use and that are not meant to be."""
    bare = {gate.path for gate in gates(app) if gate.role is None and not is_open(gate.path)}
    if bare:
        raise InternalError(f"nobody is asked for at {', '.join(sorted(bare))}")


def gates(app: FastAPI) -> Iterator[Gate]:
    """Every route of the app, also those of routers inside routers."""
    for route in iter_route_contexts(app.routes):
        dependant: Dependant | None = getattr(route, "dependant", None)
        role = None if dependant is None else _role(set(_calls(dependant)))
        # A folder of files has no methods: it is read.
        yield Gate(route.path or "", frozenset(route.methods or ("GET",)), role)


def is_open(path: str) -> bool:
    """Whether a path is meant for everybody."""
    return any(path == each or path.startswith(f"{each}/") for each in OPEN)


def _role(calls: set[object]) -> Role | None:
    if admin in calls:
        return Role.ADMIN
    return Role.VIEWER if viewer in calls else None


def _calls(dependant: Dependant) -> Iterator[object]:
    yield dependant.call
    for inside in dependant.dependencies:
        yield from _calls(inside)
