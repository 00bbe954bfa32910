"""Syncs while people work in the org and every kind of trouble strikes: nothing is lost."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from leadline_sandbox.salesforce import Org, org
from tests.connectors.storms import CONFIG, HOT, MODEL, lake, storm
from tests.e2e.world import World

from .soaking import (
    BEFORE_MQL,
    FAULTS,
    MAY_BE_SENT,
    MQL,
    Hands,
    expected,
    people,
    updates,
)
from .writing import SCORE, aborted, fast_clock

EIGHT_DAYS = 8 * 86_400  # seconds

SOURCE = """
[sources.org]
connector = "salesforce"
instance_url = "{url}"
activities = ["tasks"]
lag_seconds = 5
settle_seconds = 0
bulk_above = {bulk_above}

[sources.org.client_credentials]
consumer_key = "{key}"
consumer_secret = "{secret}"

[sources.org.stages.mql]
field = "Lead.Status"
write = "{mql}"
from = ["New", "Working", "Nurturing"]
"""


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    fast_clock(monkeypatch)
    return World(tmp_path)


def soak(world: World, crm: Org, seed: int) -> Hands:
    given = {"url": crm.url, "key": crm.consumer_key, "secret": crm.consumer_secret, "mql": MQL}
    world.write("config.toml", CONFIG + SOURCE.format(bulk_above=(10, 2000)[seed % 2], **given))
    world.write("model.toml", MODEL)
    hands = Hands(crm, random.Random(seed))
    hands.part()
    world.run("check", "--fix", "--yes")
    storm(world, crm, hands, FAULTS)
    return hands


def owners(crm: Org) -> dict[str, str]:
    """Who has each lead: only the org's assignment rule would change that."""
    return {each.id: each.values["OwnerId"] for each in crm.store.records("Lead")}


@pytest.mark.parametrize("seed", range(1, 1 + int(os.environ.get("LEADLINE_SOAKS", "1"))))
def test_after_a_storm_lake_and_org_agree_and_nothing_is_lost(world: World, seed: int) -> None:
    habits = {
        "commit_lag_seconds": 0.2,
        "merge_moves": seed % 2 == 0,
        "converted_writes": "lost" if seed % 3 == 1 else "refused",
        "batch_retries": seed % 4 == 1,
        "short_pages": seed % 2 == 1,
        "person_accounts": seed % 5 == 0,
    }
    with org(contacts=45, seed=seed, activities_per_contact=2, **habits) as crm:
        born = owners(crm) | dict.fromkeys((each.id for each in crm.store.records("Contact")), "")
        hands = soak(world, crm, seed)
        hands.hot()
        crm.clock.advance(60)
        world.run("sync")
        # Who was purged is in no query: only a full sweep tells.
        crm.clock.advance(EIGHT_DAYS)
        for _ in range(2):
            world.run("sync")

        there = {each.id: each for each in people(crm)}
        scores = {key: each.values.get(SCORE) for key, each in there.items()}
        leads = lake(world)
        assert set(leads) == set(there)
        assert {key: lead["score"] for key, lead in leads.items()} == expected(crm)
        assert scores == {key: lead["score"] for key, lead in leads.items()}
        for key, record in there.items():
            assert not (scores[key] >= HOT and record.values.get("Status") in BEFORE_MQL)

        everybody = {each.id for kind in ("Lead", "Contact") for each in crm.store.records(kind)}
        assert everybody <= born.keys() | hands.made
        assert owners(crm) == {key: born.get(key, crm.store.rep) for key in owners(crm)}
        sent = updates(crm)
        assert any(each.get("Status") == MQL for each in sent)
        assert all(each.keys() <= MAY_BE_SENT for each in sent)
        assert {each.get("Status") or MQL for each in sent} == {MQL}
        assert aborted(crm) == 0

        last = world.sync()
        assert (last["sources"]["org"]["written"], updates(crm)) == (0, sent)
