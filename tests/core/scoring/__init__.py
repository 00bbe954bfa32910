"""Scoring: ageing, the compiled query, explanations and published rows."""

from __future__ import annotations
