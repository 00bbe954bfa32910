"""Pull after pull, each from the checkpoint of the last one, into a lake of their rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from leadline.batches import Batch, Checkpoint, Source, Stream

Row = dict[str, Any]
Rows = dict[str, Row]


class Reading:
    """Pull after pull of one stream. rows: the last row of each id; known: our own fields."""

    def __init__(self, source: Source, stream: Stream = Stream.CONTACTS) -> None:
        self.source, self.stream = source, stream
        self.checkpoint: Checkpoint | None = None
        self.rows: Rows = {}
        self.known: Rows = {}
        self.rejects: list[str] = []

    def fetch(self) -> Iterable[Batch]:
        """What the connector answers from the checkpoint on."""
        raise NotImplementedError

    def pull(
        self, *, only: int | None = None, between: Callable[[int], object] = lambda number: None
    ) -> Rows:
        """What the next pull brings; `only` breaks it off, `between` is called after each batch."""
        brought: Rows = {}
        for number, batch in enumerate(self.fetch(), start=1):
            brought |= self.take(batch)
            between(number)
            if number == only:
                break
        return brought

    def take(self, batch: Batch) -> Rows:
        """Commit a batch: its rows, and its checkpoint as the ledger gives it back."""
        rows = {row[self.stream.key]: row for row in batch.rows.to_pylist()}
        self.rows |= rows
        self.rejects += [str(each) for each in batch.rejects]
        if batch.known is not None:
            self.known |= {row["contact_id"]: row for row in batch.known.rows.to_pylist()}
        self.checkpoint = kept(batch.checkpoint)
        return rows

    @property
    def calls(self) -> int:
        """The API's calls so far."""
        return self.source.meter.calls


class Pulls:
    """Pull after pull of a source's activities. lake: the rows that were not deleted again."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.checkpoint: Checkpoint | None = None
        self.off: frozenset[str] = frozenset()
        self.rejects: list[str] = []
        self.lake: Rows = {}

    def fetch(self) -> Iterable[Batch]:
        """What the connector answers from the checkpoint on."""
        raise NotImplementedError

    def pull(self, most: int | None = None) -> Rows:
        """The rows of the next pull; `most` breaks it off after so many batches."""
        rows: Rows = {}
        for number, batch in enumerate(self.fetch(), start=1):
            rows |= self._take(batch)
            if number == most:
                break
        return rows

    def lose(self, most: int | None = None) -> None:
        """A pull whose batches are never committed, broken off after so many."""
        for number, _ in enumerate(self.fetch(), start=1):
            if number == most:
                break

    def _take(self, batch: Batch) -> Rows:
        self.checkpoint = kept(batch.checkpoint)
        self.off = self.off if batch.feeds_off is None else batch.feeds_off
        self.rejects += [reject.where for reject in batch.rejects]
        rows = {row["activity_id"]: row for row in batch.rows.to_pylist()}
        for key, row in rows.items():
            if row["deleted"]:
                self.lake.pop(key, None)
            else:
                self.lake[key] = row
        return {key: row for key, row in rows.items() if not row["deleted"]}


def kept(checkpoint: Checkpoint) -> Checkpoint:
    """A checkpoint as the ledger gives it back."""
    restored: Checkpoint = json.loads(json.dumps(dict(checkpoint)))
    return restored
