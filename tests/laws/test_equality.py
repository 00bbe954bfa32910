"""The engine's answer is the reference's, column by column, whatever the model and the facts."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from leadline.model import Model
from tests.laws import lakes, pools
from tests.laws.effort import tries
from tests.laws.models import models
from tests.laws.worlds import SINCE_EVER, ZONES, worlds
from tests.reference.scorer import Columns, Reference
from tests.reference.world import World


def comparable(columns: Columns) -> Columns:
    """Without what only an explanation shows of a rule that nothing happened for."""
    return {name: value or 0 if name[0] == "n" else value for name, value in columns.items()}


@tries(12)
@given(
    several=st.lists(models(), min_size=2, max_size=2),
    world=worlds(),
    zone=st.sampled_from(ZONES),
    off=st.sampled_from([(), (), ("page_view",), ("custom:visit", "purchase"), ("*",)]),
)
def test_every_column_is_what_the_reference_says(
    several: list[Model], world: World, zone: ZoneInfo, off: tuple[str, ...]
) -> None:
    with lakes.fresh(zone) as lake:
        lakes.fill(lake, world)
        lake.say_feeds(lakes.SOURCE, off, SINCE_EVER)
        for model in several:
            expected = Reference(model, pools.FACTS, zone, off).score(world, pools.TODAY)
            found = lakes.score(lake, model, pools.TODAY)
            assert found.keys() == expected.keys()
            for contact, columns in expected.items():
                assert comparable(found[contact]) == columns, contact
