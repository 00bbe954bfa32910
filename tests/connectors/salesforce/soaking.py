"""An org in which people work, and things go wrong, while leadline syncs it."""

from __future__ import annotations

import csv
import io
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from leadline_sandbox.salesforce import Org
from leadline_sandbox.salesforce.records import Record
from tests.connectors.storms import worth

from .writing import OWN, SCORE

MQL, BEFORE_MQL = "Qualified", ("New", "Working", "Nurturing")
STATUSES = ("New", "Working", "Nurturing", "Unqualified")
COUNTRY = {"Lead": "Country", "Contact": "MailingCountry"}
MAY_BE_SENT = {"Id", "Status", *OWN, *(f"{name.removesuffix('c')}pc" for name in OWN)}

# Kind of fault → share of the calls that meet it. From "403-total" on they end a sync, or switch
# a feed off.
FAULTS = {
    "401": 0.03,
    "401-html": 0.01,
    "403-concurrent": 0.03,
    "406": 0.02,
    "500": 0.02,
    "500-html": 0.02,
    "502": 0.02,
    "503": 0.02,
    "503-json": 0.02,
    "504": 0.02,
    "query-timeout": 0.02,
    "metering": 0.02,
    "row-lock": 0.02,
    "html200": 0.02,
    "empty200": 0.02,
    "broken": 0.03,
    "slow": 0.03,
    "locked-rows": 0.05,
    "bulk-failed": 0.02,
    "bad-locator": 0.01,
    "403-total": 0.01,
    "403-disabled": 0.005,
    "403-access": 0.005,
    "414": 0.005,
    "too-complicated": 0.005,
    "too-large": 0.005,
    "bulk-limit": 0.005,
}


@dataclass(slots=True)
class Hands:
    """Sales and marketing at work: a seeded hand that edits the org between two calls.

    made: the people that they created; leadline never creates one.
    """

    crm: Org
    chance: random.Random
    made: set[str] = field(default_factory=set)
    edits: Counter[str] = field(default_factory=Counter)

    def part(self) -> None:
        """Give everybody an address of their own: the demo has some people twice."""
        for each in people(self.crm):
            self._set(each, Email=self._address())

    def at_work(self) -> None:
        """Do one thing."""
        acts = (
            [self._title] * 4
            + [self._country] * 3
            + [self._call] * 5
            + [self._status] * 2
            + [self._score, *[self._create] * 5]
            + [self._delete, self._undelete, self._merge, self._purge]
            + [self._convert] * 2
        )
        act = self.chance.choice(acts)
        with self.crm.store.lock:
            act()
        self.edits[act.__name__.strip("_")] += 1

    def _one(self) -> Record:
        return self.chance.choice(people(self.crm))

    def _set(self, record: Record, **values: object) -> None:
        self.crm.store.update(record.kind, record.id, values)

    def _title(self) -> None:
        title = self.chance.choice(["Head of IT", "Head of Sales", "Head of HR", "Clerk", None])
        self._set(self._one(), Title=title)

    def _country(self) -> None:
        one = self._one()
        self._set(one, **{COUNTRY[one.kind]: self.chance.choice(["PL", "PL", "DE", None])})

    def _status(self) -> None:
        leads = [each for each in people(self.crm) if each.kind == "Lead"]
        self._set(self.chance.choice(leads), Status=self.chance.choice(STATUSES))

    def _score(self) -> None:
        self._set(self._one(), **{SCORE: 999})

    def _call(self) -> None:
        at = datetime.now(UTC) - timedelta(days=self.chance.randrange(1, 20))
        values = {
            "WhoId": self._one().id,
            "Subject": "A call",
            "TaskSubtype": "Call",
            "Status": "Completed",
            "Priority": "Normal",
            "ActivityDate": at.date().isoformat(),
        }
        self.crm.store.create("Task", values)

    def hot(self) -> None:
        """Enter a lead that has to become a qualified one."""
        values = {"LastName": "Hot", "Company": "Hot", "Email": self._address(), "Status": "New"}
        values |= {"Title": "Head of IT", "Country": "PL"}
        self.made.add(self.crm.store.create("Lead", values).id)

    def _address(self) -> str:
        number = self.chance.randrange(10**9)
        return f"new{number}@new{number}.example"

    def _create(self) -> None:
        values = {"LastName": "New", "Title": "Head of IT", "Email": self._address()}
        if self.chance.random() < 0.6:
            country = self.chance.choice(["PL", "DE"])
            values |= {"Company": "New", "Status": "New", "Country": country}
            self.made.add(self.crm.store.create("Lead", values).id)
        else:
            self.made.add(self.crm.store.create("Contact", values).id)

    def _delete(self) -> None:
        one = self._one()
        self.crm.store.delete(one.kind, one.id)

    def _undelete(self) -> None:
        gone = [*self.crm.store.records("Lead", True), *self.crm.store.records("Contact", True)]
        if gone:
            one = self.chance.choice(gone)
            self.crm.store.undelete(one.kind, one.id)
            # The winner of a merge may have got its address, which would make one person of both.
            self._set(one, Email=self._address())

    def _merge(self) -> None:
        one = self._one()
        others = [each for each in people(self.crm) if each.kind == one.kind and each is not one]
        self.crm.store.merge(one.kind, one.id, self.chance.choice(others).id)

    def _purge(self) -> None:
        one = self._one()
        self.crm.store.purge(one.kind, one.id)

    def _convert(self) -> None:
        there = people(self.crm)
        lead = self.chance.choice([each for each in there if each.kind == "Lead"])
        contact = None
        if self.chance.random() < 0.3:
            contact = self.chance.choice([each.id for each in there if each.kind == "Contact"])
        self.made.add(self.crm.store.convert(lead.id, contact_id=contact, opportunity=False))


def people(crm: Org) -> list[Record]:
    """The live contacts, and the live leads that were not converted."""
    leads = [each for each in crm.store.records("Lead") if not each.values.get("IsConverted")]
    return [*leads, *crm.store.records("Contact")]


def expected(crm: Org) -> dict[str, int]:
    """Everybody's score, worked out from the org alone."""
    called = Counter(
        task.values.get("WhoId")
        for task in crm.store.records("Task")
        if task.values.get("TaskSubtype") == "Call" and task.values.get("IsClosed")
    )
    scores = {}
    for record in people(crm):
        title, country = record.values.get("Title"), record.values.get(COUNTRY[record.kind])
        scores[record.id] = worth(str(title or ""), str(country or ""), called[record.id])
    return scores


def updates(crm: Org) -> list[dict[str, Any]]:
    """Every record of every update that leadline has sent, one by one and in bulk."""
    found = []
    for call in crm.journal.calls("collections.update"):
        for record in call.json["records"]:
            values = {name: value for name, value in record.items() if name != "attributes"}
            found.append({"Id": values.pop("id"), **values})
    for call in crm.journal.calls("bulk.ingest.upload"):
        found += csv.DictReader(io.StringIO(call.body.decode(), newline=""))
    return found
