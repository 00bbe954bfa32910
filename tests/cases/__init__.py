"""Worked examples that can be read without knowing Python."""

from __future__ import annotations
