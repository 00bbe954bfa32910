"""The text of every model version that ever made a score."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from leadline.ledger.database import Database
from leadline.ledger.tables import models
from leadline.ledger.upserts import upsert_into


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a model, and when it was first opened."""

    version: str
    name: str
    first_seen: datetime


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

    def versions(self, name: str) -> list[Version]:
        """Every version of a model that was ever opened here, newest first."""
        query = (
            select(models.c.version, models.c.name, models.c.first_seen)
            .where(models.c.name == name)
            .order_by(models.c.first_seen.desc(), models.c.version)
        )
        with self._database.read() as connection:
            return [Version(**row) for row in connection.execute(query).mappings()]

    def content(self, version: str) -> str | None:
        """The normalised content of a version, None if it was never seen here."""
        with self._database.read() as connection:
            return connection.scalar(select(models.c.content).where(models.c.version == version))
