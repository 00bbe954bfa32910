"""Plugins that are no connectors."""

from __future__ import annotations
