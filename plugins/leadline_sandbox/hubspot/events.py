"""Behavioural events, page views among them: newest first, for Enterprise accounts alone."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from leadline_sandbox.hubspot.asking import answer, number_of, paging
from leadline_sandbox.hubspot.feeds import Event
from leadline_sandbox.hubspot.hub import store_of
from leadline_sandbox.hubspot.instants import full_iso, read_instant
from leadline_sandbox.hubspot.kinds import BY_NAME, CONTACTS
from leadline_sandbox.hubspot.problems import invalid
from leadline_sandbox.hubspot.store import Store, as_number

router = APIRouter(prefix="/events/v3/events")
_MOST = 1_000
# Types that an account is told of whether it can read them or not.
_ALWAYS = ("e_visited_page", "e_form_submission_metadata_v2", "e_call_started")


@router.get("/event-types")
async def types(request: Request) -> Response:
    """The types of events, those among them that the account may not read."""
    known = store_of(request).feeds.events
    return answer({"eventTypes": sorted({*_ALWAYS, *known})})


@router.get("")
@router.get("/")
async def list_events(request: Request) -> Response:
    """Events of a type, of a contact, or of both, between two instants (both included)."""
    store, asked = store_of(request), request.query_params
    object_id, object_type = asked.get("objectId"), asked.get("objectType")
    if object_id and not object_type:
        raise invalid("objectType is required when objectId is given")
    if not object_id and not asked.get("eventType"):
        raise invalid("eventType or objectId is required")
    found = _found(store, asked.get("eventType"), _instants(request))
    if object_type and BY_NAME.get(object_type.lower()) is not CONTACTS:
        found = []
    if object_id:
        contact = store.get(CONTACTS.name, object_id)
        wanted = contact.number if contact else as_number(object_id)
        found = [event for event in found if _owner(store, event) == wanted]
    limit = number_of(request, "limit", 20, _MOST)
    rising = asked.get("sort") in ("occurredAt", "ASCENDING")
    return _page(request, store, found if rising else found[::-1], limit)


def _page(request: Request, store: Store, found: list[Event], limit: int) -> Response:
    """A page that begins after the event whose id is `after`."""
    after, start = request.query_params.get("after"), 0
    if after:
        places = [n for n, event in enumerate(found) if _id(event) == after]
        if not places:
            raise invalid(f"after must be what the last page said, not {after}")
        start = places[0] + 1
    rows = found[start : start + limit]
    following = _id(rows[-1]) if rows and start + limit < len(found) else ""
    return answer({"results": [_json(store, e) for e in rows], **paging(request, following)})


def _found(
    store: Store, event_type: str | None, instants: tuple[int | None, int | None]
) -> list[Event]:
    with store.lock:
        lines = store.feeds.events
        named = [event_type] if event_type else list(lines)
        found = [e for name in named if name in lines for e in lines[name].between(*instants)]
    return found if event_type else sorted(found, key=lambda event: event.at)


def _instants(request: Request) -> tuple[int | None, int | None]:
    return _instant(request, "occurredAfter"), _instant(request, "occurredBefore")


def _instant(request: Request, name: str) -> int | None:
    text = request.query_params.get(name)
    if not text:
        return None
    # A plus sign of a zone that was not escaped arrives as a blank.
    found = read_instant(text.replace(" ", "+"))
    if found is None or text.isdigit():
        raise invalid(f"{name} must be an ISO 8601 instant, not {text}", **{name: text})
    return found


def _owner(store: Store, event: Event) -> int:
    """The contact of an event now, which may be the one that its own was merged into."""
    contact = store.get(CONTACTS.name, event.contact)
    return contact.number if contact else event.contact


def _id(event: Event) -> str:
    return f"ev000000-0000-4000-8000-{event.number:012x}"


def _json(store: Store, event: Event) -> dict[str, Any]:
    return {
        "objectType": "CONTACT",
        "objectId": str(_owner(store, event)),
        "eventType": event.type,
        "occurredAt": full_iso(event.at),
        "id": _id(event),
        "properties": {name: value for name, value in event.properties.items() if value},
    }
