"""An org with people in it, a source for it, and what a pull of its activities brings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from leadline.batches import Batch, Source
from leadline_salesforce.activities import fetch
from leadline_salesforce.api import Api
from leadline_salesforce.settings import SalesforceSettings
from leadline_sandbox.salesforce import Org
from tests.connectors import pulling
from tests.connectors.pulling import Rows

# Longer than `settle_seconds`: what was done before a pull is in it.
SETTLED = 60


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


class Pulls(pulling.Pulls):
    """Pulls of an org's activities."""

    def __init__(self, crm: Org, source: Source) -> None:
        super().__init__(source)
        self.crm, self.api = crm, Api(source)

    def fetch(self) -> Iterable[Batch]:
        return fetch(self.source, self.api, self.checkpoint)

    def pull(self, most: int | None = None) -> Rows:
        """The rows of the next pull, a minute later; `most` breaks it off after so many batches."""
        self.crm.clock.advance(SETTLED)
        return super().pull(most)


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
