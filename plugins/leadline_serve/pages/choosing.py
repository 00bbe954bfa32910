"""Which of the models a page speaks of, and its leads in numbers."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Annotated

from fastapi import HTTPException, Query

from leadline.serving import Serving, Summary
from leadline_serve.server import Server

ModelName = Annotated[str | None, Query(max_length=200)]


def names(server: Server) -> tuple[str, ...]:
    """The models of the config, the first of them first."""
    return tuple(model.name for model in server.config.models)


def chosen(server: Server, name: str | None) -> str:
    """The model that was asked for, else the first; 404 for one that the config does not have."""
    there = names(server)
    if not name:
        return there[0]
    if name not in there:
        raise HTTPException(404, f"no model is named '{name}'; the config has: {', '.join(there)}")
    return name


def summary_of(server: Server, name: str) -> Summary | None:
    """A model's leads in numbers, counted once for each publication; None before the first."""
    head = next((each for each in server.serving.models() if each.name == name), None)
    return None if head is None else _summary(server.serving, name, head.published_at)


@lru_cache(maxsize=32)
def _summary(serving: Serving, name: str, published_at: datetime) -> Summary | None:
    return serving.summary(name)
