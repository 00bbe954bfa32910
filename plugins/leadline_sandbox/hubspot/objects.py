"""CRM records one by one: list, read, create, update, archive, merge, erase."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from leadline_sandbox.hubspot.asking import (
    answer,
    body_of,
    flag_of,
    kind_of,
    names_of,
    nothing,
    number_of,
    paging,
    properties_of,
)
from leadline_sandbox.hubspot.hub import store_of
from leadline_sandbox.hubspot.kinds import Kind, type_between
from leadline_sandbox.hubspot.problems import invalid, no_object
from leadline_sandbox.hubspot.records import Record, shown
from leadline_sandbox.hubspot.store import Store, as_number

router = APIRouter(prefix="/crm/v3/objects")
_PAGE, _HISTORY_PAGE, _INLINE = 100, 50, 100


@router.get("/{kind}")
async def list_records(request: Request, kind: str) -> Response:
    """A page by id; `after` is the id that comes next."""
    of, store = kind_of(kind), store_of(request)
    history = names_of(request, "propertiesWithHistory")
    limit = number_of(request, "limit", 10, _HISTORY_PAGE if history else _PAGE)
    after = request.query_params.get("after") or "0"
    if not after.isdigit():
        raise invalid(f"after must be a record id, not {after}", after=after)
    archived = flag_of(request, "archived")
    found, following = store.page(of.name, int(after), limit, archived)
    results = [_answered(request, store, record, history) for record in found]
    return answer({"results": results, **paging(request, following)})


@router.post("/{kind}")
async def create(request: Request, kind: str) -> Response:
    """A new record, with associations if there are any in the body."""
    of, store, body = kind_of(kind), store_of(request), await body_of(request)
    record = store.create(of.name, properties_of(body.get("properties", {})))
    for each in body.get("associations") or ():
        _associate(store, record, each)
    return answer(shown(record, store.schemas[of.name].properties, record.values), 201)


@router.post("/{kind}/merge")
async def merge(request: Request, kind: str) -> Response:
    """Two records become one, under a new id."""
    of, store, body = kind_of(kind), store_of(request), await body_of(request)
    primary, other = (str(body.get(key, "")) for key in ("primaryObjectId", "objectIdToMerge"))
    record = store.merge(of.name, primary, other)
    return answer(shown(record, store.schemas[of.name].properties, of.defaults))


@router.post("/{kind}/gdpr-delete")
async def erase(request: Request, kind: str) -> Response:
    """Delete for good; an id that is unknown is answered alike."""
    of, store, body = kind_of(kind), store_of(request), await body_of(request)
    wanted, by = str(body.get("objectId", "")), body.get("idProperty") or "hs_object_id"
    record = store.look(of.name, wanted, by if by != "hs_object_id" else None)
    if record is not None and not record.archived:
        store.erase(of.name, record.number)
    return nothing()


@router.get("/{kind}/{record_id}")
async def read(request: Request, kind: str, record_id: str) -> Response:
    """One record by id or by a unique property; the id of a merged one leads to the new one."""
    of, store = kind_of(kind), store_of(request)
    by = request.query_params.get("idProperty")
    archived = flag_of(request, "archived")
    record = store.look(of.name, record_id, by)
    if record is None or record.archived is not archived:
        raise no_object(record_id)
    return answer(_answered(request, store, record, names_of(request, "propertiesWithHistory")))


@router.patch("/{kind}/{record_id}")
async def update(request: Request, kind: str, record_id: str) -> Response:
    """Write properties of one record."""
    of, store, body = kind_of(kind), store_of(request), await body_of(request)
    by = request.query_params.get("idProperty")
    target = store.look(of.name, record_id, by)
    if target is None:
        raise no_object(record_id)
    properties = properties_of(body.get("properties", {}))
    record = store.update(of.name, target.number, properties)
    return answer(shown(record, store.schemas[of.name].properties, properties))


@router.delete("/{kind}/{record_id}")
async def archive(request: Request, kind: str, record_id: str) -> Response:
    """Move a record to the recycling bin."""
    of, store = kind_of(kind), store_of(request)
    store.archive(of.name, record_id)
    return nothing()


def _answered(request: Request, store: Store, record: Record, history: list[str]) -> dict[str, Any]:
    known = store.schemas[record.kind.name].properties
    found = shown(record, known, names_of(request, "properties"), history)
    for name in names_of(request, "associations"):
        linked = _linked(store, record, kind_of(name))
        if linked:
            found.setdefault("associations", {})[kind_of(name).name] = linked
    return found


def _linked(store: Store, record: Record, other: Kind) -> dict[str, Any]:
    label = f"{record.kind.singular}_to_{other.singular}"
    results = [
        {
            "id": str(to),
            "type": label if type_id == type_between(record.kind, other) else f"{label}_unlabeled",
        }
        for to, types in store.links.of(record.kind, record.number, other).items()
        for type_id in types
    ]
    if not results:
        return {}
    found: dict[str, Any] = {"results": results[:_INLINE]}
    if len(results) > _INLINE:
        found["paging"] = {"next": {"after": results[_INLINE]["id"], "link": ""}}
    return found


def _associate(store: Store, record: Record, given: dict[str, Any]) -> None:
    to = as_number(given.get("to", {}).get("id", ""))
    for each in given.get("types") or ():
        type_id = int(each.get("associationTypeId", 0))
        for other in store.kinds_by_type(record.kind, type_id):
            if store.get(other.name, to) is not None:
                store.link(record.kind.name, record.number, other.name, to, type_id)
