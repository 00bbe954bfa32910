"""Attempts to sign in that failed, and how long the next one has to wait."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, RowMapping, delete, select, update

from leadline.ledger.database import Database
from leadline.ledger.tables import attempts
from leadline.ledger.upserts import upsert_into

_FORGOTTEN = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Patience:
    """How many failures cost nothing, and the longest wait in seconds; it doubles in between.

    forgives: a success makes up for all earlier failures, not for its own attempt alone.
    """

    free: int
    longest: float
    forgives: bool = False

    def after(self, failures: int) -> timedelta:
        """The wait before the next attempt, once so many have failed."""
        over = failures - self.free
        seconds = min(2.0 ** min(over, 30), self.longest) if over > 0 else 0.0
        return timedelta(seconds=seconds)


class Attempts:
    """The table of attempts, by key: a digest of whose they are."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, keys: Mapping[str, Patience]) -> float:
        """Count one attempt under each key; answers 0.0, or the seconds to wait first.

        It counts as failed until `succeeded`, so that many at once do not slip through together.
        One that has to wait is not counted.
        """
        with self._database.write() as connection:
            now = self._database.now(connection)
            known = self._locked(connection, sorted(keys), now)
            longest: float = max((row["wait_until"] - now).total_seconds() for row in known)
            if longest > 0:
                return longest
            for row in known:
                old = row["last_at"] <= now - _FORGOTTEN
                failures = 1 if old else row["failures"] + 1
                wait = keys[row["key"]].after(failures)
                connection.execute(
                    update(attempts)
                    .where(attempts.c.key == row["key"])
                    .values(failures=failures, last_at=now, wait_until=now + wait)
                )
        return 0.0

    def succeeded(self, keys: Mapping[str, Patience]) -> None:
        """Take back what `begin` counted; under a key that forgives, all that was counted."""
        forgiven = [key for key, patience in keys.items() if patience.forgives]
        others = attempts.c.key.in_([key for key in keys if key not in forgiven])
        with self._database.write() as connection:
            now = self._database.now(connection)
            connection.execute(delete(attempts).where(attempts.c.key.in_(forgiven)))
            connection.execute(
                update(attempts)
                .where(others)
                .values(failures=attempts.c.failures - 1, wait_until=now)
            )
            connection.execute(delete(attempts).where(attempts.c.last_at <= now - _FORGOTTEN))

    def _locked(
        self, connection: Connection, keys: Sequence[str], now: datetime
    ) -> Sequence[RowMapping]:
        """The rows of some keys, made where missing: PostgreSQL locks only what is there."""
        for key in keys:
            insert = upsert_into(attempts, is_postgres=self._database.is_postgres)
            fresh = insert.values(key=key, failures=0, last_at=now, wait_until=now)
            connection.execute(fresh.on_conflict_do_nothing())
        query = select(attempts).where(attempts.c.key.in_(keys)).order_by(attempts.c.key)
        return connection.execute(query.with_for_update()).mappings().all()
