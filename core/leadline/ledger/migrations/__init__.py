"""Alembic's folder: one file per step in `versions`, run by `leadline.ledger.migration`."""

from __future__ import annotations
