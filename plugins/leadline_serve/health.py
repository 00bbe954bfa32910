"""Probes for whatever watches the server: alive, ready, and its numbers."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from leadline.errors import LeadlineError
from leadline_serve.access.guards import Viewer
from leadline_serve.access.routes import REFUSED
from leadline_serve.reach import server_of

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """Alive: the process answers."""
    return {"status": "ok"}


@router.get("/readyz", responses={503: {"description": "Something it needs is not there."}})
def readyz(request: Request) -> JSONResponse:
    """Ready: ledger and serving table can be read. Says which is not there, and nothing more."""
    server = server_of(request)
    parts = {"ledger": server.ledger.users.any, "serving": server.serving.models}
    found = {name: _state(ask) for name, ask in parts.items()}
    well = all(state == "ok" for state in found.values())
    said = {"status": "ok" if well else "not ready", **found}
    return JSONResponse(said, 200 if well else 503)


def _state(ask: Callable[[], object]) -> str:
    try:
        ask()
    except LeadlineError:
        return "cannot be read"
    return "ok"


@router.get("/metrics", responses=REFUSED, response_class=Response)
def metrics(request: Request, user: Viewer) -> Response:
    """The numbers, as Prometheus reads them."""
    text, kind = server_of(request).metrics.text()
    return Response(text, media_type=kind)
