"""What an event says: which contacts of a source have changed, and nothing else is believed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping

_LONGEST_ID = 200
# Of HubSpot's events, the one that names contacts in other places as well.
_MERGE_KEYS = ("primaryObjectId", "newObjectId")


class NotEvents(Exception):
    """The body holds no events; the message is for whoever sent it."""


def contacts_of(kind: str, body: bytes, own: Callable[[str], bool]) -> set[str]:
    """The ids of the contacts that a body of events is about; `NotEvents` if it is none.

    own: whether a property is one that leadline writes: its own writes are no news.
    """
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        raise NotEvents("the body must be JSON") from None
    found = _of_hubspot(document, own) if kind == "hubspot" else _of_anybody(document)
    return {each for each in found if each and len(each) <= _LONGEST_ID}


def _of_hubspot(document: object, own: Callable[[str], bool]) -> Iterator[str]:
    """HubSpot sends a list, with events of every kind that the app subscribes to."""
    if not isinstance(document, list):
        raise NotEvents("the body must be a list of HubSpot's events")
    for event in document:
        if not isinstance(event, Mapping) or not _is_about_contacts(event):
            continue
        if own(str(event.get("propertyName") or "")):
            continue
        merged = event.get("mergedObjectIds")
        ids = [event.get("objectId"), *(event.get(key) for key in _MERGE_KEYS)]
        ids += merged if isinstance(merged, list) else []
        ids.append(event.get("fromObjectId") if _is_contact_first(event) else None)
        yield from (str(each) for each in ids if isinstance(each, (int, str)) and str(each))


def _is_about_contacts(event: Mapping[str, object]) -> bool:
    """By the old names ("contact.creation") and the new ("object.creation" with the type's id)."""
    kind = str(event.get("subscriptionType") or "")
    return kind.startswith("contact.") or str(event.get("objectTypeId") or "") == "0-1"


def _is_contact_first(event: Mapping[str, object]) -> bool:
    return str(event.get("associationType") or "").upper().startswith("CONTACT_TO_")


def _of_anybody(document: object) -> Iterator[str]:
    ids = document.get("contacts") if isinstance(document, Mapping) else None
    if not isinstance(ids, list) or not all(isinstance(each, (str, int)) for each in ids):
        raise NotEvents('the body must be {"contacts": ["ID", …]}')
    yield from (str(each).strip() for each in ids)
