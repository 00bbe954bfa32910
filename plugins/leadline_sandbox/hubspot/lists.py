"""Lists of contacts and their members, in the order in which they joined."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from leadline_sandbox.hubspot.asking import answer, body_of, found_or_404, page_of, paging
from leadline_sandbox.hubspot.feeds import ContactList
from leadline_sandbox.hubspot.hub import store_of
from leadline_sandbox.hubspot.instants import full_iso
from leadline_sandbox.hubspot.kinds import CONTACTS
from leadline_sandbox.hubspot.problems import invalid

router = APIRouter(prefix="/crm/v3/lists")
_MOST, _MEMBERS = 500, 250


@router.post("/search")
async def search(request: Request) -> Response:
    """Lists by a part of their name."""
    store, body = store_of(request), await body_of(request)
    text, count = str(body.get("query") or "").lower(), body.get("count", 20)
    offset = body.get("offset", 0)
    if not isinstance(count, int) or not 0 < count <= _MOST or not isinstance(offset, int):
        raise invalid(f"count must be between 1 and {_MOST}, and offset a number")
    types = body.get("processingTypes") or []
    found = [
        each
        for each in store.feeds.lists.values()
        if text in each.name.lower() and (not types or each.processing in types)
    ]
    end = offset + count
    return answer(
        {
            "total": len(found),
            "offset": end,
            "hasMore": end < len(found),
            "lists": [_json(each) for each in found[offset:end]],
        }
    )


@router.get("/{number}")
async def read(request: Request, number: int) -> Response:
    """One list."""
    found = found_or_404(store_of(request).feeds.lists.get(number), "list")
    return answer({"list": _json(found)})


@router.get("/{number}/memberships/join-order")
async def members(request: Request, number: int) -> Response:
    """Who is on a list, the first to join first; who is deleted is no member."""
    store = store_of(request)
    found = found_or_404(store.feeds.lists.get(number), "list")
    with store.lock:
        joined = [
            (at, contact.id)
            for member, at in found.members.items()
            if (contact := store.get(CONTACTS.name, member)) and not contact.archived
        ]
    rows, after = page_of(request, sorted(joined), _MEMBERS, 100)
    return answer(
        {
            "results": [
                {"recordId": contact, "membershipTimestamp": full_iso(at)} for at, contact in rows
            ],
            "total": len(joined),
            **paging(request, after),
        }
    )


def _json(each: ContactList) -> dict[str, Any]:
    return {
        "listId": str(each.number),
        "listVersion": 1,
        "name": each.name,
        "objectTypeId": CONTACTS.type_id,
        "processingType": each.processing,
        "processingStatus": "COMPLETE",
        "createdAt": full_iso(each.created),
        "updatedAt": full_iso(each.created),
        "additionalProperties": {"hs_list_size": str(len(each.members))},
    }
