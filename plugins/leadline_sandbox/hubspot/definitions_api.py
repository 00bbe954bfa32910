"""Property definitions and groups over HTTP."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from leadline_sandbox.hubspot.asking import answer, batch_of, body_of, flag_of, kind_of, nothing
from leadline_sandbox.hubspot.hub import store_of
from leadline_sandbox.hubspot.problems import Problem
from leadline_sandbox.hubspot.schema import Schema
from leadline_sandbox.hubspot.store import Store

router = APIRouter(prefix="/crm/v3/properties")


def _schema(request: Request, kind: str) -> tuple[Store, Schema]:
    store = store_of(request)
    return store, store.schemas[kind_of(kind).name]


@router.get("/{kind}")
async def list_properties(request: Request, kind: str) -> Response:
    """All definitions; sensitive ones only when they are asked for."""
    _, schema = _schema(request, kind)
    archived = flag_of(request, "archived")
    wanted = request.query_params.get("dataSensitivity", "non_sensitive")
    return answer(
        {
            "results": [
                each.as_json()
                for each in schema.properties.values()
                if each.archived is archived and each.sensitivity == wanted
            ]
        }
    )


@router.post("/{kind}")
async def create(request: Request, kind: str) -> Response:
    """A new property; an archived one of this name comes back."""
    store, schema = _schema(request, kind)
    with store.lock:
        return answer(schema.create(await body_of(request), store.clock.ms()).as_json(), 201)


@router.get("/{kind}/groups")
async def list_groups(request: Request, kind: str) -> Response:
    """All groups."""
    _, schema = _schema(request, kind)
    return answer({"results": [schema.group_json(name) for name in schema.groups]})


@router.post("/{kind}/groups")
async def create_group(request: Request, kind: str) -> Response:
    """A new group."""
    _, schema = _schema(request, kind)
    body = await body_of(request)
    made = schema.create_group(str(body.get("name", "")), str(body.get("label", "")))
    return answer(made, 201)


@router.get("/{kind}/groups/{name}")
async def read_group(request: Request, kind: str, name: str) -> Response:
    """One group."""
    return answer(_schema(request, kind)[1].group_json(name))


@router.post("/{kind}/batch/{verb}")
async def batch(request: Request, kind: str, verb: str) -> Response:
    """Read, create or archive several definitions."""
    store, schema = _schema(request, kind)
    body = await body_of(request)
    inputs = body.get("inputs") or []
    now = store.clock.ms()
    if verb == "archive":
        for each in inputs:
            schema.archive(str(each.get("name")))
        return nothing()
    results, errors = [], []
    for each in inputs:
        try:
            made = schema.find(each["name"]) if verb == "read" else schema.create(each, now)
            results.append(made.as_json())
        except Problem as problem:
            errors.append({**problem.entry(), "context": {"name": [str(each.get("name"))]}})
    return answer(*batch_of(now, results, errors, 200 if verb == "read" else 201))


@router.get("/{kind}/{name}")
async def read(request: Request, kind: str, name: str) -> Response:
    """One definition."""
    _, schema = _schema(request, kind)
    return answer(schema.find(name, archived=flag_of(request, "archived")).as_json())


@router.patch("/{kind}/{name}")
async def update(request: Request, kind: str, name: str) -> Response:
    """Change a definition."""
    store, schema = _schema(request, kind)
    return answer(schema.update(name, await body_of(request), store.clock.ms()).as_json())


@router.delete("/{kind}/{name}")
async def archive(request: Request, kind: str, name: str) -> Response:
    """Put a definition away."""
    _schema(request, kind)[1].archive(name)
    return nothing()
