"""The order in which facts arrive, and how they are cut into batches, changes nothing."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from leadline.batches import Stream
from leadline.lake import Lake
from leadline.model import Model
from tests.laws import lakes, pools
from tests.laws.effort import tries
from tests.laws.models import models
from tests.laws.worlds import SINCE_EVER, ZONES, person, worlds
from tests.reference.world import Record, World


def with_older_versions(world: World, chance: Random) -> list[Record]:
    """Every contact as it is now, and some as they were: the CRM's clock tells which is which."""
    fresh = [
        Record(each.id, each.learned_at, {**each.facts, "updated_at": pools.TODAY})
        for each in world.contacts
    ]
    before = pools.TODAY - timedelta(days=1)
    old = [
        Record(each.id, SINCE_EVER, {**person(chance), "updated_at": before})
        for each in world.contacts
        if chance.random() < 0.5
    ]
    return fresh + old


def learn_in_pieces(lake: Lake, stream: Stream, records: list[Record], chance: Random) -> None:
    """Commit shuffled records in up to four batches that overlap."""
    chance.shuffle(records)
    cuts = sorted(chance.randint(0, len(records)) for _ in range(3))
    for seq, (start, end) in enumerate(zip([0, *cuts], [*cuts, len(records)], strict=True), 1):
        lakes.learn(lake, stream, records[max(0, start - 2) : end], seq)


@tries(4)
@given(model=models(), world=worlds(), zone=st.sampled_from(ZONES), seed=st.integers(0, 2**32))
def test_batches_in_any_order_and_any_split_give_the_same_answer(
    model: Model, world: World, zone: ZoneInfo, seed: int
) -> None:
    chance = Random(seed)
    contacts = with_older_versions(world, chance)
    with lakes.fresh(zone) as at_once, lakes.fresh(zone) as in_pieces:
        lakes.learn(at_once, Stream.CONTACTS, contacts)
        lakes.learn(at_once, Stream.ACTIVITIES, list(world.activities))
        learn_in_pieces(in_pieces, Stream.ACTIVITIES, list(world.activities), chance)
        learn_in_pieces(in_pieces, Stream.CONTACTS, list(contacts), chance)
        expected = lakes.score(at_once, model, pools.TODAY)
        assert lakes.score(in_pieces, model, pools.TODAY) == expected
        in_pieces.compact(force=True)
        assert lakes.score(in_pieces, model, pools.TODAY) == expected
