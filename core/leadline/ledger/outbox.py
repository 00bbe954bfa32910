"""Events for the outside, kept until they are delivered: at least once, each with its key."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, delete, func, select, update

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


@dataclass(frozen=True, slots=True)
class Backlog:
    """What of a topic is not delivered: how many wait and how many were given up, and why."""

    topic: str
    waiting: int
    given_up: int
    error: str


_SHOWN = [outbox.c[name] for name in Event.__dataclass_fields__]
_OPEN = outbox.c.delivered_at.is_(None)
# Kept back until what it tells of has happened; an event that was given up has been attempted.
_HELD = _OPEN & outbox.c.due_at.is_(None) & (outbox.c.attempts == 0)
_GIVEN_UP = _OPEN & outbox.c.due_at.is_(None) & (outbox.c.attempts > 0)


class Outbox:
    """The table of events. A payload may be personal: it is let go with its delivery."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self, topic: str, key: str, payload: Mapping[str, object], *, hold: bool = False
    ) -> bool:
        """Keep an event for delivery; False, and no second event, if (topic, key) is there.

        hold: it is not due before `release`.
        """
        with self._database.write() as connection:
            now = self._database.now(connection)
            insert = upsert_into(outbox, is_postgres=self._database.is_postgres).values(
                topic=topic,
                key=key,
                payload=dict(payload),
                added_at=now,
                due_at=None if hold else now,
                attempts=0,
                error="",
            )
            once = insert.on_conflict_do_nothing().returning(outbox.c.event_id)
            return connection.scalar(once) is not None

    def held(self) -> list[Event]:
        """Events that are kept back, oldest first."""
        return self._events(_HELD)

    def release(self, event_id: int, payload: Mapping[str, object]) -> None:
        """A held event is due now, with this payload."""
        with self._database.write() as connection:
            now = self._database.now(connection)
            self._set(event_id, due_at=now, payload=dict(payload))

    def amend(self, event_id: int, payload: Mapping[str, object]) -> None:
        """An event, which may be held, has this payload."""
        self._set(event_id, payload=dict(payload))

    def drop(self, event_id: int) -> None:
        """Forget an event, as if it had never been added."""
        with self._database.write() as connection:
            connection.execute(delete(outbox).where(outbox.c.event_id == event_id))

    def pending(self, limit: int, topics: Collection[str] | None = None) -> list[Event]:
        """Events that are due, of these topics or of any, oldest first."""
        with self._database.read() as connection:
            due = _OPEN & (outbox.c.due_at <= self._database.now(connection))
        return self._events(due if topics is None else due & outbox.c.topic.in_(topics), limit)

    def delivered(self, event_id: int) -> None:
        """Never again."""
        with self._database.write() as connection:
            now = self._database.now(connection)
            self._attempted(event_id, delivered_at=now, error="", payload={})

    def failed(self, event_id: int, error: str, retry_at: datetime | None) -> None:
        """Try again then; None gives it up, and keeps the error to show."""
        let_go: dict[str, object] = {"payload": {}} if retry_at is None else {}
        self._attempted(event_id, due_at=retry_at, error=error, **let_go)

    def backlog(self) -> list[Backlog]:
        """What is not delivered, by topic; held events are not counted."""
        late = case((_GIVEN_UP, 1), else_=0)
        query = (
            select(
                outbox.c.topic,
                func.count().label("all"),
                func.sum(late).label("given_up"),
                func.max(outbox.c.error).label("error"),
            )
            .where(_OPEN, ~_HELD)
            .group_by(outbox.c.topic)
            .order_by(outbox.c.topic)
        )
        with self._database.read() as connection:
            return [
                Backlog(topic, total - late, late, error)
                for topic, total, late, error in connection.execute(query).all()
            ]

    def sweep(self, before: datetime) -> None:
        """Forget what was delivered or given up and was added before an instant."""
        done = outbox.c.delivered_at.is_not(None) | _GIVEN_UP
        with self._database.write() as connection:
            connection.execute(delete(outbox).where(done, outbox.c.added_at < before))

    def _events(self, which: ColumnElement[bool], limit: int | None = None) -> list[Event]:
        query = select(*_SHOWN).where(which).order_by(outbox.c.event_id).limit(limit)
        with self._database.read() as connection:
            return [Event(**row) for row in connection.execute(query).mappings()]

    def _attempted(self, event_id: int, **values: object) -> None:
        self._set(event_id, attempts=outbox.c.attempts + 1, **values)

    def _set(self, event_id: int, **values: object) -> None:
        with self._database.write() as connection:
            done = connection.execute(
                update(outbox).where(outbox.c.event_id == event_id).values(**values)
            )
            if done.rowcount != 1:
                raise InternalError(f"the ledger has no event {event_id}")
