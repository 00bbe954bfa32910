"""`leadline check --fix` on a portal: what is missing is listed, agreed to, and made."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from leadline_sandbox.hubspot import Hub, portal
from tests.e2e.world import World

CONFIG = """
workspace = "var"
models = ["model.toml"]
time_zone = "UTC"

[sources.hub]
connector = "hubspot"
access_token = "{token}"
base_url = "{url}"
"""

MODEL = """
name = "small"
[dimensions.fit]
max = 50
[dimensions.engagement]
max = 50

[[rules]]
name = "Has a title"
dimension = "fit"
when = "job_title IS NOT NULL"
points = 10
[[rules]]
name = "Comes to a webinar"
dimension = "engagement"
activity = "webinar_attend"
points = 10
[[rules]]
name = "Is called"
dimension = "engagement"
activity = "call"
points = 10
"""


@pytest.fixture
def hub() -> Iterator[Hub]:
    with portal(contacts=5, tier="free") as opened:
        yield opened


@pytest.fixture
def world(tmp_path: Path, hub: Hub) -> World:
    made = World(tmp_path)
    made.write("config.toml", CONFIG.format(token=hub.token, url=hub.url))
    made.write("model.toml", MODEL)
    return made


def test_nothing_is_made_without_a_yes(world: World, hub: Hub) -> None:
    told = world.run("check", columns=200)
    assert told.status == 1
    assert "leadline check --fix makes what is missing" in told.out
    refused = world.run("check", "--fix")
    assert refused.status == 2
    assert "leadline check --fix --yes" in refused.err
    assert "to be made: hub: property leadline_score: make a number property" in refused.err
    assert "leadline_score" not in hub.store.schemas["contacts"].properties


def test_fix_makes_what_is_missing_and_tries_again(world: World, hub: Hub) -> None:
    done = world.run("check", "--fix", "--yes", "--json")
    found = {each["subject"]: each for each in done.document}
    assert found["hub: property leadline_score"]["detail"] == "made"
    assert "leadline_score" in found["hub: leadline's own properties"]["detail"]
    assert hub.store.schemas["contacts"].properties["leadline_score"].type == "number"
    again = world.run("check", "--json")
    assert not any(each["fix"] for each in again.document)
    assert hub.token not in done.out + done.err


def test_rules_whose_activities_do_not_come_are_named_before_the_first_sync(world: World) -> None:
    found = {each["subject"]: each for each in world.run("check", "--json").document}
    silent = {subject for subject in found if subject.startswith("feeds of rule")}
    assert silent == {"feeds of rule Comes to a webinar"}
    assert not found["feeds of rule Comes to a webinar"]["ok"]
    assert "no source brings webinar_attend" in found["feeds of rule Comes to a webinar"]["detail"]


def test_the_token_never_shows(world: World, hub: Hub) -> None:
    hub.faults.add("401")
    done = world.run("check")
    assert done.status == 1
    assert hub.token not in done.out + done.err
