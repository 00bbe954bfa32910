"""A rule whose activities do not come is named; one that can do without them is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadline.batches import Finding
from leadline.config.own_fields import GIVEN
from leadline.model.loading import load_model
from leadline.scoring.feeds import off_in_all
from leadline.silence import silent_rules

MODEL = """
name = "m"
[dimensions.fit]
max = 50
[dimensions.engagement]
max = 50

[signals]
opens = { activity = ["email_open", "email_click"], count = "each" }
last = { activity = ["page_view", "email_open"], pick = "last", value = "occurred_at" }

[[rules]]
name = "pages"
dimension = "engagement"
activity = "page_view"
points = 5
[[rules]]
name = "either"
dimension = "engagement"
activity = ["page_view", "meeting"]
points = 5
[[rules]]
name = "opens much"
dimension = "fit"
when = "opens >= 3 AND country = 'PL'"
points = 5
[[rules]]
name = "opens or is there"
dimension = "fit"
when = "opens >= 3 OR country = 'PL'"
points = 5
[[rules]]
name = "opens if known"
dimension = "fit"
when = "COALESCE(opens, 9) >= 3"
points = 5
[[rules]]
name = "by opens"
dimension = "fit"
by = "opens"
points = [[0, 1], [5, 2]]
[[rules]]
name = "seen"
dimension = "fit"
when = "days_since(last) < 5"
points = 5
"""


def found(folder: Path, *off: str) -> dict[str, Finding]:
    (folder / "model.toml").write_text(MODEL, encoding="utf-8")
    model = load_model(folder / "model.toml", GIVEN)
    named = silent_rules(model, GIVEN, frozenset(off))
    return {each.subject.removeprefix("feeds of rule "): each for each in named}


def test_nothing_is_said_where_everything_comes(tmp_path: Path) -> None:
    assert found(tmp_path) == {}


def test_a_rule_of_one_type_can_never_fire_and_one_of_two_fires_for_a_part(tmp_path: Path) -> None:
    said = found(tmp_path, "page_view")
    assert set(said) == {"pages", "either"}
    assert not said["pages"].ok
    assert said["pages"].detail.startswith("can never fire: no source brings page_view now; map ")
    assert said["either"].ok
    assert "for a part only" in said["either"].detail


def test_a_count_with_a_part_missing_is_unknown_where_the_rule_needs_it(tmp_path: Path) -> None:
    said = found(tmp_path, "email_click")
    assert set(said) == {"opens much", "by opens"}
    assert "signal 'opens' is unknown" in said["by opens"].detail
    assert not any(each.ok for each in said.values())


def test_a_pick_is_unknown_only_without_all_its_types(tmp_path: Path) -> None:
    assert "seen" not in found(tmp_path, "page_view")
    assert not found(tmp_path, "page_view", "email_open")["seen"].ok


def test_without_any_activities_every_rule_about_them_is_silent(tmp_path: Path) -> None:
    said = found(tmp_path, "*")
    assert set(said) == {"pages", "either", "opens much", "by opens", "seen"}
    assert not any(each.ok for each in said.values())


@pytest.mark.parametrize(
    ("off", "left"),
    [
        ({"a": {"call", "chat"}, "b": {"call"}}, {"call"}),
        ({"a": {"call"}}, set()),
        ({"a": {"*"}, "b": {"call"}}, {"call"}),
        ({"a": {"*"}, "b": {"*"}}, {"*"}),
    ],
)
def test_a_type_is_off_where_no_source_brings_it(off: dict[str, set[str]], left: set[str]) -> None:
    given = {name: frozenset(types) for name, types in off.items()}
    assert off_in_all(given, ["a", "b"]) == left
