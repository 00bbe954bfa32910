"""The serving table's face: what the web asks of it, and how a sync publishes to it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterator
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Self

from leadline.serving import leads, moves, summaries
from leadline.serving.database import Database
from leadline.serving.filters import LeadFilter
from leadline.serving.heads import Head, ServedModel
from leadline.serving.leads import Count, LeadPage, ServedLead
from leadline.serving.moves import Became
from leadline.serving.summaries import RuleUse, Summary

if TYPE_CHECKING:
    import pyarrow as pa

    from leadline.config import Config
    from leadline.errors import WorkspaceError
    from leadline.serving.publication import Answer

FILE = "serving.db"
_REMEMBERED = 1_000  # totals


class Serving:
    """The serving file, open for any number of threads; `Serving.open` is the way in."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = Lock()
        self._totals: OrderedDict[tuple[int, LeadFilter], tuple[int, bool]] = OrderedDict()

    @classmethod
    def open(cls, path: Path) -> Serving:
        """The serving table in this file, made if need be; WorkspaceError if it cannot be."""
        return cls(Database.open(path))

    @classmethod
    def open_in(cls, config: Config) -> Serving:
        """The serving table of a config's workspace."""
        return cls.open(config.workspace / FILE)

    # -- questions

    def leads(
        self, wanted: LeadFilter, sort: str = "-score", page: int = 1, size: int = 50
    ) -> LeadPage:
        """A page of leads, numbered from 1; nothing for a model that was never published.

        sort: one of `SORTS`, with a minus in front to go down; KeyError for another.
        """
        with self._database.reading() as connection:
            return leads.page(connection, wanted, sort, page, size, self._remembered)

    def every(self, wanted: LeadFilter, sort: str, limit: int) -> Iterator[ServedLead]:
        """The first leads in order, up to `limit`, of one publication."""
        with self._database.reading() as connection:
            yield from leads.every(connection, wanted, sort, limit)

    def lead(self, model: str, source: str, contact_id: str) -> ServedLead | None:
        """One lead with the rows that add up to its score; None where there is no such lead."""
        with self._database.reading() as connection:
            return leads.one(connection, model, source, contact_id)

    def models(self) -> list[ServedModel]:
        """The models that were published, the first of them first."""
        with self._database.reading() as connection:
            return summaries.models(connection)

    def summary(self, model: str) -> Summary | None:
        """The leads in numbers; None for a model that was never published."""
        with self._database.reading() as connection:
            return summaries.summary(connection, model)

    def uses(self, model: str) -> list[RuleUse]:
        """How many contacts each rule and each limit of a model touches, in the file's order."""
        with self._database.reading() as connection:
            return summaries.uses(connection, model)

    def became(
        self,
        model: str,
        since: datetime,
        *,
        field: str = "temperature",
        to: str | None = None,
        limit: int = 100,
    ) -> list[Became]:
        """Whose label changed since then and why, newest first; to: only to this label.

        field: "temperature", "grade" or "stage". A model's first publication is no change.
        """
        with self._database.reading() as connection:
            return moves.became(connection, model, since, field, to, limit)

    # -- publishing

    def digests(self, model: str, records: pa.Table | None = None) -> pa.Table:
        """What is there of a model: id, source, contact_id, and the digest of the row.

        records: of these alone (source, contact_id).
        """
        from leadline.serving.publication import digests

        with self._database.reading() as connection:
            return digests(connection, model, records)

    def publish(self, answer: Answer) -> None:
        """Bring one model's leads up to this; readers see the old ones or the new."""
        from leadline.serving.publication import bring_in

        with self._database.writing() as connection:
            bring_in(connection, answer)

    def keep_only(self, names: Collection[str]) -> None:
        """Forget every model but these."""
        from leadline.serving.publication import drop_others

        if all(model.name in names for model in self.models()):
            return
        with self._database.writing() as connection:
            drop_others(connection, names)

    def mend(self, error: WorkspaceError) -> bool:
        """Begin a new file if the error says that this one is damaged; True when it did."""
        return self._database.mend(error)

    def close(self) -> None:
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _remembered(self, head: Head, wanted: LeadFilter, count: Count) -> tuple[int, bool]:
        key = (head.publication, wanted)
        with self._lock:
            if key in self._totals:
                self._totals.move_to_end(key)
                return self._totals[key]
        counted = count()
        with self._lock:
            self._totals[key] = counted
            while len(self._totals) > _REMEMBERED:
                self._totals.popitem(last=False)
        return counted
