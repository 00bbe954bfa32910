"""One `[sources.NAME]` table with `connector = "salesforce"`: the object that answers the hooks.

What is not needed to open a source is imported where a hook is called: `leadline --help` and a
sync of other sources do not pay for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from leadline.batches import Batch, Checkpoint, Finding, Source, WriteResult
from leadline.hookspecs import hookimpl

if TYPE_CHECKING:
    import pyarrow as pa

    from leadline_salesforce.api import Api


class SalesforceSource:
    """One Salesforce org; calls nothing until a hook is called."""

    def __init__(self, source: Source) -> None:
        self._source = source

    @cached_property
    def _api(self) -> Api:
        from leadline_salesforce.api import Api

        return Api(self._source)

    @hookimpl
    def check(self) -> Iterable[Finding]:
        """Say what the org and the user allow, and which fields are missing."""
        from leadline_salesforce import checking

        return checking.check(self._source, self._api)

    @hookimpl
    def fix(self) -> Iterable[Finding]:
        """Create leadline's own fields in the org, and grant them."""
        from leadline_salesforce import checking

        return checking.fix(self._source, self._api)

    @hookimpl
    def fetch_contacts(self, since: Checkpoint | None) -> Iterator[Batch]:
        """Yield new and changed leads and contacts, and those deleted, merged or converted."""
        from leadline_salesforce import contacts

        return contacts.fetch(self._source, self._api, since)

    @hookimpl
    def fetch_activities(self, since: Checkpoint | None) -> Iterator[Batch]:
        """Yield the new activities of each feed that the org allows."""
        from leadline_salesforce import activities

        return activities.fetch(self._source, self._api, since)

    @hookimpl
    def fetch_companies(self, since: Checkpoint | None) -> Iterator[Batch]:
        """Yield new and changed accounts, and those deleted or merged."""
        from leadline_salesforce import companies

        return companies.fetch(self._source, self._api, since)

    @hookimpl
    def write_scores(self, changes: pa.Table) -> Iterator[WriteResult]:
        """Update leadline's own fields of leads and contacts, and their stages."""
        from leadline_salesforce import write

        return write.write(self._source, self._api, changes)
