"""The seeded account: the demo's funnel, the same for the same seed, quick to make."""

from __future__ import annotations

import json
import time
from collections import Counter
from datetime import UTC, datetime

from leadline_sandbox.hubspot import Hub, make

from .door import Door

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def _everything(hub: Hub) -> str:
    kinds = ("contacts", "companies", "deals", "calls", "meetings", "emails")
    rows = [
        [kind, r.id, dict(r.values), r.created, r.modified]
        for kind in kinds
        for r in hub.store.records(kind)
    ]
    feeds = hub.store.feeds
    mail = [[e.id, e.type, e.recipient, e.at] for e in feeds.mail.between(None, None)]
    return json.dumps([rows, mail, sorted(feeds.forms)])


def test_the_same_seed_makes_the_same_account() -> None:
    first, again, other = (make(60, seed, now=NOW) for seed in (7, 7, 8))
    assert _everything(first) == _everything(again)
    assert _everything(first) != _everything(other)


def test_there_is_something_of_everything(full_hub: Hub, full: Door) -> None:
    store = full_hub.store
    assert len(store.records("contacts")) == 300
    for kind in ("companies", "deals", "calls", "meetings", "emails"):
        assert store.records(kind), kind
    types = Counter(event.type for event in store.feeds.mail.between(None, None))
    assert set(types) >= {"SENT", "DELIVERED", "OPEN", "CLICK", "BOUNCE"}
    assert {form.type for form in store.feeds.forms.values()} >= {"hubspot", "captured", "flow"}
    stages = {record.value("dealstage") for record in store.records("deals")}
    assert stages == {"appointmentscheduled", "closedwon", "closedlost"}
    assert len(full.get("/crm/v3/owners/").json["results"]) == 3


def test_addresses_are_unique_as_hubspot_wants_them(full_hub: Hub) -> None:
    emails = [record.value("email") for record in full_hub.store.records("contacts")]
    filled = [email for email in emails if email]
    assert len(filled) == len(set(filled))


def test_every_seeded_value_would_be_taken_by_its_property(full_hub: Hub) -> None:
    from leadline_sandbox.hubspot.values import read_values

    store = full_hub.store
    for kind in ("contacts", "companies", "deals", "calls", "meetings", "emails"):
        known = store.schemas[kind].properties
        for record in store.records(kind):
            unknown = record.values.keys() - known.keys()
            assert not unknown, (kind, unknown)
            own = {n: v for n, v in record.values.items() if not known[n].read_only}
            assert read_values(own, known)[1] == [], (kind, record.id)


def test_activities_lie_in_the_past_and_belong_to_contacts(full_hub: Hub) -> None:
    store, now = full_hub.store, full_hub.clock.ms()
    visits = store.feeds.events["e_visited_page"].between(None, None)
    assert visits
    assert all(visit.at <= now and store.get("contacts", visit.contact) for visit in visits)


def test_5000_contacts_with_all_they_did_take_seconds() -> None:
    began = time.process_time()
    hub = make(5_000, now=NOW)
    assert len(hub.store.records("contacts")) == 5_000
    assert time.process_time() - began < 4  # 20,000 take some 4 s
