"""What was answered for an instant stays the answer, whatever is learned afterwards."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from leadline.model import Model
from tests.laws import lakes, pools
from tests.laws.effort import tries
from tests.laws.models import models
from tests.laws.test_equality import comparable
from tests.laws.worlds import SINCE_EVER, ZONES, activity, person, worlds
from tests.reference.scorer import Reference
from tests.reference.world import Record, World

_YESTERDAY = pools.TODAY - timedelta(days=1)


def later(world: World, chance: Random) -> World:
    """What is learned today of the same world: edits, deletions, late facts and new people."""
    people = len(world.contacts)
    contacts = [
        Record(each.id, pools.TODAY, person(chance))
        for each in [*world.contacts, Record("person new", pools.TODAY, {})]
        if chance.random() < 0.5
    ]
    activities = [
        Record(each.id, pools.TODAY, {**activity(chance, people), "deleted": chance.random() < 0.3})
        for each in world.activities
        if chance.random() < 0.4
    ]
    late = [Record(f"late {i}", pools.TODAY, activity(chance, people)) for i in range(8)]
    return World(contacts, activities + late)


@tries(6)
@given(
    model=models(),
    world=worlds(learned=(SINCE_EVER, _YESTERDAY - timedelta(days=30), _YESTERDAY)),
    zone=st.sampled_from(ZONES),
    seed=st.integers(0, 2**32),
)
def test_late_and_edited_facts_do_not_move_yesterdays_answer(
    model: Model, world: World, zone: ZoneInfo, seed: int
) -> None:
    news = later(world, Random(seed))
    whole = World([*world.contacts, *news.contacts], [*world.activities, *news.activities])
    reference = Reference(model, pools.FACTS, zone)
    with lakes.fresh(zone) as lake:
        lakes.fill(lake, world)
        before = lakes.score(lake, model, _YESTERDAY)
        lakes.fill(lake, news)
        assert lakes.score(lake, model, _YESTERDAY) == before
        lake.compact(force=True)
        assert lakes.score(lake, model, _YESTERDAY) == before
        today = lakes.score(lake, model, pools.TODAY)
    for as_of, found in ((_YESTERDAY, before), (pools.TODAY, today)):
        expected = reference.score(whole, as_of)
        assert {contact: comparable(columns) for contact, columns in found.items()} == expected
