"""The text of every model version that ever made a score."""

from __future__ import annotations

from sqlalchemy import select

from leadline.ledger.database import Database
from leadline.ledger.tables import models
from leadline.ledger.upserts import upsert_into


class Models:
    """The table of model versions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def remember(self, version: str, name: str, content: str) -> None:
        """Keep a version's normalised content; the first time counts, since it never changes."""
        with self._database.write() as connection:
            insert = upsert_into(models, is_postgres=self._database.is_postgres).values(
                version=version,
                name=name,
                content=content,
                first_seen=self._database.now(connection),
            )
            connection.execute(insert.on_conflict_do_nothing())

    def content(self, version: str) -> str | None:
        """The normalised content of a version, None if it was never seen here."""
        with self._database.read() as connection:
            return connection.scalar(select(models.c.content).where(models.c.version == version))
