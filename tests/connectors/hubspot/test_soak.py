"""Syncs while people work in the portal and every kind of trouble strikes: nothing is lost."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from leadline_hubspot import instants, pull
from leadline_sandbox.hubspot import Hub, portal
from tests.connectors.storms import HOT, lake, storm
from tests.e2e.world import World

from .soaking import (
    BEFORE_MQL,
    FAULTS,
    MQL,
    OWN_PROPERTIES,
    Hands,
    configure,
    expected,
    writes,
)
from .writing import fast_clock

EIGHT_DAYS = 8 * 86_400_000  # ms


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    fast_clock(monkeypatch)
    return World(tmp_path)


def soak(world: World, hub: Hub, seed: int) -> Hands:
    configure(world, hub)
    hands = Hands(hub, random.Random(seed))
    world.run("check", "--fix", "--yes")
    storm(world, hub, hands, FAULTS)
    return hands


@pytest.mark.parametrize("seed", range(1, 1 + int(os.environ.get("LEADLINE_SOAKS", "1"))))
def test_after_a_storm_lake_and_portal_agree_and_nothing_is_lost(
    world: World, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    habits = {
        "order": "all",
        "lag_seconds": 0.2,
        "merge_keeps_id": seed % 2 == 0,
        "merged_writes": "survivor" if seed % 3 == 1 else "left out",
        "heeds_traces": seed % 4 < 2,
        "limited": False,
    }
    with portal(contacts=45, seed=seed, activities_per_contact=2, **habits) as hub:
        born = {record.id for record in hub.store.records("contacts")}
        hands = soak(world, hub, seed)
        # Who was erased for good is in no list and no search: only a full sweep tells.
        now = instants.now_ms()
        monkeypatch.setattr(pull, "now_ms", lambda: now + EIGHT_DAYS)
        # One sync ends the pass that was interrupted, the next one sweeps.
        for _ in range(2):
            world.run("sync")

        there = {record.id: record for record in hub.store.records("contacts")}
        scores = {contact: there[contact].value("leadline_score") for contact in there}
        leads = lake(world)
        assert set(leads) == set(there)
        assert {contact: lead["score"] for contact, lead in leads.items()} == expected(hub)
        assert scores == {contact: str(lead["score"]) for contact, lead in leads.items()}
        for contact, record in there.items():
            hot = int(scores[contact]) >= HOT
            assert not (hot and record.value("lifecyclestage") in BEFORE_MQL)
        assert set(there) <= born | hands.made

        assert {"contacts.create", "contacts.batch_create", "contacts.batch_upsert"}.isdisjoint(
            hub.journal.summary()
        )
        sent = writes(hub)
        assert any(each["properties"].get("lifecyclestage") == MQL for each in sent)
        for each in sent:
            assert each["properties"].keys() <= OWN_PROPERTIES | {"lifecyclestage"}
            assert each["properties"].get("lifecyclestage", MQL) == MQL

        last = world.sync()
        assert (last["sources"]["hub"]["written"], writes(hub)) == (0, sent)
