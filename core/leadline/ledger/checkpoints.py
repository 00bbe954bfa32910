"""Where each stream of each source is resumed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from leadline.batches import Checkpoint
from leadline.ledger.database import Database
from leadline.ledger.tables import checkpoints
from leadline.ledger.upserts import upsert_into


@dataclass(frozen=True, slots=True)
class Saved:
    """A checkpoint as saved.

    value: the connector's bookmark. seq: the lake commit it stands for. signature: of the settings
    it was made under, since another mapping or filter makes it useless.
    """

    value: Mapping[str, Any]
    seq: int
    signature: str
    saved_at: datetime


class Checkpoints:
    """The table of checkpoints."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, source: str, stream: str) -> Saved | None:
        query = select(checkpoints).where(
            checkpoints.c.source == source, checkpoints.c.stream == stream
        )
        with self._database.read() as connection:
            row = connection.execute(query).mappings().first()
        if row is None:
            return None
        return Saved(row["value"], row["seq"], row["signature"], row["saved_at"])

    def save(self, source: str, stream: str, value: Checkpoint, seq: int, signature: str) -> None:
        """Replace the stream's checkpoint."""
        with self._database.write() as connection:
            saved = {
                "value": dict(value),
                "seq": seq,
                "signature": signature,
                "saved_at": self._database.now(connection),
            }
            insert = upsert_into(checkpoints, is_postgres=self._database.is_postgres)
            connection.execute(
                insert.values(source=source, stream=stream, **saved).on_conflict_do_update(
                    index_elements=["source", "stream"], set_=saved
                )
            )

    def clear(self, source: str) -> None:
        """Forget all streams of a source: its next pull starts from the beginning."""
        with self._database.write() as connection:
            connection.execute(delete(checkpoints).where(checkpoints.c.source == source))
