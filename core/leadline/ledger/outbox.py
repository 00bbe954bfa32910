"""Events for the outside, kept until they are delivered: at least once, each with its key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from leadline.errors import InternalError
from leadline.ledger.database import Database
from leadline.ledger.tables import outbox
from leadline.ledger.upserts import upsert_into


@dataclass(frozen=True, slots=True)
class Event:
    """One event to deliver; (topic, key) lets the receiver tell a repeated delivery."""

    event_id: int
    topic: str
    key: str
    payload: Mapping[str, Any]
    added_at: datetime
    attempts: int
    error: str


_SHOWN = [outbox.c[name] for name in Event.__dataclass_fields__]


class Outbox:
    """The table of events."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, topic: str, key: str, payload: Mapping[str, object]) -> bool:
        """Keep an event for delivery; False, and no second event, if (topic, key) is there."""
        with self._database.write() as connection:
            now = self._database.now(connection)
            insert = upsert_into(outbox, is_postgres=self._database.is_postgres).values(
                topic=topic,
                key=key,
                payload=dict(payload),
                added_at=now,
                due_at=now,
                attempts=0,
                error="",
            )
            once = insert.on_conflict_do_nothing().returning(outbox.c.event_id)
            return connection.scalar(once) is not None

    def pending(self, limit: int) -> list[Event]:
        """Events that are due, oldest first."""
        with self._database.read() as connection:
            due = outbox.c.due_at <= self._database.now(connection)
            query = select(*_SHOWN).where(outbox.c.delivered_at.is_(None), due)
            rows = connection.execute(query.order_by(outbox.c.event_id).limit(limit)).mappings()
            return [Event(**row) for row in rows]

    def delivered(self, event_id: int) -> None:
        """Never again."""
        with self._database.write() as connection:
            now = self._database.now(connection)
            self._attempted(event_id, delivered_at=now, error="")

    def failed(self, event_id: int, error: str, retry_at: datetime | None) -> None:
        """Try again then; None gives it up, and keeps the error to show."""
        self._attempted(event_id, due_at=retry_at, error=error)

    def _attempted(self, event_id: int, **values: object) -> None:
        with self._database.write() as connection:
            done = connection.execute(
                update(outbox)
                .where(outbox.c.event_id == event_id)
                .values(attempts=outbox.c.attempts + 1, **values)
            )
            if done.rowcount != 1:
                raise InternalError(f"the ledger has no event {event_id}")
