"""An explanation accounts for every point, and a comparison of two for every point between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from leadline.lake import Lake
from leadline.model import Model
from leadline.scoring.compiler import CompiledModel
from leadline.scoring.explain import Explanation, difference, explain
from tests.laws import lakes, pools
from tests.laws.effort import tries
from tests.laws.models import models
from tests.laws.worlds import ZONES, worlds
from tests.reference.world import World


def explanations(
    lake: Lake, world: World, model: Model, as_of: datetime
) -> dict[str, tuple[object, Explanation]]:
    """Contact id → the score of a query without detail, and the explanation."""
    people = {each.id: each.facts for each in world.contacts_at(as_of)}
    compiled = CompiledModel(model, pools.FACTS)
    scores = lakes.score(lake, model, as_of, detail=False)
    return {
        contact: (scores[contact]["score"], explain(compiled, wide, people[contact]))
        for contact, wide in lakes.score(lake, model, as_of).items()
    }


def check_dimensions(found: Explanation) -> None:
    """The rows of a dimension add up to its points; nobody who is excluded has any."""
    if found.excluded is not None:
        assert (found.score, found.grade, dict(found.dimensions)) == (None, None, {})
        assert found.rows[-1].rule == f"Excluded: {found.excluded}"
    for name, points in found.dimensions.items():
        assert sum(row.points for row in found.rows if row.dimension == name) == points, name


@tries(5)
@given(model=models(), other=models(), world=worlds(), zone=st.sampled_from(ZONES))
def test_rows_add_up_to_the_score_and_changes_to_the_difference(
    model: Model, other: Model, world: World, zone: ZoneInfo
) -> None:
    with lakes.fresh(zone) as lake:
        lakes.fill(lake, world)
        now = explanations(lake, world, model, pools.TODAY)
        then = explanations(lake, world, model, pools.TODAY - timedelta(days=8))
        elsewhere = explanations(lake, world, other, pools.TODAY)
    for contact, (score, found) in now.items():
        assert found.score == score
        assert sum(row.points for row in found.rows) == (score or 0), contact
        check_dimensions(found)
        # The other model, or this one earlier, may leave the contact out.
        others = [each[contact][1] for each in (then, elsewhere) if contact in each]
        for before in others:
            changes = difference(before, found)
            moved = (found.score or 0) - (before.score or 0)
            assert sum(row.points for row in changes) == moved, contact
            assert all(row.points for row in changes), "a change of nothing is no change"


@tries(3)
@given(model=models(), world=worlds(), zone=st.sampled_from(ZONES))
def test_whatever_counted_came_from_a_source(model: Model, world: World, zone: ZoneInfo) -> None:
    with lakes.fresh(zone) as lake:
        lakes.fill(lake, world)
        wide = dict(list(lakes.score(lake, model, pools.TODAY).items())[:2])
        told = {
            contact: lakes.engine(lake)
            .per_source(model, pools.TODAY, (lakes.SOURCE, contact))
            .to_pylist()
            for contact in wide
        }
    for contact, row in wide.items():
        said = {name for one in told[contact] for name, value in one.items() if value}
        # A sum of 0 is of nothing, or of values that make up for each other.
        silent = {
            f"q_{name}"
            for name, signal in model.signals.items()
            if signal.sum is not None and not row[f"x_{name}"]
        }
        assert said - {"source", *silent} == set(counted(model, row)) - silent, contact


def counted(model: Model, wide: Mapping[str, object]) -> Iterator[str]:
    """The columns of `per_source` for what a wide row says has happened."""
    for i, rule in enumerate(model.rules):
        if rule.activity is not None and wide[f"n{i}"]:
            yield f"r{i}"
    for name, signal in model.signals.items():
        value = wide[f"x_{name}"]
        if value is not None and (signal.pick is not None or value != 0):
            yield f"q_{name}"
