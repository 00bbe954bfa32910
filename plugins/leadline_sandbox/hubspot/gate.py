"""What stands before every call: faults, URL length, token, limits, scopes; and the journal."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from leadline_sandbox.faults import Fault
from leadline_sandbox.hubspot.calls import Known, recognise, undated
from leadline_sandbox.hubspot.hub import Hub
from leadline_sandbox.hubspot.outages import ANSWERS, BROKEN, SLOW
from leadline_sandbox.hubspot.problems import Problem, limited, missing_scopes
from leadline_sandbox.journal import Call

_SLOW = 60.0  # seconds, unless the fault says otherwise


@dataclass(slots=True)
class _Passage:
    """One request on its way through the gate."""

    scope: Scope
    path: str  # as it was asked for
    known: Known
    body: bytes
    began: float
    status: int = 0
    fault: str = ""
    oauth: bool = False


class Gate:
    """An ASGI app in front of another one."""

    def __init__(self, app: ASGIApp, hub: Hub) -> None:
        self._app, self._hub = app, hub

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asked, path = scope["path"], undated(scope["path"])
        known = recognise(scope["method"], path)
        scope = {**scope, "path": path, "raw_path": path.encode()}
        passage = _Passage(scope, asked, known, await _body(receive), time.monotonic())
        try:
            await self._pass(passage, send)
        finally:
            if not passage.status:
                self._note(passage)

    async def _pass(self, passage: _Passage, send: Send) -> None:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                passage.status = message["status"]
                self._note(passage)  # before the client can know: it may look into the journal
                message = {**message, "headers": [*message["headers"], *self._headers(passage)]}
            await send(message)

        if self._hub.options.slow_seconds:
            await asyncio.sleep(self._hub.options.slow_seconds)
        fault = self._hub.faults.strike(passage.known.label)
        if fault is not None:
            passage.fault = fault.kind
            if await self._strike(fault, passage, sending):
                return
        refusal = self._refusal(passage)
        target = self._app if refusal is None else refusal
        await target(passage.scope, _again(passage.body), sending)

    async def _strike(self, fault: Fault, passage: _Passage, send: Send) -> bool:
        """Whether the fault answered; a slow call goes on to its true answer."""
        if fault.kind == SLOW:
            await asyncio.sleep(fault.seconds or _SLOW)
            return False
        if fault.kind == BROKEN:
            # Less than was promised: the server then has to close the connection.
            headers = [(b"content-type", b"application/json"), (b"content-length", b"4096")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": b'{"results":[', "more_body": True})
            return True
        await ANSWERS[fault.kind](fault)(passage.scope, _again(passage.body), send)
        return True

    def _refusal(self, passage: _Passage) -> Response | None:
        hub, known = self._hub, passage.known
        target = len(passage.path) + 1 + len(passage.scope["query_string"])
        if target > hub.options.url_limit:
            return HTMLResponse("<html><body><h1>414 Request-URI Too Large</h1></body></html>", 414)
        if known.signing_in:
            return None
        try:
            passage.oauth = hub.tokens.admit(_header(passage.scope, b"authorization"))
            if policy := hub.limits.take(known.searching, passage.oauth):
                headers = {"Retry-After": "1"} if hub.options.retry_after else {}
                return JSONResponse(limited(policy), 429, headers)
            if known.scopes and not hub.options.scopes.intersection(known.scopes):
                raise missing_scopes(known.scopes)
            if not known.within(hub.options.tier):
                raise missing_scopes(known.scopes)
        except Problem as problem:
            return JSONResponse(problem.body(), problem.status)
        return None

    def _headers(self, passage: _Passage) -> list[tuple[bytes, bytes]]:
        if passage.known.searching or passage.known.signing_in or not self._hub.options.limited:
            return []
        found = self._hub.limits.headers(passage.oauth)
        return [(name.lower().encode(), value.encode()) for name, value in found.items()]

    def _note(self, passage: _Passage) -> None:
        query = parse_qsl(passage.scope["query_string"].decode(), keep_blank_values=True)
        self._hub.journal.add(
            Call(
                passage.scope["method"],
                passage.path,
                tuple(query),
                passage.body,
                passage.known.label,
                passage.status,
                self._hub.clock.seconds(),
                time.monotonic() - passage.began,
                passage.fault,
            )
        )


def _header(scope: Scope, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


async def _body(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


def _again(body: bytes) -> Receive:
    """The body once more, for the app behind."""

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
