"""The web admin: pages made on the server, that people read and act on without a terminal."""

from __future__ import annotations

from fastapi import APIRouter

from leadline_serve.pages import entry, files, lead, leads, model, runs, sources, today, trial

router = APIRouter(include_in_schema=False)
for _part in (files, entry, today, leads, lead, model, trial, runs, sources):
    router.include_router(_part.router)

__all__ = ["router"]
