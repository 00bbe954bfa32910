"""A portal in which people work, and things go wrong, while leadline syncs it."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from leadline_sandbox.hubspot import Hub
from leadline_sandbox.hubspot.kinds import BY_NAME, CONTACTS
from tests.connectors.storms import CONFIG, MODEL, worth
from tests.e2e.world import World

OWN = ("score", "fit", "engagement", "grade", "temperature", "reasons", "model_version")
OWN_PROPERTIES = {f"leadline_{name}" for name in (*OWN, "scored_at")}
MQL, BEFORE_MQL = "marketingqualifiedlead", ("", "subscriber", "lead")
STAGES = ("subscriber", "lead", "opportunity", "customer")

# Kind of fault → share of the calls that meet it. From "429-daily" on they end a sync or
# switch a feed off.
FAULTS = {
    "429": 0.03,
    "429-secondly": 0.03,
    "423": 0.03,
    "500": 0.03,
    "502": 0.03,
    "503": 0.03,
    "504": 0.03,
    "html200": 0.03,
    "empty200": 0.03,
    "broken": 0.03,
    "slow": 0.03,
    "429-daily": 0.01,
    "477": 0.01,
    "401": 0.01,
    "403": 0.01,
    "414": 0.01,
    "530": 0.01,
}


SOURCE = """
[sources.hub]
connector = "hubspot"
access_token = "{token}"
base_url = "{url}"
activities = ["calls"]
lag_seconds = 5
page_size = 20

[sources.hub.stages.mql]
field = "lifecyclestage"
write = "marketingqualifiedlead"
from = ["", "subscriber", "lead"]
"""


@dataclass(slots=True)
class Hands:
    """Sales and marketing at work: a seeded hand that edits the portal between two calls.

    made: the contacts that they created; leadline never creates one.
    """

    hub: Hub
    chance: random.Random
    made: set[str] = field(default_factory=set)
    edits: dict[str, int] = field(default_factory=dict)

    def at_work(self) -> None:
        """Do one thing."""
        acts = (
            [self._title] * 4
            + [self._country] * 2
            + [self._call] * 5
            + [self._stage, self._stage, self._score, *[self._create] * 5]
            + [self._archive, self._restore, self._merge, self._erase]
        )
        act = self.chance.choice(acts)
        act()
        name = act.__name__.strip("_")
        self.edits[name] = self.edits.get(name, 0) + 1

    def _one(self) -> str:
        return self.chance.choice(self.hub.store.records("contacts")).id

    def _set(self, **values: str) -> None:
        self.hub.store.update("contacts", self._one(), values)

    def _title(self) -> None:
        self._set(jobtitle=self.chance.choice(["Head of IT", "Head of Sales", "Clerk", ""]))

    def _country(self) -> None:
        self._set(country=self.chance.choice(["PL", "DE", ""]))

    def _stage(self) -> None:
        self._set(lifecyclestage=self.chance.choice(STAGES))

    def _score(self) -> None:
        self._set(leadline_score="999")

    def _call(self) -> None:
        at = datetime.now(UTC) - timedelta(days=self.chance.randrange(1, 20))
        call = {"hs_timestamp": at.isoformat(), "hs_call_title": "A call"}
        made = self.hub.store.create("calls", call)
        self.hub.store.link("calls", made.id, "contacts", self._one())

    def _create(self) -> None:
        number = self.chance.randrange(10**9)
        values = {"email": f"new{number}@new{number}.example", "jobtitle": "Head of IT"}
        self.made.add(self.hub.store.create("contacts", values).id)

    def _archive(self) -> None:
        self.hub.store.archive("contacts", self._one())

    def _restore(self) -> None:
        if gone := self.hub.store.records("contacts", archived=True):
            self.hub.store.restore("contacts", self.chance.choice(gone).id)

    def _merge(self) -> None:
        one, other = self._one(), self._one()
        if one != other:
            self.made.add(self.hub.store.merge("contacts", one, other).id)

    def _erase(self) -> None:
        self.hub.store.erase("contacts", self._one())


def configure(world: World, hub: Hub) -> None:
    """Let the world sync the portal, by the model of the storms."""
    world.write("config.toml", CONFIG + SOURCE.format(token=hub.token, url=hub.url))
    world.write("model.toml", MODEL)


def expected(hub: Hub) -> dict[str, int]:
    """Every live contact's score, worked out from the portal alone."""
    store = hub.store
    called: dict[str, int] = {}
    for call in store.records("calls"):
        for contact in linked_contacts(hub, call.id):
            called[contact] = called.get(contact, 0) + 1
    return {
        each.id: worth(each.value("jobtitle"), each.value("country"), called.get(each.id, 0))
        for each in store.records("contacts")
    }


def linked_contacts(hub: Hub, call_id: str) -> set[str]:
    """The live contacts that a call is associated with."""
    found = hub.store.links.of(BY_NAME["calls"], int(call_id), CONTACTS)
    live = {record.id for record in hub.store.records("contacts")}
    return {str(each) for each in found} & live


def writes(hub: Hub) -> list[Any]:
    """Every input of every update that leadline has sent."""
    calls = hub.journal.calls("contacts.batch_update")
    return [each for call in calls for each in call.json["inputs"]]
