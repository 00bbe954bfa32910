"""Who did what, and when: rows are added and never changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select

from leadline.ledger.database import Database
from leadline.ledger.tables import audit


@dataclass(frozen=True, slots=True)
class Entry:
    """One act: who did what to what."""

    entry_id: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: Mapping[str, Any]


class Audit:
    """The table of acts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, actor: str, action: str, subject: str, detail: Mapping[str, object]) -> None:
        with self._database.write() as connection:
            connection.execute(
                insert(audit).values(
                    at=self._database.now(connection),
                    actor=actor,
                    action=action,
                    subject=subject,
                    detail=dict(detail),
                )
            )

    def recent(self, limit: int) -> list[Entry]:
        """The latest acts, newest first."""
        query = select(audit).order_by(audit.c.entry_id.desc()).limit(limit)
        with self._database.read() as connection:
            return [Entry(**row) for row in connection.execute(query).mappings()]
