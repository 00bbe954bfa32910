"""The one statement the two databases share but SQLAlchemy spells twice: insert or update."""

from __future__ import annotations

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite

Upsert = sqlite.Insert | postgresql.Insert


def upsert_into(table: Table, *, is_postgres: bool) -> Upsert:
    """An INSERT that takes `on_conflict_do_update` and `on_conflict_do_nothing`."""
    return postgresql.insert(table) if is_postgres else sqlite.insert(table)
