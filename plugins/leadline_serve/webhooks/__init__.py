"""Webhooks: senders tell of contacts that changed, receivers are told of leads that changed."""

from __future__ import annotations

from leadline_serve.webhooks.routes import router

__all__ = ["router"]
