"""An org with people in it, a source for it, and what a pull of its activities brings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from leadline.batches import Batch, Checkpoint, Source
from leadline_salesforce.activities import fetch
from leadline_salesforce.api import Api
from leadline_salesforce.settings import SalesforceSettings
from leadline_sandbox.salesforce import Org

# Longer than `settle_seconds`: what was done before a pull is in it.
SETTLED = 60

Row = dict[str, Any]
Rows = dict[str, Row]


def source_of(
    crm: Org,
    folder: Path,
    *,
    types: Mapping[str, tuple[str, ...]] | None = None,
    stages: Mapping[str, Mapping[str, frozenset[str]]] | None = None,
    zone: str = "Europe/Warsaw",
    **settings: Any,
) -> Source:
    """The org as a source; settings are the connector's own."""
    app = {"consumer_key": crm.consumer_key, "consumer_secret": crm.consumer_secret}
    signed = {"client_credentials": app, "instance_url": crm.url, **settings}
    return Source(
        name="sf",
        connector="salesforce",
        settings=SalesforceSettings.model_validate(signed),
        base=folder,
        state=folder / "state",
        time_zone=ZoneInfo(zone),
        activity_types=types or {},
        stages=stages or {},
    )


class Pulls:
    """Pull after pull of one source, as the host makes them: the last checkpoint comes back."""

    def __init__(self, crm: Org, source: Source) -> None:
        self.crm, self.source, self.api = crm, source, Api(source)
        self.checkpoint: Checkpoint | None = None
        self.off: frozenset[str] = frozenset()
        self.lake: Rows = {}

    def pull(self, most: int | None = None) -> Rows:
        """The rows of the next pull, a minute later; `most` breaks it off after so many batches."""
        self.crm.clock.advance(SETTLED)
        rows: Rows = {}
        for number, batch in enumerate(fetch(self.source, self.api, self.checkpoint), start=1):
            rows |= self._take(batch)
            if number == most:
                break
        return rows

    def lose(self, most: int | None = None) -> None:
        """A pull whose batches are never committed, broken off after so many."""
        for number, _ in enumerate(fetch(self.source, self.api, self.checkpoint), start=1):
            if number == most:
                break

    def _take(self, batch: Batch) -> Rows:
        # As the host keeps it: as text.
        self.checkpoint = json.loads(json.dumps(dict(batch.checkpoint)))
        self.off = self.off if batch.feeds_off is None else batch.feeds_off
        rows = {row["activity_id"]: row for row in batch.rows.to_pylist()}
        for key, row in rows.items():
            if row["deleted"]:
                self.lake.pop(key, None)
            else:
                self.lake[key] = row
        return {key: row for key, row in rows.items() if not row["deleted"]}


def pulls(crm: Org, folder: Path, *feeds: str, **settings: Any) -> Pulls:
    """Pulls of some feeds, or of all of them."""
    return Pulls(crm, source_of(crm, folder, activities=feeds or None, **settings))


def lead(crm: Org, name: str = "Ada", **values: Any) -> str:
    """A new lead; answers its id."""
    made = {"LastName": name, "Company": "Acme", "Status": "New", **values}
    return crm.store.create("Lead", made).id


def contact(crm: Org, name: str = "Bob", **values: Any) -> str:
    """A new contact; answers its id."""
    return crm.store.create("Contact", {"LastName": name, **values}).id


def task(crm: Org, who: str, **values: Any) -> str:
    """A closed task of somebody; answers its id."""
    made = {"WhoId": who, "Subject": "Talk", "Status": "Completed", "Priority": "Normal", **values}
    return crm.store.create("Task", made).id


def event(crm: Org, who: str, start: datetime, minutes: int = 30, **values: Any) -> str:
    """A meeting with somebody; answers its id."""
    made = {
        "WhoId": who,
        "Subject": "Demo",
        "ActivityDateTime": start,
        "DurationInMinutes": minutes,
        **values,
    }
    return crm.store.create("Event", made).id


def email(crm: Org, *people: str, incoming: bool = False, **values: Any) -> str:
    """An e-mail to or from leads and contacts; answers its id."""
    made = crm.store.create(
        "EmailMessage", {"Subject": "Hello", "Incoming": incoming, "Status": "3", **values}
    )
    for who in people:
        relation = {
            "EmailMessageId": made.id,
            "RelationId": who,
            "RelationType": "FromAddress" if incoming else "ToAddress",
        }
        crm.store.create("EmailMessageRelation", relation)
    return made.id


def ago(crm: Org, **past: float) -> datetime:
    """An instant of the past, to the second."""
    return (crm.clock.now() - timedelta(**past)).replace(microsecond=0)


def types(rows: Rows) -> list[str]:
    """The types of the rows, in order."""
    return sorted(row["type"] for row in rows.values())
