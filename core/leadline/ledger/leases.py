"""Who may do what now: one holder per name, across processes and machines."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NoReturn, Self

from sqlalchemy import Connection, RowMapping, select, update

from leadline.errors import RetryLater
from leadline.ledger.database import Database
from leadline.ledger.processes import Process
from leadline.ledger.tables import leases
from leadline.ledger.upserts import upsert_into

DEFAULT_TTL = timedelta(seconds=60)


class Lease:
    """A name held for a while; leaving the `with` block gives it back.

    fence: strictly increasing per name, so that a late write of an earlier holder can be told.
    """

    def __init__(
        self,
        database: Database,
        name: str,
        holder: str,
        ttl: timedelta,
        fence: int,
        expires_at: datetime,
    ) -> None:
        self._database = database
        self.name, self.holder, self.ttl = name, holder, ttl
        self.fence, self.expires_at = fence, expires_at

    def renew(self) -> None:
        """Hold on for another `ttl`; `RetryLater` if somebody else has taken it.

        An expired lease that nobody took is renewed: its fence shows that nobody was in between.
        """
        with self._database.write() as connection:
            expires_at = self._database.now(connection) + self.ttl
            kept = connection.execute(
                update(leases)
                .where(leases.c.name == self.name, leases.c.fence == self.fence)
                .where(leases.c.token != "")
                .values(expires_at=expires_at)
            )
            if kept.rowcount != 1:
                self._lost(connection)
        self.expires_at = expires_at

    def check(self) -> None:
        """Return only while the lease is held, renewing it in time; else raise `RetryLater`."""
        with self._database.read() as connection:
            row = _row(connection, self.name)
            if row is None or row["fence"] != self.fence or not row["token"]:
                self._lost(connection)
            left = row["expires_at"] - self._database.now(connection)
        if left < self.ttl / 2:
            self.renew()

    def release(self) -> None:
        """Let the next one in; nothing happens if the lease was lost before."""
        with self._database.write() as connection:
            connection.execute(
                update(leases)
                .where(leases.c.name == self.name, leases.c.fence == self.fence)
                .values(expires_at=self._database.now(connection), token="")
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.release()

    def _lost(self, connection: Connection) -> NoReturn:
        row = _row(connection, self.name)
        why = "it was given back"
        if row is not None and row["fence"] != self.fence:
            why = f"it ran out, and '{row['holder']}' ({Process.of_row(row)}) took it"
        raise RetryLater(
            f"'{self.holder}' no longer holds '{self.name}': {why}. Run it again", after=1.0
        )


class Leases:
    """The table of leases."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, name: str, holder: str, ttl: timedelta | float = DEFAULT_TTL) -> Lease:
        """The lease, or `RetryLater` that says who has it until when. ttl: also in seconds."""
        life = ttl if isinstance(ttl, timedelta) else timedelta(seconds=ttl)
        with self._database.write() as connection:
            now = self._database.now(connection)
            fence = self._take_free(connection, name, holder, now, now + life)
            if fence is None:
                fence = self._take_from_dead(connection, name, holder, now, now + life)
        return Lease(self._database, name, holder, life, fence, now + life)

    def _take_free(
        self, connection: Connection, name: str, holder: str, now: datetime, until: datetime
    ) -> int | None:
        """One statement, so that of two processes exactly one gets it."""
        held = _held(holder, now, until)
        insert = upsert_into(leases, is_postgres=self._database.is_postgres)
        taken = insert.values(name=name, fence=1, **held).on_conflict_do_update(
            index_elements=["name"],
            set_={"fence": leases.c.fence + 1, **held},
            where=leases.c.expires_at <= now,
        )
        fence: int | None = connection.scalar(taken.returning(leases.c.fence))
        return fence

    def _take_from_dead(
        self, connection: Connection, name: str, holder: str, now: datetime, until: datetime
    ) -> int:
        row = _row(connection, name)
        if row is not None and Process.of_row(row).is_gone():
            fence: int | None = connection.scalar(
                update(leases)
                .where(leases.c.name == name, leases.c.fence == row["fence"])
                .values(fence=leases.c.fence + 1, **_held(holder, now, until))
                .returning(leases.c.fence)
            )
            if fence is not None:
                return fence
            row = _row(connection, name)  # another one was quicker: name that one
        raise _taken(name, row, now)


def _held(holder: str, now: datetime, until: datetime) -> dict[str, Any]:
    return {
        "holder": holder,
        "taken_at": now,
        "expires_at": until,
        **Process.current().columns(),
    }


def _row(connection: Connection, name: str) -> RowMapping | None:
    return connection.execute(select(leases).where(leases.c.name == name)).mappings().first()


def _taken(name: str, row: RowMapping | None, now: datetime) -> RetryLater:
    if row is None:
        return RetryLater(f"'{name}' was taken a moment ago; try again", after=1.0)
    left = max((row["expires_at"] - now).total_seconds(), 1.0)
    return RetryLater(
        f"'{name}' is held by '{row['holder']}' ({Process.of_row(row)}) until "
        f"{row['expires_at']:%H:%M:%S} UTC unless it is renewed; try again then",
        after=left,
    )
