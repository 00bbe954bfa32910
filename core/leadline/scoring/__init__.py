"""Scoring: the model compiled to one query, run in an engine, and explained row by row."""

from __future__ import annotations
