"""HubSpot's side of the gate: URL length, token, limits, scopes and tiers."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.responses import HTMLResponse, JSONResponse
from starlette.types import ASGIApp

from leadline_sandbox.faults import Fault
from leadline_sandbox.gate import Passage
from leadline_sandbox.hubspot.calls import Known, recognise, undated
from leadline_sandbox.hubspot.hub import Hub
from leadline_sandbox.hubspot.outages import ANSWERS
from leadline_sandbox.hubspot.problems import Problem, limited, missing_scopes

_OAUTH = "oauth"


class Keeper:
    """What a portal says at the gate."""

    torn = b'{"results":['

    def __init__(self, hub: Hub) -> None:
        self.crm = hub

    def recognise(self, method: str, path: str, body: bytes) -> tuple[Known, str]:
        """The call, and its path without a date."""
        plain = undated(path)
        return recognise(method, plain), plain

    def refuse(self, passage: Passage[Known]) -> ASGIApp | None:
        """414, 401, 429 or 403."""
        hub, known = self.crm, passage.known
        target = len(passage.path) + 1 + len(passage.scope["query_string"])
        if target > hub.options.url_limit:
            return HTMLResponse("<html><body><h1>414 Request-URI Too Large</h1></body></html>", 414)
        if known.signing_in:
            return None
        try:
            oauth = hub.tokens.admit(passage.header("authorization"))
            passage.token = _OAUTH if oauth else ""
            if policy := hub.limits.take(known.searching, oauth):
                headers = {"Retry-After": "1"} if hub.options.retry_after else {}
                return JSONResponse(limited(policy), 429, headers)
            scoped = not known.scopes or hub.options.scopes.intersection(known.scopes)
            if not scoped or not known.within(hub.options.tier):
                raise missing_scopes(known.scopes)
        except Problem as problem:
            return problem.answer()
        return None

    def headers(self, passage: Passage[Known]) -> Iterable[tuple[str, str]]:
        """What is left of the limits; search says nothing of it."""
        if passage.known.searching or passage.known.signing_in or not self.crm.options.limited:
            return ()
        return self.crm.limits.headers(passage.token == _OAUTH).items()

    def outage(self, fault: Fault, passage: Passage[Known]) -> ASGIApp | None:
        """As `outages` has it."""
        return ANSWERS[fault.kind](fault)
