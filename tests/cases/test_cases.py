"""Runs the worked examples of the TOML files here, by the engine and by the reference.

A file has a model (or names a preset) and cases. A case says what is known of one contact and what
must come out: `rows` of the explanation and labels, and where it matters `facts` that the model
makes ("unknown" for none), rules that are `unknown`, how often one `counted`. `off` are types of
activity that the source does not deliver, `before` is the last label, and with `scored = false` the
model leaves the contact out.
"""

from __future__ import annotations

import json
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

import leadline.presets
from leadline.lake import Lake
from leadline.model import Model
from leadline.model.loading import load_model
from leadline.scoring.compiler import CompiledModel
from leadline.scoring.explain import explain
from leadline.vocabulary import FieldType
from tests.laws import lakes, pools
from tests.laws.test_equality import comparable
from tests.laws.worlds import SINCE_EVER
from tests.reference.scorer import Columns, Reference
from tests.reference.world import Record, World

_PRESETS = Path(leadline.presets.__file__).parent
FILES = {
    path.stem: tomllib.loads(path.read_text("utf-8"))
    for path in Path(__file__).parent.glob("*.toml")
}
_CASES = [
    pytest.param(name, place, id=f"{name}: {case['says']}")
    for name, file in sorted(FILES.items())
    for place, case in enumerate(file["cases"])
]


@dataclass(frozen=True, slots=True)
class Together:
    """The cases of a file that fit into one lake, each a contact named by its place in the file."""

    model: Model
    as_of: datetime
    zone: ZoneInfo
    off: tuple[str, ...]
    cases: Mapping[str, Mapping[str, Any]]

    @property
    def world(self) -> World:
        worlds = [world_of(case, self.as_of, contact) for contact, case in self.cases.items()]
        return World(
            [each for world in worlds for each in world.contacts],
            [each for world in worlds for each in world.activities],
        )

    @property
    def labels(self) -> dict[str, str]:
        """The last labels."""
        return {name: case["before"] for name, case in self.cases.items() if "before" in case}

    @contextmanager
    def lake(self) -> Iterator[Lake]:
        with lakes.fresh(self.zone) as lake:
            lakes.fill(lake, self.world)
            lake.say_feeds(lakes.SOURCE, self.off, SINCE_EVER)
            publish(lake, self.model, self.labels, self.as_of)
            yield lake


@dataclass(frozen=True, slots=True)
class Answer:
    """What the engine and the reference say of a case; None where the model leaves it out."""

    model: Model
    person: Record
    wide: Columns | None
    expected: Columns | None


def groups(name: str) -> list[Together]:
    """A file's cases by time zone and by what the source does not deliver."""
    file = FILES[name]
    found: dict[tuple[str, tuple[str, ...]], dict[str, Any]] = defaultdict(dict)
    for place, case in enumerate(file["cases"]):
        found[case.get("time_zone", "UTC"), tuple(case.get("off", ()))][str(place)] = case
    model, as_of = model_of(file), file["as_of"]
    return [
        Together(model, as_of, ZoneInfo(zone), off, cases) for (zone, off), cases in found.items()
    ]


@cache
def answers(name: str) -> dict[str, Answer]:
    """Every case of a file, by its place."""
    found = {}
    for group in groups(name):
        with group.lake() as lake:
            wide = lakes.score(lake, group.model, group.as_of)
        reference = Reference(group.model, pools.FACTS, group.zone, group.off)
        expected = reference.score(group.world, group.as_of, group.labels)
        for person in group.world.contacts_at(group.as_of):
            rows = wide.get(person.id), expected.get(person.id)
            found[person.id] = Answer(group.model, person, *rows)
    return found


def model_of(file: Mapping[str, Any]) -> Model:
    """The file's own model, or the preset that it is about."""
    if "preset" in file:
        return load_model(_PRESETS / file["preset"] / "model.toml", pools.FACTS)
    return Model.model_validate(file["model"])


def world_of(case: Mapping[str, Any], as_of: datetime, contact: str) -> World:
    """One contact and what it did; an activity without a time has just happened."""
    activities = [
        {"contact_id": contact, "occurred_at": one.get("at", as_of)}
        | {key: _stored(value) for key, value in one.items() if key != "at"}
        for one in case.get("activities", ())
    ]
    facts = {name: _fact(name, value) for name, value in case.get("contact", {}).items()}
    return World(
        [Record(contact, SINCE_EVER, facts)],
        [
            Record(f"{contact} activity {i}", SINCE_EVER, facts)
            for i, facts in enumerate(activities)
        ],
    )


def _fact(name: str, value: Any) -> Any:
    """Money is exact: a case writes it as a text."""
    return Decimal(value) if pools.FACTS[name] is FieldType.MONEY else value


def _stored(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, dict) else value


def publish(lake: Lake, model: Model, labels: Mapping[str, str], as_of: datetime) -> None:
    """Make these the contacts' last labels."""
    rows = [
        {"source": lakes.SOURCE, "contact_id": contact, "temperature": label}
        | {"model_version": model.version}
        for contact, label in labels.items()
    ]
    if rows:
        lake.publish(model.name, pa.Table.from_pylist(rows), as_of=as_of - timedelta(days=1))


@pytest.mark.parametrize(("name", "place"), _CASES)
def test_a_case_comes_out_as_it_says(name: str, place: int) -> None:
    case, found = FILES[name]["cases"][place], answers(name)[str(place)]
    if not case.get("scored", True):
        assert (found.wide, found.expected) == (None, None)
        return
    assert found.wide is not None
    assert comparable(found.wide) == found.expected
    check(found.model, found.wide, found.person, case)


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
    for name, value in case.get("facts", {}).items():
        assert wide[f"x_{name}"] == (None if value == "unknown" else value), name
    unknown = [row.rule for row in found.rows if row.detail.startswith("unknown: ")]
    assert set(case.get("unknown", ())) <= set(unknown)
    places = {rule.name: i for i, rule in enumerate(model.rules)}
    for name, times in case.get("counted", {}).items():
        assert (wide[f"n{places[name]}"] or 0) == times
