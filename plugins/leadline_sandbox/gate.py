"""What stands before every call to a simulated CRM: faults, refusals, headers and the journal.

What differs from CRM to CRM is its keeper's: which call a path is, who is let in, what each
answer carries, and how trouble looks there.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass
from email.utils import format_datetime
from typing import Generic, Protocol, TypeVar
from urllib.parse import parse_qsl

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from leadline_sandbox.crm import Crm
from leadline_sandbox.faults import Fault
from leadline_sandbox.journal import Call

BROKEN, SLOW = "broken", "slow"  # the two faults that the gate itself makes
_SLOW = 60.0  # seconds, unless the fault says otherwise


class Named(Protocol):
    """A call that a CRM knows."""

    @property
    def label(self) -> str:
        """Its name in the journal and for faults, such as "contacts.search"."""


K = TypeVar("K", bound=Named)


@dataclass(slots=True)
class Passage(Generic[K]):
    """One request on its way through the gate."""

    scope: Scope  # with the path by which the app knows the call
    path: str  # as it was asked for
    known: K
    body: bytes
    began: float
    status: int = 0
    fault: str = ""
    token: str = ""  # what let it in, in the keeper's words

    def header(self, name: str) -> str:
        """A header of the request; "" when it is missing."""
        wanted = name.lower().encode()
        return next((v.decode("latin-1") for k, v in self.scope["headers"] if k == wanted), "")


class Keeper(Protocol[K]):
    """One CRM's side of the gate."""

    torn: bytes  # how an answer begins that breaks off

    @property
    def crm(self) -> Crm:
        """The CRM behind the gate, whose parts tests may replace at any time."""

    def recognise(self, method: str, path: str, body: bytes) -> tuple[K, str]:
        """Which call this is, and the path by which the app knows it."""

    def refuse(self, passage: Passage[K]) -> ASGIApp | None:
        """The answer to a call that is not let in; None lets it in."""

    def headers(self, passage: Passage[K]) -> Iterable[tuple[str, str]]:
        """What an answer carries besides the instant."""

    def outage(self, fault: Fault, passage: Passage[K]) -> ASGIApp | None:
        """How a fault answers in the CRM's place; None where it only disturbs the true answer."""


class Gate(Generic[K]):
    """An ASGI app in front of another one."""

    def __init__(self, app: ASGIApp, keeper: Keeper[K]) -> None:
        self._app, self._keeper = app, keeper

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asked = scope["path"]
        began, body = time.monotonic(), await _body(receive)
        known, path = self._keeper.recognise(scope["method"], asked, body)
        scope = {
            **scope,
            "path": path,
            "raw_path": path.encode(),
            "leadline.path": asked,
            "leadline.raw_path": scope.get("raw_path") or asked.encode(),
            "leadline.began": began,
        }
        passage = Passage(scope, asked, known, body, began)
        try:
            await self._pass(passage, send)
        finally:
            if not passage.status:
                self._note(passage)

    async def _pass(self, passage: Passage[K], send: Send) -> None:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                passage.status = message["status"]
                self._note(passage)  # before the client can know: it may look into the journal
                message = {**message, "headers": [*message["headers"], *self._headers(passage)]}
            await send(message)

        if slow := self._keeper.crm.options.slow_seconds:
            await asyncio.sleep(slow)
        fault = self._keeper.crm.faults.strike(passage.known.label)
        if fault is not None:
            passage.fault = fault.kind
            if await self._strike(fault, passage, sending):
                return
        target = self._keeper.refuse(passage) or self._app
        await target(passage.scope, _again(passage.body), sending)

    async def _strike(self, fault: Fault, passage: Passage[K], send: Send) -> bool:
        """Whether the fault answered; a slow call goes on to its true answer."""
        if fault.kind == SLOW:
            await asyncio.sleep(fault.seconds or _SLOW)
            return False
        if fault.kind == BROKEN:
            # Less than was promised: the server then has to close the connection.
            headers = [(b"content-type", b"application/json"), (b"content-length", b"4096")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            body = {"type": "http.response.body", "body": self._keeper.torn, "more_body": True}
            await send(body)
            return True
        answer = self._keeper.outage(fault, passage)
        if answer is None:
            return False
        await answer(passage.scope, _again(passage.body), send)
        return True

    def _headers(self, passage: Passage[K]) -> list[tuple[bytes, bytes]]:
        found = {name.lower(): value for name, value in self._keeper.headers(passage)}
        found.setdefault("date", format_datetime(self._keeper.crm.clock.now(), usegmt=True))
        return [(name.encode(), value.encode()) for name, value in found.items()]

    def _note(self, passage: Passage[K]) -> None:
        query = parse_qsl(passage.scope["query_string"].decode(), keep_blank_values=True)
        self._keeper.crm.journal.add(
            Call(
                passage.scope["method"],
                passage.path,
                tuple(query),
                passage.body,
                passage.known.label,
                passage.status,
                self._keeper.crm.clock.seconds(),
                time.monotonic() - passage.began,
                passage.fault,
                tuple((k.decode("latin-1"), v.decode("latin-1")) for k, v in _shown(passage.scope)),
            )
        )


def _shown(scope: Scope) -> list[tuple[bytes, bytes]]:
    """The headers without those that let somebody in."""
    return [(k, v) for k, v in scope["headers"] if k not in (b"authorization", b"cookie")]


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
