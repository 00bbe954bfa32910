"""An org that scores are written to, and the connector at work on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from leadline.batches import Finding, Source, WriteResult
from leadline_salesforce import quota
from leadline_salesforce.api import Api
from leadline_salesforce.checking import check, fix
from leadline_salesforce.settings import SalesforceSettings
from leadline_salesforce.write import write
from leadline_sandbox.salesforce import Org, org
from tests.connectors.changes import OUTPUT, by_contact, changes
from tests.connectors.waiting import FastClock

SCORE = "Leadline_Score__c"
OWN = tuple(
    f"Leadline_{name}__c"
    for name in (
        "Score",
        "Fit",
        "Engagement",
        "Grade",
        "Temperature",
        "Reasons",
        "Model_Version",
        "Scored_At",
    )
)
STAGES = {
    "Lead.Status": {
        "Working": frozenset({"", "New"}),
        "Qualified": frozenset({"New", "Working"}),
        "Converted": frozenset({"New"}),
        "Marvellous": frozenset({"New"}),
    },
    "Contact.My_Stage__c": {"Prospect": frozenset({""})},
}


@dataclass(frozen=True, slots=True)
class Desk:
    """One org, one connector."""

    crm: Org
    source: Source
    api: Api

    @property
    def calls(self) -> int:
        """How many calls the connector has made."""
        return self.source.meter.calls

    @property
    def leads(self) -> list[str]:
        """The ids of the live leads that were not converted."""
        there = self.crm.store.records("Lead")
        return [each.id for each in there if not each.values.get("IsConverted")]

    @property
    def contacts(self) -> list[str]:
        """The ids of the live contacts."""
        return [each.id for each in self.crm.store.records("Contact")]

    def held(self, record_id: str, name: str = SCORE) -> Any:
        """What a record has in a field now; None for nothing."""
        kind = {"00Q": "Lead", "003": "Contact", "001": "Account"}[record_id[:3]]
        record = self.crm.store.get(kind, record_id)
        assert record is not None
        return record.values.get(name)

    def write(self, *rows: Mapping[str, Any]) -> dict[str, WriteResult]:
        """The results by contact; exactly one each."""
        return by_contact(write(self.source, self.api, changes(rows)), rows)

    def score(self, ids: Sequence[str], **values: Any) -> dict[str, WriteResult]:
        """The results of writing the same values to each."""
        return self.write(*({"contact_id": each, **values} for each in ids))

    def stage(self, contact_id: str, value: str, field: str = "Lead.Status") -> WriteResult:
        """One contact's result of writing a stage."""
        row = {"contact_id": contact_id, "stage": value, "stage_field": field}
        return self.write(row)[contact_id]

    def sent(self) -> list[dict[str, Any]]:
        """Every record of every update by collections."""
        calls = self.crm.journal.calls("collections.update")
        return [each for call in calls for each in call.json["records"]]

    @property
    def aborted(self) -> int:
        """How many jobs were aborted that were at work."""
        return aborted(self.crm)

    def check(self) -> dict[str, Finding]:
        return {each.subject: each for each in check(self.source, self.api)}

    def fix(self) -> dict[str, Finding]:
        return {each.subject: each for each in fix(self.source, self.api)}


def aborted(crm: Org) -> int:
    """How many jobs were aborted that were at work: one that was never closed does no harm."""
    jobs = crm.ingests.by_id.values()
    return sum(job.state == "Aborted" and job.closed > 0 for job in jobs)


def source_of(
    crm: Org, folder: Path, settings: Mapping[str, Any] | None = None, **source: Any
) -> Source:
    """A source that signs in to the org by a private key, unless the settings say otherwise."""
    jwt = {
        "consumer_key": crm.consumer_key,
        "username": crm.username,
        "private_key": crm.private_key,
    }
    given = {"jwt": jwt, "instance_url": crm.url, **(settings or {})}
    given = {name: value for name, value in given.items() if value is not None}
    return Source(
        name="org",
        connector="salesforce",
        settings=SalesforceSettings.model_validate(given),
        base=folder,
        state=folder / "state",
        time_zone=ZoneInfo("UTC"),
        **{"output": OUTPUT, "stages": STAGES, **source},
    )


@contextmanager
def desk(
    folder: Path,
    *,
    settings: Mapping[str, Any] | None = None,
    source: Mapping[str, Any] | None = None,
    **options: Any,
) -> Iterator[Desk]:
    """An org without activities, whose objects the connector has looked at already."""
    with org(**{"contacts": 20, "activities_per_contact": 0, **options}) as crm:
        opened = source_of(crm, folder, settings, **(source or {}))
        found = Desk(crm, opened, Api(opened))
        found.api.describe("Lead")
        crm.journal.clear()
        yield found


def fast_clock(patch: pytest.MonkeyPatch) -> FastClock:
    """Let the connector wait for as long as it likes: it takes no time."""
    return FastClock().install(patch, quota)
