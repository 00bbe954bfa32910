"""The HTTP API under /api/: what the pages show and do, for programs; JSON, and CSV to download."""

from __future__ import annotations

from fastapi import FastAPI

from leadline_serve.api import (
    acts,
    document,
    drafts,
    leads,
    models,
    persons,
    refused,
    resyncs,
    runs,
    sources,
)

# `persons` before `leads`: a contact's id may hold a slash, and the longer path is the nearer one.
_PARTS = (persons, leads, runs, sources, refused, resyncs, models, drafts, acts, document)


def include(app: FastAPI) -> None:
    """Answer under /api/. No router stands in another: FastAPI would prepare its routes twice."""
    for part in _PARTS:
        app.include_router(part.router, prefix="/api")
