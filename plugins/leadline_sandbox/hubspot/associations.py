"""Associations: read and made in batches, or record by record."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from leadline_sandbox.hubspot.asking import (
    answer,
    batch_of,
    body_of,
    inputs_of,
    kind_of,
    nothing,
    number_of,
    paging,
)
from leadline_sandbox.hubspot.hub import store_of
from leadline_sandbox.hubspot.kinds import PRIMARY, Kind
from leadline_sandbox.hubspot.problems import Problem
from leadline_sandbox.hubspot.store import Store, as_number

router = APIRouter()
_READ, _CREATED, _ARCHIVED = 1_000, 2_000, 100
_LISTED = 500


@router.post("/crm/v4/associations/{kind}/{other}/batch/read")
async def read(request: Request, kind: str, other: str) -> Response:
    """The associations of up to 1,000 records, each with its own paging."""
    of, to, store = kind_of(kind), kind_of(other), store_of(request)
    inputs = inputs_of(await body_of(request), _READ, "")
    results, errors = [], []
    for each in inputs:
        links = _links(store, of, str(each.get("id", "")), to)
        start = as_number(each["after"]) if each.get("after") else 0
        rows = [row for row in links if row["toObjectId"] >= start]
        if not rows:
            errors.append(_none(of, to, str(each.get("id", ""))))
            continue
        most = store.options.association_page
        found: dict[str, Any] = {"from": {"id": str(each["id"])}, "to": rows[:most]}
        if len(rows) > most:
            found["paging"] = {"next": {"after": str(rows[most]["toObjectId"])}}
        results.append(found)
    return answer(*batch_of(store.clock.ms(), results, errors))


@router.post("/crm/v4/associations/{kind}/{other}/batch/create")
async def create(request: Request, kind: str, other: str) -> Response:
    """Make associations, with the types that the inputs name."""
    return await _create(request, kind_of(kind), kind_of(other))


@router.post("/crm/v4/associations/{kind}/{other}/batch/associate/default")
async def create_default(request: Request, kind: str, other: str) -> Response:
    """Make associations without a label."""
    return await _create(request, kind_of(kind), kind_of(other))


@router.post("/crm/v4/associations/{kind}/{other}/batch/archive")
async def archive(request: Request, kind: str, other: str) -> Response:
    """Undo associations."""
    of, to, store = kind_of(kind), kind_of(other), store_of(request)
    for each in inputs_of(await body_of(request), _ARCHIVED, ""):
        for target in each.get("to") or ():
            store.links.remove(of, _end(each.get("from")), to, _end(target))
    return nothing()


@router.get("/crm/v3/objects/{kind}/{record_id}/associations/{other}")
async def list_of_one(request: Request, kind: str, record_id: str, other: str) -> Response:
    """The associations of one record."""
    of, to, store = kind_of(kind), kind_of(other), store_of(request)
    store.live(of.name, record_id)
    limit = number_of(request, "limit", _LISTED, _LISTED)
    start = as_number(request.query_params.get("after") or "0")
    links = _links(store, of, record_id, to)
    rows = [row for row in links if row["toObjectId"] >= start]
    after = str(rows[limit]["toObjectId"]) if len(rows) > limit else ""
    return answer({"results": rows[:limit], **paging(request, after)})


@router.put("/crm/v3/objects/{kind}/{record_id}/associations/default/{other}/{to_id}")
async def associate(
    request: Request, kind: str, record_id: str, other: str, to_id: str
) -> Response:
    """Associate two records without a label."""
    of, to, store = kind_of(kind), kind_of(other), store_of(request)
    store.link(of.name, record_id, to.name, to_id)
    made = {"from": {"id": record_id}, "to": {"id": to_id}}
    return answer(*batch_of(store.clock.ms(), [made], []))


async def _create(request: Request, of: Kind, to: Kind) -> Response:
    store = store_of(request)
    results = []
    for each in inputs_of(await body_of(request), _CREATED, ""):
        one, other = _end(each.get("from")), _end(each.get("to"))
        types = [int(t.get("associationTypeId", 0)) for t in each.get("types") or ()]
        for type_id in types or (None,):
            store.link(of.name, one, to.name, other, type_id)
        results.append(
            {
                "fromObjectTypeId": of.type_id,
                "fromObjectId": one,
                "toObjectTypeId": to.type_id,
                "toObjectId": other,
                "labels": [],
            }
        )
    return answer(*batch_of(store.clock.ms(), results, [], 201))


def _end(given: Any) -> int:
    return as_number(given.get("id", "")) if isinstance(given, dict) else -1


def _links(store: Store, of: Kind, record_id: str, to: Kind) -> list[dict[str, Any]]:
    record = store.get(of.name, record_id)
    if record is None or record.archived:
        return []
    with store.lock:
        links = store.links.of(of, record.number, to)
    return [
        {"toObjectId": number, "associationTypes": [_type(of, to, each) for each in types]}
        for number, types in links.items()
    ]


def _type(of: Kind, to: Kind, type_id: int) -> dict[str, Any]:
    label = "Primary" if PRIMARY.get((of.name, to.name)) == type_id else None
    return {"category": "HUBSPOT_DEFINED", "typeId": type_id, "label": label}


def _none(of: Kind, to: Kind, record_id: str) -> dict[str, Any]:
    return Problem(
        404,
        f"No {to.singular} is associated with {of.singular} {record_id}.",
        "OBJECT_NOT_FOUND",
        "crm.associations.NO_ASSOCIATIONS_FOUND",
        context={"fromObjectId": [record_id], "fromObjectType": [of.type_id]},
    ).entry()
