"""The web application of a server: every part's routes, behind one set of guards."""

from __future__ import annotations

from fastapi import FastAPI

from leadline import __version__
from leadline_serve import api, faults, health, pages, webhooks
from leadline_serve.access import routes as access
from leadline_serve.access.gates import check_gates
from leadline_serve.access.headers import Protect
from leadline_serve.metrics import Measure
from leadline_serve.server import Server

_LARGEST = 8 << 20  # bytes of a request


def build(server: Server) -> FastAPI:
    """The application; InternalError if one of its routes asks for nobody and should."""
    app = FastAPI(
        title="leadline",
        version=__version__,
        description="Leads, their scores and why, runs, and resyncs on demand.",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        max_body_size=_LARGEST,
    )
    app.state.server = server
    app.include_router(health.router)
    app.include_router(access.router)
    api.include(app)
    app.include_router(webhooks.router)
    pages.include(app)
    faults.handle(app)
    app.add_middleware(Measure, metrics=server.metrics)
    app.add_middleware(Protect, serve=server.serve)
    check_gates(app)
    return app
