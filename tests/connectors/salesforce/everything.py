"""All that the connector does, done once in each way that it can: what it asked of the org."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from leadline.batches import Batch, Checkpoint, Source, output_schema
from leadline_salesforce import activities, checking, companies, contacts, write
from leadline_salesforce.api import Api
from leadline_salesforce.settings import SalesforceSettings
from leadline_sandbox.journal import Call
from leadline_sandbox.salesforce import Org, org
from tests.connectors.changes import changes

from .reading import WANTED, jwt
from .writing import STAGES

_HOUR, _DAY = 3_600, 86_400
_ORG = {"contacts": 16, "activities_per_contact": 3}
Fetch = Callable[[Source, Api, Checkpoint | None], Iterator[Batch]]


@dataclass(frozen=True, slots=True)
class Way:
    """One kind of org, one kind of settings. trouble: kind and calls of faults that strike once."""

    org: Mapping[str, Any]
    settings: Mapping[str, Any]
    trouble: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """What was asked. types: object → field → type, of all that the org has."""

    calls: tuple[Call, ...]
    types: Mapping[str, Mapping[str, str]]


WAYS = {
    "REST": Way({}, {"page_size": 200}),
    "Bulk": Way({}, {"bulk_above": 0}),
    "person accounts": Way({"person_accounts": True}, {}),
    "person accounts in bulk": Way(
        {"person_accounts": True, "bulk_fractions": True, "bulk_charset": False}, {"bulk_above": 0}
    ),
    "a small org": Way(
        {"enhanced_email": False, "field_history": False, "shared_activities": False}, {}
    ),
    "an org without own fields": Way({"provisioned": False}, {}),
    "queries that are slow": Way(
        {"page_size": 10},
        {},
        (("query-timeout", "query.all"), ("bad-locator", "query.more"), ("401", "query")),
    ),
}


@cache
def seen(way: str) -> Seen:
    """The calls of a first load, later pulls, a sweep, writing, check and fix."""
    chosen = WAYS[way]
    with tempfile.TemporaryDirectory() as folder, org(**_ORG, **chosen.org) as crm:
        work = _Work(crm, Path(folder), chosen.settings)
        work.check()
        work.pull()
        work.write()
        _happen(crm)
        for fault in chosen.trouble:
            crm.faults.once(*fault)
        crm.clock.advance(_HOUR)
        work.pull()
        crm.clock.advance(8 * _DAY)
        work.pull()
        types = {
            kind.name: {field.name: field.type for field in kind.fields.values()}
            for kind in crm.store.schema.values()
        }
        return Seen(tuple(crm.journal.calls()), types)


class _Work:
    """One source, pulled, written to and checked."""

    def __init__(self, crm: Org, folder: Path, settings: Mapping[str, Any]) -> None:
        self._crm = crm
        self._source = Source(
            name="sf",
            connector="salesforce",
            settings=SalesforceSettings.model_validate(
                {"instance_url": crm.url, **jwt(crm), **settings}
            ),
            base=folder,
            state=folder / "state",
            time_zone=ZoneInfo("Europe/Warsaw"),
            wanted=WANTED,
            stages=STAGES,
            output=output_schema(["fit", "engagement"]).remove(0),
        )
        self._api = Api(self._source)
        self._since: dict[Fetch, Checkpoint] = {}

    def pull(self) -> None:
        """Each stream, on from where it was."""
        for fetch in (companies.fetch, contacts.fetch, activities.fetch):
            for batch in fetch(self._source, self._api, self._since.get(fetch)):
                self._since[fetch] = json.loads(json.dumps(dict(batch.checkpoint)))

    def write(self) -> None:
        """A score to everybody, a stage to every lead."""
        rows = [
            {"contact_id": each.id, "stage": "Working", "stage_field": "Lead.Status"}
            for each in self._crm.store.records("Lead")
        ]
        rows += [{"contact_id": each.id} for each in self._crm.store.records("Contact")]
        assert len(list(write.write(self._source, self._api, changes(rows)))) == len(rows)

    def check(self) -> None:
        """What the org allows, and what it lacks."""
        assert list(checking.check(self._source, self._api))
        assert list(checking.fix(self._source, self._api))


def _happen(crm: Org) -> None:
    """A bit of everything that can happen to people."""
    leads = [each.id for each in crm.store.records("Lead") if not each.value("IsConverted")]
    crm.store.update("Lead", leads[0], {"Title": "Head of O'Reilly"})
    crm.store.delete("Lead", leads[1])
    crm.store.merge("Lead", leads[2], leads[3])
    crm.store.convert(leads[4])
    task = {"WhoId": leads[5], "Subject": "Talk", "Status": "Completed", "Priority": "Normal"}
    crm.store.create("Task", task)
    for opportunity in crm.store.records("Opportunity")[:2]:
        crm.store.update("Opportunity", opportunity.id, {"StageName": "Closed Won"})


def queries(calls: tuple[Call, ...]) -> set[str]:
    """Every SOQL of these calls, those within a batch too."""
    found = set[str]()
    for call in calls:
        if call.label in ("query", "query.all", "tooling.query"):
            found |= {value for name, value in call.query if name == "q"}
        elif call.label == "bulk.query.create":
            found.add(call.json["query"])
        elif call.label == "composite.batch":
            urls = [urlsplit(each["url"]).query for each in call.json["batchRequests"]]
            found |= {text for url in urls for text in parse_qs(url).get("q", [])}
    return found
