"""A label is a function of the score and the last label, and it moves only when it must."""

from __future__ import annotations

from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
from hypothesis import given

from leadline.batches import Stream
from leadline.lake import Lake
from leadline.model import Model
from tests.laws import lakes, pools
from tests.laws.effort import tries
from tests.laws.models import temperatures
from tests.laws.worlds import SINCE_EVER
from tests.reference.labels import temperature
from tests.reference.world import Record

TOP = 49
LAST = ("hot", "warm", "tepid", "cold", "dead", "of another model", None)
PAIRS = [(score, last) for score, last in product(range(-1, TOP + 1), LAST)]


def counting_model(labels: list[dict[str, Any]]) -> Model:
    """A model whose score is ten times the age and once the employees; the retired have none."""
    tens = [(f"age {n}", f"age >= {n}", 10) for n in range(1, 5)]
    ones = [(f"size {n}", f"company.employees >= {n}", 1) for n in range(1, 10)]
    return Model.model_validate(
        {
            "name": "counting",
            "dimensions": {"fit": {"max": TOP}},
            "rules": [
                {"name": name, "dimension": "fit", "when": when, "points": points}
                for name, when, points in tens + ones
            ],
            "exclusions": [{"name": "Retired", "when": "job_title = 'retired'"}],
            "temperatures": labels,
        }
    )


def no_condition(text: str) -> bool:
    raise AssertionError(f"these labels ask for nothing but a score, and not for {text}")


def learn_people(lake: Lake) -> None:
    """One contact for each pair of a score (-1: excluded) and a last label."""
    people = [
        Record(
            f"{score} after {last}",
            SINCE_EVER,
            {"job_title": "retired"}
            if score < 0
            else {"age": score // 10, "company.employees": score % 10},
        )
        for score, last in PAIRS
    ]
    lakes.learn(lake, Stream.CONTACTS, people)


def publish(lake: Lake, labels: dict[str, object], version: str) -> None:
    """Make these the last labels."""
    rows = pa.table(
        {
            "source": pa.array([lakes.SOURCE] * len(labels)),
            "contact_id": pa.array(list(labels)),
            "model_version": pa.array([version] * len(labels)),
            "temperature": pa.array(list(labels.values()), pa.string()),
        }
    )
    lake.publish("counting", rows, as_of=pools.TODAY)


@tries(10)
@given(labels=temperatures())
def test_a_label_moves_only_when_it_must(labels: list[dict[str, Any]]) -> None:
    model = counting_model(labels)
    with lakes.fresh(ZoneInfo("UTC")) as lake:
        learn_people(lake)
        publish(lake, {f"{score} after {last}": last for score, last in PAIRS}, "1")
        once = lakes.score(lake, model, pools.TODAY, detail=False)
        found = {contact: columns["temperature"] for contact, columns in once.items()}
    starts = {label["name"]: label["from"] for label in labels}
    ends = {label["name"]: label.get("release", label["from"]) for label in labels}
    for score, last in PAIRS:
        now = found[f"{score} after {last}"]
        known = None if score < 0 else score
        assert now == temperature(model, known, last, no_condition), (score, last)
        # Given again it stays: a second run on one day publishes the same label.
        assert found[f"{score} after {now}"] == now, (score, last)
        if known is not None and last in starts and now != last:
            climbed = now in starts and known >= starts[str(now)] > starts[str(last)]
            assert climbed or known < ends[str(last)], f"{last} became {now} at {known}"


@tries(4)
@given(labels=temperatures().filter(bool))
def test_more_points_never_give_a_colder_label(labels: list[dict[str, Any]]) -> None:
    with lakes.fresh(ZoneInfo("UTC")) as lake:
        learn_people(lake)
        publish(lake, {f"{score} after {last}": last for score, last in PAIRS}, "1")
        scored = lakes.score(lake, counting_model(labels), pools.TODAY, detail=False)
    warmth = {label["name"]: label["from"] for label in labels}
    for last in LAST:
        steps = [scored[f"{score} after {last}"]["temperature"] for score in range(TOP + 1)]
        heights = [warmth.get(str(label), -1) for label in steps]
        assert heights == sorted(heights), (last, steps)
