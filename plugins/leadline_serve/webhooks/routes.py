"""`POST /webhooks/{source}`: signed events about contacts that changed."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, HTTPException, Path, Request
from pydantic import BaseModel

from leadline.config.webhooks import Incoming
from leadline.errors import LeadlineError
from leadline_serve.reach import server_of
from leadline_serve.webhooks.events import NotEvents, contacts_of
from leadline_serve.webhooks.signatures import is_from_hubspot, is_signed

if TYPE_CHECKING:
    from leadline_serve.server import Server

router = APIRouter(prefix="/webhooks", tags=["webhooks"])

MOST_BYTES = 2_000_000
_REFUSALS = {
    400: "The body holds no events.",
    401: "The signature is missing, wrong, or older than five minutes.",
    404: "Nobody sends events for this source.",
    413: "The body is too large.",
    503: "The events could not be kept: send them again.",
}


class Refusal(BaseModel):
    """Why a request was refused."""

    detail: str


class Taken(BaseModel):
    """How many contacts are read again soon."""

    contacts: int


@router.post(
    "/{source}",
    status_code=202,
    responses={status: {"model": Refusal, "description": s} for status, s in _REFUSALS.items()},
)
async def receive(
    request: Request, source: Annotated[str, Path(description="As the config names it.")]
) -> Taken:
    """Take signed events about contacts that changed; they are read, scored and written soon."""
    server = server_of(request)
    incoming = server.config.webhooks.incoming.get(source)
    if incoming is None:
        raise HTTPException(404, "nobody sends events for this source: see [webhooks.incoming]")
    body = await _body(request)
    if not _is_genuine(server, incoming, request, body):
        raise HTTPException(401, "the signature is missing, wrong, or older than five minutes")
    try:
        contacts = contacts_of(incoming.kind, body, lambda name: _is_own(server, source, name))
    except NotEvents as error:
        raise HTTPException(400, str(error)) from None
    if contacts:
        try:
            await asyncio.wrap_future(server.gatherer.add(source, frozenset(contacts)))
        except LeadlineError as error:
            raise HTTPException(503, "the events could not be kept: send them again") from error
    return Taken(contacts=len(contacts))


async def _body(request: Request) -> bytes:
    """The body, unless it is too large to be read at all."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > MOST_BYTES:
            raise HTTPException(413, f"the body has more than {MOST_BYTES:,} bytes")
        parts.append(part)
    return b"".join(parts)


def _is_genuine(server: Server, incoming: Incoming, request: Request, body: bytes) -> bool:
    if incoming.kind == "signed":
        return is_signed(incoming.secret, body, request.headers, time.time())
    uri = _address(server, request)
    return is_from_hubspot(incoming.secret, request.method, uri, body, request.headers, time.time())


def _address(server: Server, request: Request) -> str:
    """The address as the sender knows it: `public_url`, where there is one, and the raw path."""
    base = server.serve.public_url or f"{request.url.scheme}://{request.url.netloc}"
    raw: bytes = request.scope.get("raw_path") or request.url.path.encode()
    query: bytes = request.scope["query_string"]
    return base.rstrip("/") + (raw + (b"?" + query if query else b"")).decode("latin-1")


def _is_own(server: Server, source: str, name: str) -> bool:
    """Whether leadline itself writes a property: what it wrote comes back as an event."""
    table = server.config.sources[source]
    prefix = str(table.settings.get("property_prefix", "leadline_"))
    return bool(name) and (name.startswith(prefix) or name in table.write.values())
