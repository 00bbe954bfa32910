"""The account: who it is, how much was asked today, owners, pipelines, tokens."""

from __future__ import annotations

from urllib.parse import parse_qsl

from fastapi import APIRouter, Request
from starlette.responses import Response

from leadline_sandbox.hubspot.asking import answer, flag_of, kind_of, page_of, paging
from leadline_sandbox.hubspot.hub import hub_of, store_of
from leadline_sandbox.hubspot.instants import full_iso

router = APIRouter()


@router.get("/account-info/v3/details")
async def details(request: Request) -> Response:
    """The account."""
    hub = hub_of(request)
    offset = hub.limits.resets_at().astimezone(hub.limits.zone).strftime("%z")
    sign = -1 if offset.startswith("-") else 1
    minutes = sign * (int(offset[1:3]) * 60 + int(offset[3:5]))
    return answer(
        {
            "portalId": hub.options.portal_id,
            "accountType": "STANDARD",
            "timeZone": hub.options.time_zone,
            "companyCurrency": "EUR",
            "additionalCurrencies": [],
            "utcOffset": f"{offset[:3]}:{offset[3:]}",
            "utcOffsetMilliseconds": minutes * 60_000,
            "uiDomain": "app.hubspot.com",
            "dataHostingLocation": "na1",
        }
    )


@router.get("/account-info/v3/api-usage/daily/private-apps")
async def usage(request: Request) -> Response:
    """The calls of the day, those of other apps among them."""
    hub = hub_of(request)
    return answer(
        {
            "results": [
                {
                    "name": "private-apps-api-calls-daily",
                    "usageLimit": hub.options.a_day,
                    "currentUsage": hub.limits.used_today(),
                    "collectedAt": full_iso(hub.clock.ms()),
                    "fetchStatus": "SUCCESS",
                    "resetsAt": full_iso(int(hub.limits.resets_at().timestamp() * 1_000)),
                }
            ]
        }
    )


@router.post("/oauth/v2/private-apps/get/access-token-info")
async def token_info(request: Request) -> Response:
    """What the token may do."""
    hub = hub_of(request)
    return answer(
        {
            "userId": 1,
            "hubId": hub.options.portal_id,
            "appId": 1,
            "scopes": sorted(hub.options.scopes),
        }
    )


@router.post("/oauth/{version}/token")
async def token(request: Request, version: str) -> Response:
    """An access token for a refresh token; it lasts half an hour."""
    form = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
    return answer(hub_of(request).tokens.refresh(form))


@router.get("/crm/v3/owners")
@router.get("/crm/v3/owners/")
async def owners(request: Request) -> Response:
    """Who owns records; those who left are archived."""
    archived = flag_of(request, "archived")
    wanted = request.query_params.get("email")
    found = [
        each
        for each in store_of(request).owners
        if each["archived"] is archived and wanted in (None, each["email"])
    ]
    rows, after = page_of(request, found, 500, 100)
    return answer({"results": rows, **paging(request, after)})


@router.get("/crm/v3/pipelines/{kind}")
async def pipelines(request: Request, kind: str) -> Response:
    """The pipelines of a kind with their stages."""
    return answer({"results": store_of(request).pipelines.get(kind_of(kind).name, [])})
