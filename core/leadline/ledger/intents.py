"""What is about to be written to a CRM, noted before it is sent: the journal for crash and undo."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa
from sqlalchemy import RowMapping, func, insert, select, update

from leadline.errors import InternalError, RetryLater
from leadline.ledger.database import Database
from leadline.ledger.known import LastKnown, Origin, one_row_each
from leadline.ledger.payload import packed, unpacked
from leadline.ledger.rejections import Rejections
from leadline.ledger.tables import intents


@dataclass(frozen=True, slots=True)
class Intent:
    """One batch that was sent, or was about to be; open until its answer is settled."""

    intent_id: int
    source: str
    run_id: str
    batch_no: int
    fence: int
    opened_at: datetime
    settled_at: datetime | None


_HEAD = [intents.c[name] for name in Intent.__dataclass_fields__]


class Intents:
    """The table of intents."""

    def __init__(self, database: Database, known: LastKnown, rejections: Rejections) -> None:
        self._database, self._known, self._rejections = database, known, rejections

    def begin(
        self,
        source: str,
        run_id: str,
        batch_no: int,
        fence: int,
        changes: pa.Table,
        before: pa.Table,
    ) -> int:
        """Note a batch before it is sent; answers the intent's id.

        fence: of the source's push lease. `RetryLater` if a later holder has begun already.
        """
        payload = {"changes": packed(changes), "before": packed(before)}
        with self._database.write() as connection:
            latest = connection.scalar(
                select(func.max(intents.c.fence)).where(intents.c.source == source)
            )
            if latest is not None and latest > fence:
                raise RetryLater(
                    "another process has taken over writing to this source; nothing of this batch "
                    "was sent. Run it again when that one is done",
                    source=source,
                    after=1.0,
                )
            row = insert(intents).values(
                source=source,
                run_id=run_id,
                batch_no=batch_no,
                fence=fence,
                opened_at=self._database.now(connection),
                **payload,
            )
            return int(connection.execute(row.returning(intents.c.intent_id)).scalar_one())

    def settle(
        self, intent_id: int, written: pa.Table, rejected: pa.Table, settled_at: datetime
    ) -> None:
        """Close an intent with its answer, in one transaction; a second time changes nothing.

        written: rows as sent, which are now the last known values. rejected: (contact_id, reason).
        A contact in neither is to be tried again: the next plan has the same difference.
        """
        learned = one_row_each(written)
        ids = packed(learned.select(["contact_id"]))
        with self._database.write() as connection:
            closed = connection.execute(
                update(intents)
                .where(intents.c.intent_id == intent_id, intents.c.settled_at.is_(None))
                .values(settled_at=settled_at, written=ids)
                .returning(intents.c.source, intents.c.run_id)
            ).first()
            if closed is None:
                self._row(intent_id)  # settled before, or unknown and then an error
                return
            source, run_id = closed
            self._known.learn_within(connection, source, learned, Origin.WRITE, settled_at)
            self._rejections.add_within(connection, source, run_id, rejected, settled_at)

    def open(self, source: str) -> list[Intent]:
        """The intents in doubt: begun and, as after a crash, never settled. Oldest first."""
        query = select(*_HEAD).where(intents.c.source == source, intents.c.settled_at.is_(None))
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(intents.c.intent_id)).mappings()
            return [Intent(**row) for row in rows]

    def of_run(self, run_id: str) -> list[Intent]:
        """All intents of a run, in the order they were begun: what an undo walks back."""
        query = select(*_HEAD).where(intents.c.run_id == run_id).order_by(intents.c.intent_id)
        with self._database.read() as connection:
            return [Intent(**row) for row in connection.execute(query).mappings()]

    def read(self, intent_id: int) -> tuple[pa.Table, pa.Table]:
        """What was to be written, and the values before it."""
        row = self._row(intent_id)
        return unpacked(row["changes"]), unpacked(row["before"])

    def written(self, intent_id: int) -> pa.Table:
        """The `contact_id`s that the CRM took; none while the intent is open."""
        content = self._row(intent_id)["written"]
        return (
            pa.schema([("contact_id", pa.string())]).empty_table()
            if content is None
            else unpacked(content)
        )

    def _row(self, intent_id: int) -> RowMapping:
        query = select(intents).where(intents.c.intent_id == intent_id)
        with self._database.read() as connection:
            row = connection.execute(query).mappings().first()
        if row is None:
            raise InternalError(f"the ledger has no intent {intent_id}")
        return row
