"""Objects and single records: describe, get, create, update, delete, and what changed since."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from leadline_sandbox.salesforce.applying import Outcome
from leadline_sandbox.salesforce.asking import body_of, instant_of, manner_of
from leadline_sandbox.salesforce.ids import full
from leadline_sandbox.salesforce.instants import kept, rest
from leadline_sandbox.salesforce.kinds import Kind
from leadline_sandbox.salesforce.merging import MERGED
from leadline_sandbox.salesforce.org import Org, org_of
from leadline_sandbox.salesforce.problems import Problem, bad, deleted, not_found
from leadline_sandbox.salesforce.shown import Json, shown_record

router = APIRouter()
_DAYS = {"deleted": 15, "updated": 30}


@router.get("/sobjects")
async def listed(request: Request) -> Response:
    """Every object that the user may see."""
    crm, found = org_of(request), []
    for name in sorted(crm.store.schema):
        try:
            kind = crm.store.access.kind(name)
        except Problem:
            continue
        found.append(_about(crm, kind, crm.version_of(request)))
    return JSONResponse({"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": found})


@router.get("/sobjects/{name}/describe")
async def describe(request: Request, name: str) -> Response:
    """An object with the fields that the user may see."""
    crm, kind = org_of(request), _seen(request, name)
    access = crm.store.access
    with crm.store.lock:
        fields = [
            field.as_json(kind.updateable and access.edits(kind.name, field))
            for field in access.fields(kind.name).values()
        ]
    more = {"fields": fields, "recordTypeInfos": [], "childRelationships": []}
    return JSONResponse({**_about(crm, kind, crm.version_of(request)), **more})


@router.get("/sobjects/{name}/updated")
async def updated(request: Request, name: str) -> Response:
    """Ids of what was written between two instants."""
    crm, kind = org_of(request), _seen(request, name)
    start, end = _span(crm, request, "updated")
    ids = [
        record.id
        for record in crm.store.records(kind.name)
        if start <= record.values.get("SystemModstamp", "") < end
    ]
    return JSONResponse({"ids": ids, "latestDateCovered": rest(end)})


@router.get("/sobjects/{name}/deleted")
async def gone(request: Request, name: str) -> Response:
    """Ids of what was deleted between two instants, and when."""
    crm, kind = org_of(request), _seen(request, name)
    start, end = _span(crm, request, "deleted")
    oldest = kept(crm.clock.now() - timedelta(days=_DAYS["deleted"]))
    with crm.store.lock:
        rows = [
            {"id": record_id, "deletedDate": rest(at)}
            for of, record_id, at in crm.store.log
            if of == kind.name and start <= at < end
        ]
    return JSONResponse(
        {
            "deletedRecords": rows,
            "earliestDateAvailable": rest(oldest),
            "latestDateCovered": rest(end),
        }
    )


@router.get("/sobjects/{name}/{record_id}")
async def get(request: Request, name: str, record_id: str) -> Response:
    """One record, whole or with the fields that were asked for."""
    crm, kind = org_of(request), _seen(request, name)
    record = crm.store.get(kind.name, record_id)
    if record is None:
        raise not_found()
    if record.deleted:
        raise deleted()
    seen = crm.store.access.fields(kind.name)
    if asked := request.query_params.get("fields"):
        wanted = [each.strip() for each in asked.split(",")]
        for each in wanted:
            if each not in seen:
                raise bad("INVALID_FIELD", f"No such column '{each}' on sobject of type {name}")
        seen = {each: seen[each] for each in wanted}
    shown = shown_record(kind.name, record.values, seen, crm.version_of(request))
    return JSONResponse(shown)


@router.post("/sobjects/{name}")
async def create(request: Request, name: str) -> Response:
    """A new record."""
    kind, body = _seen(request, name), await body_of(request)
    outcome = _apply(request, kind, "", body, creating=True)
    return JSONResponse({"id": outcome.id, "success": True, "errors": []}, 201)


@router.patch("/sobjects/{name}/{record_id}")
async def update(request: Request, name: str, record_id: str) -> Response:
    """Change a record."""
    kind, body = _seen(request, name), await body_of(request)
    _apply(request, kind, record_id, body, creating=False)
    return Response(status_code=204)


@router.delete("/sobjects/{name}/{record_id}")
async def delete(request: Request, name: str, record_id: str) -> Response:
    """Put a record into the recycle bin."""
    crm, kind = org_of(request), _seen(request, name)
    if crm.store.get(kind.name, record_id) is None:
        raise not_found()
    crm.store.delete(kind.name, full(record_id))
    return Response(status_code=204)


def _apply(
    request: Request, kind: Kind, record_id: str, body: dict[str, Any], *, creating: bool
) -> Outcome:
    body.pop("attributes", None)
    store = org_of(request).store
    manner = manner_of(request)
    (outcome,) = store.apply(kind.name, [(record_id, body)], creating=creating, **manner)
    if outcome.problem is not None:
        problem = outcome.problem
        missing = problem.code == "INVALID_CROSS_REFERENCE_KEY"
        raise not_found() if missing else problem
    return outcome


def _seen(request: Request, name: str) -> Kind:
    try:
        return org_of(request).store.access.kind(name)
    except Problem:
        raise not_found() from None


def _span(crm: Org, request: Request, way: str) -> tuple[str, str]:
    start, end = instant_of(request, "start"), instant_of(request, "end")
    if end - start <= timedelta(minutes=1):
        raise bad(
            "INVALID_REPLICATION_DATE", "startDate must be more than one minute before endDate"
        )
    oldest: datetime = crm.clock.now() - timedelta(days=_DAYS[way])
    if start < oldest:
        raise bad(
            "INVALID_REPLICATION_DATE",
            f"startDate cannot be more than {_DAYS[way]} days ago",
        )
    return kept(start), kept(min(end, crm.clock.now()))


def _about(crm: Org, kind: Kind, version: str) -> Json:
    path = f"/services/data/v{version}/sobjects/{kind.name}"
    return {
        "name": kind.name,
        "label": kind.name,
        "labelPlural": kind.plural,
        "keyPrefix": kind.prefix,
        "custom": False,
        "queryable": True,
        "retrieveable": True,
        "createable": kind.updateable,
        "updateable": kind.updateable,
        "deletable": kind.deletable,
        "undeletable": kind.deletable,
        "mergeable": kind.name in MERGED,
        "replicateable": kind.tracked,
        "searchable": kind.deletable,
        "urls": {"sobject": path, "describe": f"{path}/describe", "rowTemplate": f"{path}/{{ID}}"},
    }
