"""The web admin: pages made on the server, that people read and act on without a terminal."""

from __future__ import annotations

from fastapi import FastAPI

from leadline_serve.pages import entry, files, lead, leads, model, runs, sources, today, trial

_PARTS = (files, entry, today, leads, lead, model, trial, runs, sources)


def include(app: FastAPI) -> None:
    """Answer with pages, of which the API's document says nothing."""
    for part in _PARTS:
        app.include_router(part.router, include_in_schema=False)
