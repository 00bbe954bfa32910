"""Runs the worked examples of the TOML files here, by the engine and by the reference."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from leadline.lake import Lake
from leadline.model import Model
from leadline.scoring.compiler import CompiledModel
from leadline.scoring.explain import explain
from tests.laws import lakes, pools
from tests.laws.test_equality import comparable
from tests.laws.worlds import SINCE_EVER
from tests.reference.scorer import Columns, Reference
from tests.reference.world import Record, World

_ID = "ada"
_FILES = {
    path.stem: tomllib.loads(path.read_text("utf-8"))
    for path in Path(__file__).parent.glob("*.toml")
}
_CASES = [
    pytest.param(file, case, id=f"{name}: {case['says']}")
    for name, file in sorted(_FILES.items())
    for case in file["cases"]
]


def world_of(case: Mapping[str, Any], as_of: datetime) -> World:
    """One contact and what it did; an activity without a time has just happened."""
    activities = [
        {"contact_id": _ID, "occurred_at": one.get("at", as_of)}
        | {key: value for key, value in one.items() if key != "at"}
        for one in case.get("activities", ())
    ]
    return World(
        [Record(_ID, SINCE_EVER, case.get("contact", {}))],
        [Record(f"activity {i}", SINCE_EVER, facts) for i, facts in enumerate(activities)],
    )


def publish(lake: Lake, model: Model, label: str, as_of: datetime) -> None:
    """Make this the contact's last label."""
    rows = {"source": lakes.SOURCE, "contact_id": _ID, "temperature": label}
    rows["model_version"] = model.version
    lake.publish(model.name, pa.Table.from_pylist([rows]), as_of=as_of - timedelta(days=1))


@pytest.mark.parametrize(("file", "case"), _CASES)
def test_a_case_comes_out_as_it_says(file: dict[str, Any], case: dict[str, Any]) -> None:
    model, as_of = Model.model_validate(file["model"]), file["as_of"]
    zone, before = ZoneInfo(case.get("time_zone", "UTC")), case.get("before")
    world = world_of(case, as_of)
    with lakes.fresh(zone) as lake:
        lakes.fill(lake, world)
        if before is not None:
            publish(lake, model, before, as_of)
        wide = lakes.score(lake, model, as_of)[_ID]
    expected = Reference(model, pools.FACTS, zone).score(world, as_of, {_ID: before})
    assert comparable(wide) == expected[_ID]
    check(model, wide, world.contacts_at(as_of)[0], case)


def check(model: Model, wide: Columns, person: Record, case: Mapping[str, Any]) -> None:
    """The explanation holds the case's rows, and its labels."""
    found = explain(CompiledModel(model, pools.FACTS), wide, person.facts)
    assert {row.rule: row.points for row in found.rows if row.points} == case["rows"]
    if case.get("score") == "none":
        assert found.score is None
        assert found.excluded is not None
    else:
        assert found.score == sum(case["rows"].values())
    assert (found.grade, found.temperature) == (case.get("grade"), case.get("temperature"))
    assert found.excluded == case.get("excluded", found.excluded)
    unknown = [row.rule for row in found.rows if row.detail.startswith("unknown: ")]
    assert unknown[: len(case.get("unknown", ()))] == case.get("unknown", [])
    places = {rule.name: i for i, rule in enumerate(model.rules)}
    for name, times in case.get("counted", {}).items():
        assert (wide[f"n{places[name]}"] or 0) == times
