"""One `[sources.NAME]` table with `connector = "sql"`: the object that answers the hooks.

What is not needed to open a source is imported where a hook is called.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from leadline.batches import Batch, Checkpoint, Finding, Source, Stream, WriteResult
from leadline.hookspecs import hookimpl
from leadline_sql.config import SqlConfig

if TYPE_CHECKING:
    import pyarrow as pa


class SqlSource:
    """A database; connects to it when a hook is called, and lets go of it when that ends."""

    def __init__(self, source: Source) -> None:
        self._config = SqlConfig.of(source)

    @hookimpl
    def check(self) -> Iterable[Finding]:
        """Say what each query brings, and whether scores can be written."""
        from leadline_sql import checking

        return checking.check(self._config)

    @hookimpl
    def fix(self) -> Iterable[Finding]:
        """Make leadline's own table, or the columns that are missing."""
        from leadline_sql import provision

        return provision.fix(self._config)

    @hookimpl
    def fetch_contacts(self, since: Checkpoint | None) -> Iterator[Batch]:
        """Yield contacts that changed, or all of them and then those that are gone."""
        from leadline_sql import pull

        return pull.fetch(self._config, Stream.CONTACTS, since)

    @hookimpl
    def fetch_activities(self, since: Checkpoint | None) -> Iterator[Batch]:
        """Yield the activities that were learned since."""
        from leadline_sql import pull

        return pull.fetch(self._config, Stream.ACTIVITIES, since)

    @hookimpl
    def fetch_companies(self, since: Checkpoint | None) -> Iterator[Batch]:
        """Yield companies that changed, or all of them and then those that are gone."""
        from leadline_sql import pull

        return pull.fetch(self._config, Stream.COMPANIES, since)

    @hookimpl
    def write_scores(self, changes: pa.Table) -> Iterator[WriteResult]:
        """Write up to 1,000 contacts' scores in one transaction."""
        from leadline_sql import write

        return write.write(self._config, changes)
