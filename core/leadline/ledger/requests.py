"""What somebody asked for, to be done by whichever process takes it up: resyncs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, or_, select, update

from leadline.errors import InternalError
from leadline.ledger.database import Database
from leadline.ledger.processes import Process
from leadline.ledger.tables import requests

WAITING, RUNNING, CANCELLED = "waiting", "running", "cancelled"
# Of a runner on another machine only its progress is known; longer silence counts as its death.
SILENT_ELSEWHERE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Request:
    """One request and how far it is; total is None until it is known."""

    request_id: int
    source: str
    kind: str
    payload: Mapping[str, Any]
    status: str
    cancelled: bool
    asked_at: datetime
    finished_at: datetime | None
    done: int
    total: int | None
    detail: Mapping[str, Any]
    attempt: int
    holder: str


_SHOWN = [requests.c[name] for name in Request.__dataclass_fields__]


class Requests:
    """The table of requests."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ask(self, source: str, kind: str, payload: Mapping[str, object]) -> int:
        """Put a request in the queue; answers its id."""
        with self._database.write() as connection:
            now = self._database.now(connection)
            row = insert(requests).values(
                source=source,
                kind=kind,
                payload=dict(payload),
                status=WAITING,
                cancelled=False,
                asked_at=now,
                heartbeat_at=now,
                done=0,
                detail={},
                attempt=0,
                holder="",
                machine="",
                pid=0,
                token="",
            )
            return int(connection.execute(row.returning(requests.c.request_id)).scalar_one())

    def take(self, holder: str) -> Request | None:
        """The oldest request that nobody works on, now the holder's; None if there is none.

        One whose runner died is taken up again, with the next `attempt`.
        """
        unfinished = or_(requests.c.status == WAITING, requests.c.status == RUNNING)
        query = select(requests).where(unfinished).order_by(requests.c.request_id)
        with self._database.write() as connection:
            now = self._database.now(connection)
            for row in connection.execute(query).mappings().all():
                if not _is_free(row, now):
                    continue
                if row["cancelled"]:  # its runner died before it could obey
                    self._end(connection, row["request_id"], CANCELLED, {}, now)
                    continue
                taken = self._claim(connection, row, holder, now)
                if taken is not None:
                    return taken
        return None

    def progress(self, request_id: int, done: int, total: int | None) -> None:
        """Note how far it is; also the sign of life of a runner on another machine."""
        with self._database.write() as connection:
            connection.execute(
                update(requests)
                .where(requests.c.request_id == request_id, requests.c.status == RUNNING)
                .values(done=done, total=total, heartbeat_at=self._database.now(connection))
            )

    def cancel(self, request_id: int) -> None:
        """End a waiting request; a running one is asked to stop (see `is_cancelled`)."""
        with self._database.write() as connection:
            now = self._database.now(connection)
            mine = requests.c.request_id == request_id
            unfinished = requests.c.finished_at.is_(None)
            connection.execute(update(requests).where(mine, unfinished).values(cancelled=True))
            connection.execute(
                update(requests)
                .where(mine, requests.c.status == WAITING)
                .values(status=CANCELLED, finished_at=now)
            )

    def is_cancelled(self, request_id: int) -> bool:
        """True once somebody asked to stop it; a runner looks between two steps."""
        query = select(requests.c.cancelled).where(requests.c.request_id == request_id)
        with self._database.read() as connection:
            return bool(connection.scalar(query))

    def finish(self, request_id: int, status: str, detail: Mapping[str, object]) -> None:
        """Note how it ended."""
        with self._database.write() as connection:
            now = self._database.now(connection)
            if not self._end(connection, request_id, status, detail, now):
                raise InternalError(f"the ledger has no unfinished request {request_id}")

    def list(self, limit: int = 100) -> Sequence[Request]:
        """The latest requests, newest first."""
        query = select(*_SHOWN).order_by(requests.c.request_id.desc()).limit(limit)
        with self._database.read() as connection:
            return [Request(**row) for row in connection.execute(query).mappings()]

    def _claim(
        self, connection: Connection, row: RowMapping, holder: str, now: datetime
    ) -> Request | None:
        """The attempt it was read with is in the WHERE, so that of two takers one gets it."""
        claimed = connection.execute(
            update(requests)
            .where(requests.c.request_id == row["request_id"])
            .where(requests.c.attempt == row["attempt"], requests.c.finished_at.is_(None))
            .values(
                status=RUNNING,
                holder=holder,
                heartbeat_at=now,
                attempt=requests.c.attempt + 1,
                **Process.current().columns(),
            )
            .returning(*_SHOWN)
        )
        taken = claimed.mappings().first()
        return None if taken is None else Request(**taken)

    def _end(
        self,
        connection: Connection,
        request_id: int,
        status: str,
        detail: Mapping[str, object],
        now: datetime,
    ) -> bool:
        ended = connection.execute(
            update(requests)
            .where(requests.c.request_id == request_id, requests.c.finished_at.is_(None))
            .values(status=status, detail=dict(detail), finished_at=now)
        )
        return ended.rowcount == 1


def _is_free(row: RowMapping, now: datetime) -> bool:
    if row["status"] == WAITING:
        return True
    process = Process.of_row(row)
    if process.machine != Process.current().machine:
        return bool(now - row["heartbeat_at"] >= SILENT_ELSEWHERE)
    return process.is_gone()
