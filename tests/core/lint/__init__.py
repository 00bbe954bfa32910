"""Lint: each check finds what it is for, and is silent about what is right."""

from __future__ import annotations
