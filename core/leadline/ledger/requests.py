"""What somebody asked for, to be done by whichever process takes it up: syncs and resyncs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, case, insert, or_, select, update

from leadline.errors import InternalError
from leadline.ledger.database import Database
from leadline.ledger.processes import Process
from leadline.ledger.tables import requests

WAITING, RUNNING, CANCELLED = "waiting", "running", "cancelled"
# Kinds: a scheduled sync, a resync that a person asked for, and the contacts of a webhook.
SYNC, RESYNC, CONTACTS = "sync", "resync", "contacts"
# So long are contacts of a webhook gathered before they are taken, and so many at a time.
GATHER, GATHERED = timedelta(seconds=2), 10_000
# Of a runner on another machine only its progress is known; longer silence counts as its death.
SILENT_ELSEWHERE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Request:
    """One request and how far it is; total is None until it is known.

    detail: of a running one, the `step` it is in; of an ended one, its `run_id` or the `error`.
    """

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

    def ask(
        self,
        source: str,
        kind: str,
        payload: Mapping[str, object],
        after: timedelta = timedelta(),
    ) -> int:
        """Put a request in the queue, to be taken no sooner than after a while; answers its id."""
        with self._database.write() as connection:
            now = self._database.now(connection) + after
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

    def gather(self, source: str, contacts: Collection[str]) -> int:
        """Add changed contacts to the request that gathers them; answers its id.

        It is taken once it is two seconds old: a burst of events becomes one run, or a few.
        """
        mine = (requests.c.source == source) & (requests.c.kind == CONTACTS)
        gathers = mine & (requests.c.status == WAITING) & requests.c.cancelled.is_(False)
        query = select(requests.c.request_id, requests.c.payload).where(gathers)
        with self._database.write() as connection:
            query = query.where(requests.c.asked_at <= self._database.now(connection))
            latest = query.order_by(requests.c.request_id.desc()).limit(1)
            row = connection.execute(latest).first()
            if row is not None:
                ids = set(row.payload["contacts"]) | set(contacts)
                if len(ids) <= GATHERED:
                    added = connection.execute(
                        update(requests)
                        .where(requests.c.request_id == row.request_id, gathers)
                        .values(payload={**row.payload, "contacts": sorted(ids)})
                    )
                    if added.rowcount == 1:
                        return int(row.request_id)
            return self.ask(source, CONTACTS, {"contacts": sorted(contacts), "since": None})

    def take(self, holder: str) -> Request | None:
        """The oldest request that nobody works on, now the holder's; None if there is none.

        Contacts of a webhook come first: they are few, and somebody waits for them. One whose
        runner died is taken up again, with the next `attempt`.
        """
        unfinished = or_(requests.c.status == WAITING, requests.c.status == RUNNING)
        urgency = case((requests.c.kind == CONTACTS, 0), else_=1)
        query = select(requests).where(unfinished).order_by(urgency, requests.c.request_id)
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

    def progress(self, request_id: int, done: int, total: int | None, step: str = "") -> None:
        """Note how far it is; also the sign of life of a runner on another machine.

        step: what is being done, such as "crm contacts".
        """
        said = {"detail": {"step": step}} if step else {}
        with self._database.write() as connection:
            connection.execute(
                update(requests)
                .where(requests.c.request_id == request_id, requests.c.status == RUNNING)
                .values(done=done, total=total, heartbeat_at=self._database.now(connection), **said)
            )

    def beat(self, request_id: int) -> None:
        """The sign of life alone, of a runner that a long step keeps busy."""
        with self._database.write() as connection:
            connection.execute(
                update(requests)
                .where(requests.c.request_id == request_id, requests.c.status == RUNNING)
                .values(heartbeat_at=self._database.now(connection))
            )

    def give_back(self, request_id: int) -> None:
        """A runner that must stop lets the next one have it, from the start."""
        with self._database.write() as connection:
            connection.execute(
                update(requests)
                .where(requests.c.request_id == request_id, requests.c.status == RUNNING)
                .values(status=WAITING, done=0, total=None, detail={}, holder="", machine="", pid=0)
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

    def get(self, request_id: int) -> Request | None:
        """The request of this id; None if there was never one."""
        return self._first(select(*_SHOWN).where(requests.c.request_id == request_id))

    def latest(self, source: str, kind: str) -> Request | None:
        """The newest request of a kind for a source, whatever became of it."""
        mine = select(*_SHOWN).where(requests.c.source == source, requests.c.kind == kind)
        return self._first(mine.order_by(requests.c.request_id.desc()).limit(1))

    def unfinished(self) -> Sequence[Request]:
        """The requests that wait or run, oldest first."""
        query = select(*_SHOWN).where(requests.c.finished_at.is_(None))
        return self._all(query.order_by(requests.c.request_id))

    def list(self, limit: int = 100) -> Sequence[Request]:
        """The latest requests, newest first."""
        return self._all(select(*_SHOWN).order_by(requests.c.request_id.desc()).limit(limit))

    def _first(self, query: Select[Any]) -> Request | None:
        return next(iter(self._all(query)), None)

    def _all(self, query: Select[Any]) -> Sequence[Request]:
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
        return bool(now - row["asked_at"] >= (GATHER if row["kind"] == CONTACTS else timedelta()))
    process = Process.of_row(row)
    if process.machine != Process.current().machine:
        return bool(now - row["heartbeat_at"] >= SILENT_ELSEWHERE)
    return process.is_gone()
