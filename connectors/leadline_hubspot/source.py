"""One `[sources.NAME]` table with `connector = "hubspot"`: the object that answers the hooks.

What is not needed to open a source is imported where a hook is called: `leadline --help` and a
sync of other sources do not pay for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from leadline.batches import Batch, Checkpoint, Finding, Source, Stream, WriteResult
from leadline.hookspecs import hookimpl

if TYPE_CHECKING:
    import pyarrow as pa

    from leadline_hubspot.api import Api


class HubSpotSource:
    """One HubSpot account; calls nothing until a hook is called."""

    def __init__(self, source: Source) -> None:
        self._source = source

    @cached_property
    def _api(self) -> Api:
        from leadline_hubspot.api import Api

        return Api(self._source)

    @hookimpl
    def check(self) -> Iterable[Finding]:
        """Say what the account and the token allow, and which properties are missing."""
        from leadline_hubspot import checking

        return checking.check(self._source, self._api)

    @hookimpl
    def fix(self) -> Iterable[Finding]:
        """Create leadline's own properties in the account."""
        from leadline_hubspot import checking

        return checking.fix(self._source, self._api)

    @hookimpl
    def fetch_contacts(self, since: Checkpoint | None) -> Iterator[Batch]:
        """Yield new and changed contacts, then those deleted, restored or merged away."""
        from leadline_hubspot import contacts

        return contacts.fetch(self._source, self._api, since)

    @hookimpl
    def fetch_activities(self, since: Checkpoint | None) -> Iterator[Batch]:
        """Yield the new activities of each feed that the account allows."""
        from leadline_hubspot import activities

        return activities.fetch(self._source, self._api, since)

    @hookimpl
    def fetch_companies(self, since: Checkpoint | None) -> Iterator[Batch]:
        """Yield new and changed companies, then those deleted, restored or merged away."""
        from leadline_hubspot import companies

        return companies.fetch(self._source, self._api, since)

    @hookimpl
    def fetch_records(self, stream: Stream, ids: Sequence[str]) -> Iterator[Batch]:
        """Yield these contacts as they are now, or what sales has logged on them."""
        from leadline_hubspot import narrow

        return narrow.fetch(self._source, self._api, stream, ids)

    @hookimpl
    def write_scores(self, changes: pa.Table) -> Iterator[WriteResult]:
        """Update leadline's own properties of up to 100 contacts, and their stages."""
        from leadline_hubspot import write

        return write.write(self._source, self._api, changes)
