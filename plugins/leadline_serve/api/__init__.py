"""The HTTP API under /api/: what the pages show and do, for programs; JSON, and CSV to download."""

from __future__ import annotations

from fastapi import APIRouter

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

__all__ = ["router"]

router = APIRouter(prefix="/api")
# `persons` before `leads`: a contact's id may hold a slash, and the longer path is the nearer one.
for _part in (persons, leads, runs, sources, refused, resyncs, models, drafts, acts, document):
    router.include_router(_part.router)
