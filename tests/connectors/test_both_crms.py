"""One person in HubSpot and in Salesforce: one score, made of what both know, written to both."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from leadline_sandbox.hubspot import Hub, portal
from leadline_sandbox.salesforce import Org, org
from tests.e2e.world import World

CONFIG = """
workspace = "var"
models = ["model.toml"]

[write]
stages = "off"
max_changes = {{ share = 1.0, stages = 1000, first = "allow" }}

[sources.hubspot]
connector = "hubspot"
access_token = "{token}"
base_url = "{hub}"
links_to = "salesforce"

[sources.salesforce]
connector = "salesforce"
instance_url = "{org}"
settle_seconds = 0

[sources.salesforce.client_credentials]
consumer_key = "{key}"
consumer_secret = "{secret}"
"""

MODEL = """
name = "both"
[dimensions.fit]
max = 50
[dimensions.engagement]
max = 50

[[rules]]
name = "Head of something"
dimension = "fit"
when = "job_title ILIKE 'head of%'"
points = 20
[[rules]]
name = "Met"
dimension = "engagement"
activity = "meeting"
points = 10
[[rules]]
name = "Called"
dimension = "engagement"
activity = "call"
points = 5
"""

YESTERDAY = datetime.now(UTC) - timedelta(days=1)


class Both(NamedTuple):
    """Two empty CRMs, and a workspace with both as its sources."""

    world: World
    hub: Hub
    crm: Org

    def person(self, email: str, **values: str) -> str:
        """A contact in HubSpot who was in a meeting; their id."""
        made = self.hub.store.create("contacts", {"email": email, **values})
        when = {"hs_timestamp": YESTERDAY.isoformat(), "hs_meeting_outcome": "COMPLETED"}
        end = {"hs_meeting_end_time": YESTERDAY.isoformat()}
        meeting = self.hub.store.create("meetings", when | end)
        self.hub.store.link("meetings", meeting.id, "contacts", made.id)
        return made.id

    def lead(self, email: str, **values: str) -> str:
        """A lead in Salesforce who was called; their id."""
        known = {"LastName": "Doe", "Company": "Doe Ltd", "Status": "Open"}
        made = self.crm.store.create("Lead", known | {"Email": email} | values).id
        call = {"TaskSubtype": "Call", "Status": "Completed", "Subject": "A call"}
        when = {"ActivityDate": f"{YESTERDAY:%Y-%m-%d}"}
        self.crm.store.create("Task", call | when | {"WhoId": made})
        return made

    def link(self, contact: str, lead: str) -> None:
        """HubSpot's integration with Salesforce has met this lead."""
        definition = {"name": "salesforceleadid", "label": "Salesforce lead", "type": "string"}
        place = {"fieldType": "text", "groupName": "contactinformation"}
        self.hub.store.schemas["contacts"].create(definition | place, self.hub.clock.ms())
        self.hub.store.update("contacts", contact, {"salesforceleadid": lead})

    def sync(self) -> dict[str, Any]:
        """Counts of a sync that went well, by source."""
        self.crm.clock.advance(2)  # the second that is not over yet is left for the next sync
        done = self.world.run("sync", "--json")
        assert done.status == 0, done
        counts: dict[str, Any] = done.document["sources"]
        return counts

    def in_hubspot(self, contact: str) -> str:
        """The score that HubSpot has."""
        record = self.hub.store.get("contacts", contact)
        return str(record.value("leadline_score")) if record else ""

    def in_salesforce(self, contact: str) -> str:
        """The score that Salesforce has."""
        record = self.crm.store.get("Lead", contact) or self.crm.store.get("Contact", contact)
        assert record is not None
        score = record.values.get("Leadline_Score__c")
        return "" if score is None else f"{score:g}"


@pytest.fixture
def both(tmp_path: Path) -> Iterator[Both]:
    with portal(contacts=0, limited=False) as hub, org(contacts=0) as crm:
        world = World(tmp_path)
        given = {"token": hub.token, "hub": hub.url, "org": crm.url}
        keys = {"key": crm.consumer_key, "secret": crm.consumer_secret}
        world.write("config.toml", CONFIG.format(**given, **keys))
        world.write("model.toml", MODEL)
        assert "made" in world.run("check", "--fix", "--yes").out
        yield Both(world, hub, crm)


def test_the_same_address_is_one_person_with_one_score_in_both(both: Both) -> None:
    here = both.person("ada@north.example")
    there = both.lead("Ada@North.example", Title="Head of IT")
    both.sync()
    # The title and the call are Salesforce's, the meeting HubSpot's.
    assert (both.in_hubspot(here), both.in_salesforce(there)) == ("35", "35")
    rows = both.world.run("explain", f"hubspot:{here}", "--json").document["rows"]
    assert {row["rule"]: row["sources"] for row in rows if row["points"]} == {
        "Head of something": ["salesforce"],
        "Met": ["hubspot"],
        "Called": ["salesforce"],
    }
    again = both.sync()
    assert {name: counts["written"] for name, counts in again.items()} == {
        "hubspot": 0,
        "salesforce": 0,
    }


def test_a_converted_lead_stays_that_person(both: Both) -> None:
    here = both.person("ada@north.example")
    there = both.lead("ada@north.example", Title="Head of IT")
    both.sync()
    contact = both.crm.store.convert(there)
    both.sync()
    assert (both.in_hubspot(here), both.in_salesforce(contact)) == ("35", "35")


def test_hubspots_salesforce_id_joins_two_addresses(both: Both) -> None:
    there = both.lead("ada@work.example", Title="Head of IT")
    here = both.person("ada@home.example")
    both.link(here, there)
    both.sync()
    assert (both.in_hubspot(here), both.in_salesforce(there)) == ("35", "35")


def test_two_who_have_nothing_in_common_stay_apart(both: Both) -> None:
    here = both.person("ada@north.example")
    there = both.lead("bob@south.example", Title="Head of IT")
    both.sync()
    assert (both.in_hubspot(here), both.in_salesforce(there)) == ("10", "25")


def test_a_mailbox_that_many_use_joins_nobody(both: Both) -> None:
    here = both.person("info@north.example")
    there = both.lead("info@north.example", Title="Head of IT")
    both.sync()
    assert (both.in_hubspot(here), both.in_salesforce(there)) == ("10", "25")


def test_a_shared_mailbox_may_be_named_in_the_config(both: Both) -> None:
    both.world.change("config.toml", "[write]", 'shared_mailboxes = ["office"]\n\n[write]')
    here = both.person("office@north.example")
    there = both.lead("office@north.example", Title="Head of IT")
    both.sync()
    assert (both.in_hubspot(here), both.in_salesforce(there)) == ("10", "25")
