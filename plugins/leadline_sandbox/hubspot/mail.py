"""Marketing e-mail events by address, mailings and subscriptions: all the newest first."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from leadline_sandbox.hubspot.asking import answer, flag_of, found_or_404, number_of
from leadline_sandbox.hubspot.feeds import Change, MailEvent
from leadline_sandbox.hubspot.hub import store_of
from leadline_sandbox.hubspot.problems import invalid
from leadline_sandbox.hubspot.store import Store

router = APIRouter(prefix="/email/public/v1")
_MOST, _DEFAULT = 1_000, 100
_WORDS = """
    SENT PROCESSED DELIVERED OPEN CLICK BOUNCE DROPPED MTA_DROPPED DEFERRED UNSUBSCRIBED SPAMREPORT
    STATUSCHANGE OPT_IN_CHANGE FORWARD PRINT REPLY SUPPRESSED SELECTED ERROR UNBOUNCE
    CLICK_ON_IDENTIFIED_LINK
"""
_TYPES = frozenset(_WORDS.split())
_APP = 113


@router.get("/events")
async def events(request: Request) -> Response:
    """Events between two instants in milliseconds (both included), of one type or of all."""
    store, asked = store_of(request), request.query_params
    wanted = asked.get("eventType")
    if wanted and wanted not in _TYPES:
        raise invalid(f"{wanted} is not an event type; name one", eventType=wanted)
    recipient, campaign = asked.get("recipient", "").lower(), asked.get("campaignId")
    real_only = flag_of(request, "excludeFilteredEvents")
    with store.lock:
        between = store.feeds.mail.between(*_instants(request))
    found = [
        event
        for event in reversed(between)
        if (not wanted or event.type == wanted)
        and (not recipient or event.recipient == recipient)
        and (not campaign or str(event.campaign) == campaign)
        and not (real_only and event.filtered)
    ]
    rows, place = _page(request, found)
    return answer({"events": [_json(store, event) for event in rows], **place})


@router.get("/campaigns")
@router.get("/campaigns/by-id")
async def campaigns(request: Request) -> Response:
    """The ids of all mailings."""
    rows, place = _page(request, list(store_of(request).feeds.campaigns.values()))
    return answer({"campaigns": [{"id": each.number, "appId": _APP} for each in rows], **place})


@router.get("/campaigns/{number}")
async def campaign(request: Request, number: int) -> Response:
    """One mailing with its name and subject."""
    found = found_or_404(store_of(request).feeds.campaigns.get(number), "campaign")
    return answer(
        {
            "id": found.number,
            "appId": _APP,
            "appName": "Batch",
            "name": found.name,
            "subject": found.subject,
            "contentId": found.number,
            "type": "BATCH_EMAIL",
        }
    )


@router.get("/subscriptions/timeline")
async def timeline(request: Request) -> Response:
    """Who subscribed and unsubscribed between two instants in milliseconds."""
    store = store_of(request)
    recipient = request.query_params.get("recipient", "").lower()
    with store.lock:
        between = store.feeds.changes.between(*_instants(request))
    found = [change for change in reversed(between) if recipient in ("", change.recipient)]
    rows, place = _page(request, found)
    portal = store.options.portal_id
    return answer({"timeline": [_change(change, portal) for change in rows], **place})


def _instants(request: Request) -> tuple[int | None, int | None]:
    found = []
    for name in ("startTimestamp", "endTimestamp"):
        text = request.query_params.get(name)
        if text and not text.isdigit():
            raise invalid(f"{name} must be in milliseconds, not {text}", **{name: text})
        found.append(int(text) if text else None)
    return found[0], found[1]


def _page(request: Request, found: list[Any]) -> tuple[list[Any], dict[str, Any]]:
    """A page from `offset` on. An offset is opaque to whoever asks."""
    limit = number_of(request, "limit", _DEFAULT, _MOST)
    text = request.query_params.get("offset") or "o0"
    if not text[1:].isdigit():
        raise invalid(f"offset must be what the last page said, not {text}", offset=text)
    end = int(text[1:]) + limit
    more = end < len(found)
    return found[end - limit : end], {"hasMore": more, "offset": f"o{end}"}


def _json(store: Store, event: MailEvent) -> dict[str, Any]:
    mailing = store.feeds.campaigns.get(event.campaign)
    found: dict[str, Any] = {
        "id": event.id,
        "created": event.at,
        "type": event.type,
        "recipient": event.recipient,
        "portalId": store.options.portal_id,
        "appId": _APP,
        "appName": "Batch",
        "emailCampaignId": event.campaign,
        "filteredEvent": event.filtered,
    }
    if event.type == "SENT" and mailing:
        found["subject"] = mailing.subject
    if event.url:
        found["url"] = event.url
    return found


def _change(change: Change, portal: int) -> dict[str, Any]:
    one: dict[str, Any] = {
        "change": change.change,
        "changeType": "PORTAL_STATUS" if change.subscription is None else "SUBSCRIPTION_STATUS",
        "source": change.source,
        "timestamp": change.at,
        "portalId": portal,
    }
    if change.subscription is not None:
        one["subscriptionId"] = change.subscription
    return {
        "timestamp": change.at,
        "recipient": change.recipient,
        "portalId": portal,
        "changes": [one],
    }
