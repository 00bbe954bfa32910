"""A sync is the difference and nothing more: many small ones end where one large one does."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from leadline.model import Model
from tests.laws import pools
from tests.laws.effort import tries
from tests.laws.models import models
from tests.laws.offices import Office, office
from tests.laws.worlds import SINCE_EVER, person, worlds
from tests.reference.world import Record, World

_END = pools.TODAY + timedelta(hours=1)


def reachable(model: Model) -> bool:
    """No label begins above the highest score: a model file that says so is refused."""
    reach = min(model.max, sum(dimension.max for dimension in model.dimensions.values()))
    return all(label.from_ <= reach for label in model.temperatures)


def grow(place: Office, world: World, chance: Random) -> None:
    """Sync four times on the way to the whole world: people come, change and go."""
    strangers = [Record(f"stranger {i}", SINCE_EVER, person(chance)) for i in range(3)]
    for step in range(4):
        known = [each for each in world.contacts if chance.random() < 0.7]
        earlier = [
            Record(each.id, SINCE_EVER, person(chance)) if chance.random() < 0.4 else each
            for each in known
        ]
        happened = world.activities[: len(world.activities) * step // 4]
        place.save([*earlier, *strangers[step:]], happened)
        place.sync(pools.TODAY + timedelta(minutes=step))
    place.save(world.contacts, world.activities)
    place.sync(_END)


@tries(2)
@given(model=models().filter(reachable), world=worlds(), seed=st.integers(0, 2**32))
def test_many_incremental_syncs_give_what_one_full_sync_gives(
    model: Model, world: World, seed: int
) -> None:
    with office(model) as often, office(model) as once:
        grow(often, world, Random(seed))
        once.save(world.contacts, world.activities)
        once.sync(_END, full=True)
        expected = once.points(_END)
        assert often.points(_END) == expected
        often.sync(_END, full=True)
        assert often.points(_END) == expected


@tries(2)
@given(model=models().filter(reachable), world=worlds())
def test_the_second_sync_of_a_day_writes_nothing(model: Model, world: World) -> None:
    past = [each for each in world.activities if _happened(each) <= pools.TODAY]
    with office(model) as place:
        place.save(world.contacts, past)
        place.sync(pools.TODAY)
        before = _at_rest(place)
        for full in (False, True):
            report = place.sync(_END, full=full)
            assert [done.written for done in report.pushed.values()] == [0]
            assert report.published == 0
            assert _at_rest(place) == before


def _happened(activity: Record) -> datetime:
    when = activity.facts["occurred_at"]
    assert isinstance(when, datetime)
    return when


def _at_rest(place: Office) -> dict[str, object]:
    """Everything that a write would change: the lake's files, what is known, and the output."""
    with place.opened() as workspace:
        known = workspace.ledger.known.table("crm").to_pylist()
        lake = {str(path): _identity(path) for path in workspace.lake.root.rglob("*.parquet")}
        log = {
            str(path): _identity(path) for path in workspace.lake.root.rglob("_delta_log/*.json")
        }
    return {"known": known, "lake": lake, "log": log, "output": _identity(place.output)}


def _identity(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_mtime_ns, found.st_ino
