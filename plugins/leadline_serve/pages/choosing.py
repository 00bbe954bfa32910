"""Which of the models a page speaks of, and its leads in numbers."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from leadline.serving import Serving, Summary
from leadline_serve.api.answers import ModelName, model_named
from leadline_serve.server import Server

__all__ = ["ModelName", "chosen", "names", "summary_of"]


def names(server: Server) -> tuple[str, ...]:
    """The models of the config, the first of them first."""
    return tuple(model.name for model in server.config.models)


def chosen(server: Server, name: str | None) -> str:
    """The model that was asked for, else the first; 404 for one that the config does not have."""
    return model_named(server, name or None)


def summary_of(server: Server, name: str) -> Summary | None:
    """A model's leads in numbers, counted once for each publication; None before the first."""
    head = next((each for each in server.serving.models() if each.name == name), None)
    return None if head is None else _summary(server.serving, name, head.published_at)


@lru_cache(maxsize=32)
def _summary(serving: Serving, name: str, published_at: datetime) -> Summary | None:
    return serving.summary(name)
