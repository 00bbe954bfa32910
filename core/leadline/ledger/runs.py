"""What ran, what is running, and what was interrupted."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping, Select, select, update

from leadline.errors import InternalError
from leadline.ledger.database import Database
from leadline.ledger.processes import Process
from leadline.ledger.tables import runs
from leadline.ledger.upserts import upsert_into

RUNNING, INTERRUPTED = "running", "interrupted"
STALE_AFTER = timedelta(seconds=60)
# Of a process on another machine only its heartbeat is known, so it gets more time.
STALE_ELSEWHERE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Run:
    """One run: its status is as it finished, or "running", or "interrupted"."""

    run_id: str
    kind: str
    status: str
    started_at: datetime
    heartbeat_at: datetime
    finished_at: datetime | None
    detail: Mapping[str, Any]
    summary: Mapping[str, Any]


class Runs:
    """The table of runs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def start(self, kind: str, detail: Mapping[str, object]) -> str:
        """Note that a run begins; answers its id, which is readable and sorts by time."""
        with self._database.write() as connection:
            now = self._database.now(connection)
            while True:
                run_id = f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(2)}"
                insert = upsert_into(runs, is_postgres=self._database.is_postgres).values(
                    run_id=run_id,
                    kind=kind,
                    status=RUNNING,
                    started_at=now,
                    heartbeat_at=now,
                    detail=dict(detail),
                    summary={},
                    **Process.current().columns(),
                )
                taken = insert.on_conflict_do_nothing().returning(runs.c.run_id)
                if connection.scalar(taken) is not None:
                    return run_id

    def beat(self, run_id: str) -> None:
        """Say that the run still goes on."""
        with self._database.write() as connection:
            connection.execute(
                update(runs)
                .where(runs.c.run_id == run_id, runs.c.finished_at.is_(None))
                .values(heartbeat_at=self._database.now(connection))
            )

    def finish(self, run_id: str, status: str, summary: Mapping[str, object]) -> None:
        """Note how the run ended."""
        with self._database.write() as connection:
            now = self._database.now(connection)
            done = connection.execute(
                update(runs)
                .where(runs.c.run_id == run_id)
                .values(status=status, summary=dict(summary), finished_at=now, heartbeat_at=now)
            )
            if done.rowcount != 1:
                raise InternalError(f"run '{run_id}' was never started")

    def get(self, run_id: str, *, stale_after: timedelta = STALE_AFTER) -> Run | None:
        mine = self._all(select(runs).where(runs.c.run_id == run_id), stale_after)
        return mine[0] if mine else None

    def recent(self, limit: int, *, stale_after: timedelta = STALE_AFTER) -> list[Run]:
        """The latest runs, newest first."""
        newest = select(runs).order_by(runs.c.started_at.desc(), runs.c.run_id.desc()).limit(limit)
        return self._all(newest, stale_after)

    def finished_since(self, at: datetime | None) -> list[Run]:
        """The runs that ended at this instant or later, in order; None: since ever."""
        ended = runs.c.finished_at.is_not(None) if at is None else runs.c.finished_at >= at
        query = select(runs).where(ended).order_by(runs.c.finished_at, runs.c.run_id)
        return self._all(query, STALE_AFTER)

    def _all(self, query: Select[Any], stale_after: timedelta) -> list[Run]:
        with self._database.read() as connection:
            now = self._database.now(connection)
            rows = connection.execute(query).mappings()
            return [_run_of(row, now, stale_after) for row in rows]


def _run_of(row: RowMapping, now: datetime, stale_after: timedelta) -> Run:
    return Run(
        run_id=row["run_id"],
        kind=row["kind"],
        status=_status(row, now, stale_after),
        started_at=row["started_at"],
        heartbeat_at=row["heartbeat_at"],
        finished_at=row["finished_at"],
        detail=row["detail"],
        summary=row["summary"],
    )


def _status(row: RowMapping, now: datetime, stale_after: timedelta) -> str:
    silent = now - row["heartbeat_at"]
    process = Process.of_row(row)
    elsewhere = process.machine != Process.current().machine
    dead = silent >= STALE_ELSEWHERE if elsewhere else silent >= stale_after and process.is_gone()
    return INTERRUPTED if row["status"] == RUNNING and dead else str(row["status"])
