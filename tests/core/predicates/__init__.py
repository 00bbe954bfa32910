"""Predicates: what is admitted, what is refused and how, and what it means."""

from __future__ import annotations
