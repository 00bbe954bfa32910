"""Who is signed in to the server. Of a session's key only its digest is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update

from leadline.ledger.database import Database
from leadline.ledger.tables import sessions, users
from leadline.ledger.users import Role

IDLE = timedelta(hours=12)
LIFE = timedelta(days=7)
# A page more or less is no news: the row is written at most this often.
_SEEN_EVERY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Session:
    """A person who is signed in, with the role that the account has now."""

    user: str
    role: Role
    opened_at: datetime
    seen_at: datetime
    expires_at: datetime


class Sessions:
    """The table of sessions. One ends `LIFE` after sign-in, or when unused for `IDLE`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self, digest: str, user: str) -> None:
        """Begin a session, and forget those that have ended."""
        with self._database.write() as connection:
            now = self._database.now(connection)
            connection.execute(delete(sessions).where(sessions.c.expires_at <= now))
            connection.execute(delete(sessions).where(sessions.c.seen_at <= now - IDLE))
            connection.execute(
                insert(sessions).values(
                    digest=digest, user=user, opened_at=now, seen_at=now, expires_at=now + LIFE
                )
            )

    def find(self, digest: str) -> Session | None:
        """The living session of a digest, noted as seen; None if there is none."""
        query = (
            select(
                sessions.c.user,
                users.c.role,
                sessions.c.opened_at,
                sessions.c.seen_at,
                sessions.c.expires_at,
            )
            .join(users, users.c.name == sessions.c.user)
            .where(sessions.c.digest == digest)
        )
        with self._database.read() as connection:
            row = connection.execute(query).mappings().first()
            now = self._database.now(connection)
        if row is None or row["expires_at"] <= now or row["seen_at"] <= now - IDLE:
            return None
        if row["seen_at"] <= now - _SEEN_EVERY:
            self._seen(digest, now)
        return Session(**{**row, "role": Role(row["role"])})

    def close(self, digest: str) -> None:
        """End one session; nothing happens if it has ended."""
        with self._database.write() as connection:
            connection.execute(delete(sessions).where(sessions.c.digest == digest))

    def close_all(self, user: str) -> int:
        """End every session of a user; answers how many there were."""
        with self._database.write() as connection:
            return connection.execute(delete(sessions).where(sessions.c.user == user)).rowcount

    def _seen(self, digest: str, now: datetime) -> None:
        with self._database.write() as connection:
            connection.execute(
                update(sessions).where(sessions.c.digest == digest).values(seen_at=now)
            )
