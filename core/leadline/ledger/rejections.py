"""The contacts that a CRM refused for good, with its reasons, by run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa
from sqlalchemy import Connection, select

from leadline.ledger.database import Database
from leadline.ledger.tables import rejections
from leadline.ledger.upserts import upsert_into


@dataclass(frozen=True, slots=True)
class Rejection:
    """One contact that a CRM did not take in one run, and the CRM's reason."""

    source: str
    contact_id: str
    reason: str
    run_id: str
    rejected_at: datetime


class Rejections:
    """The table of rejections; `Intents.settle` fills it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_within(
        self, connection: Connection, source: str, run_id: str, rows: pa.Table, at: datetime
    ) -> None:
        """Keep rows of (contact_id, reason) as part of somebody's transaction."""
        insert = upsert_into(rejections, is_postgres=self._database.is_postgres)
        fresh = {"reason": insert.excluded.reason, "rejected_at": insert.excluded.rejected_at}
        statement = insert.on_conflict_do_update(
            index_elements=["source", "contact_id", "run_id"], set_=fresh
        )
        same = {"source": source, "run_id": run_id, "rejected_at": at}
        parameters = [{**row, **same} for row in rows.select(["contact_id", "reason"]).to_pylist()]
        if parameters:
            connection.execute(statement, parameters)

    def of_run(self, run_id: str) -> list[Rejection]:
        """All of one run, by source and contact."""
        query = (
            select(rejections)
            .where(rejections.c.run_id == run_id)
            .order_by(rejections.c.source, rejections.c.contact_id)
        )
        with self._database.read() as connection:
            return [Rejection(**row) for row in connection.execute(query).mappings()]

    def recent(self, source: str, limit: int) -> list[Rejection]:
        """The latest of one source, newest first."""
        query = (
            select(rejections)
            .where(rejections.c.source == source)
            .order_by(rejections.c.rejected_at.desc(), rejections.c.contact_id)
            .limit(limit)
        )
        with self._database.read() as connection:
            return [Rejection(**row) for row in connection.execute(query).mappings()]
