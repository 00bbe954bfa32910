"""Small facts that must outlive a process, by key."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from leadline.ledger.database import Database
from leadline.ledger.tables import settings
from leadline.ledger.upserts import upsert_into


class Settings:
    """The table of keys and JSON values."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, key: str, default: object = None) -> Any:
        """The value as it was set, or the default if it never was."""
        query = select(settings.c.value).where(settings.c.key == key)
        with self._database.read() as connection:
            row = connection.execute(query).first()
        return default if row is None else row[0]

    def set(self, key: str, value: object) -> None:
        with self._database.write() as connection:
            fresh = {"value": value, "changed_at": self._database.now(connection)}
            insert = upsert_into(settings, is_postgres=self._database.is_postgres)
            connection.execute(
                insert.values(key=key, **fresh).on_conflict_do_update(
                    index_elements=["key"], set_=fresh
                )
            )
