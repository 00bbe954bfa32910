"""A stranger's plugin that does not keep the contract is named, and the other sources sync."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from leadline.host import patience
from tests.e2e.world import CONFIG, DAY, SCORES, World

GOOD = """
from pydantic import BaseModel, ConfigDict
import pyarrow as pa
from leadline.batches import Batch, Capabilities, Finding
from leadline.hookspecs import Connector, hookimpl

class Settings(BaseModel):
    model_config = ConfigDict(extra="forbid")

class Shop:
    def __init__(self, source):
        pass

    @hookimpl
    def check(self):
        return [Finding("shop", True)]

    @hookimpl
    def fetch_contacts(self, since):
        yield Batch(pa.table({"contact_id": ["eve"]}), {"page": 1})

@hookimpl
def register_connectors():
    return [Connector("shop", Settings, Capabilities(), Shop)]
"""
FETCH = '        yield Batch(pa.table({"contact_id": ["eve"]}), {"page": 1})'
BAD = {
    "raises at import": ("import pyarrow as pa", "raise OSError('no licence')", "no licence"),
    "needs a library": ("import pyarrow as pa", "import no_such_library", "no_such_library"),
    "has a misspelt hook": ("def fetch_contacts", "def fetch_contact", "fetch_contacts"),
    "asks for too much": ("(self, since)", "(self, since, until)", "until"),
    "takes a taken name": ('Connector("shop"', 'Connector("csv"', "csv"),
    "accepts any key": ('extra="forbid"', 'extra="allow"', "forbid"),
    "yields no batch": (FETCH, "        yield 7", "an int where a Batch belongs"),
    "never ends": (FETCH, "        while True:\n    " + FETCH, "would never end"),
    "never begins": (FETCH, "        import time; time.sleep(60)\n" + FETCH, "left behind"),
    "leaves the process": (FETCH, "        raise SystemExit(3)\n" + FETCH, "SystemExit"),
}


@pytest.fixture
def shop(world: World) -> World:
    """A second source, from a plugin that is a file."""
    table = '\n[plugins]\nfiles = ["shop.py"]\n\n[sources.shop]\nconnector = "shop"\n'
    world.write("config.toml", CONFIG + table)
    world.write("shop.py", GOOD)
    return world


def scores(path: Path) -> dict[str, str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {row["contact_id"]: row["score"] for row in csv.DictReader(file)}


def test_a_plugin_that_keeps_the_contract_syncs(shop: World) -> None:
    done = shop.run("sync", "--as-of", DAY, "--json")
    assert (done.status, done.document["sources"]["shop"]["contacts"]) == (0, 1), done


@pytest.mark.parametrize("fault", BAD)
def test_a_plugin_that_does_not_is_named_and_the_others_sync(
    shop: World, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if fault == "never begins":
        monkeypatch.setattr(patience, "PATIENCE_SECONDS", 1)
    before, after, says = BAD[fault]
    assert before in GOOD
    shop.write("shop.py", GOOD.replace(before, after, 1))
    done = shop.run("sync", "--as-of", DAY)
    assert "shop" in done.error
    assert says in done.error, done.error
    assert done.status == 1
    assert scores(shop.output) == SCORES


def test_a_plugin_that_nobody_named_is_not_run(world: World) -> None:
    world.write("shop.py", "open('it-ran', 'w').close()")
    assert world.run("sync", "--as-of", DAY).status == 0
    assert not (world.folder / "it-ran").exists()


def test_a_plan_and_a_check_name_it_as_well(shop: World) -> None:
    shop.write("shop.py", "raise OSError('no licence')")
    assert "no licence" in shop.run("plan", "--as-of", DAY).error
    checked = shop.run("check")
    assert (checked.status, "no licence" in checked.out) == (1, True)
    named = shop.run("sync", "shop")
    assert (named.status, "no licence" in named.error) == (2, True)


SCORER = """
from pydantic import BaseModel, ConfigDict
from leadline.hookspecs import Extension, hookimpl

class Settings(BaseModel):
    model_config = ConfigDict(extra="forbid")

class Scorer:
    @hookimpl
    def score(self, model):
        when = "job_title ILIKE 'head of%'"
        return [{"name": "Head", "dimension": "fit", "when": when, "points": 1}]

@hookimpl
def register_extension():
    return Extension(Settings, lambda plugin: Scorer())
"""


@pytest.fixture
def extended(world: World) -> World:
    """A plugin of one's own that is set up from the config."""
    world.write("config.toml", CONFIG + '\n[plugins]\nfiles = ["extra.py"]\n[plugins.extra]\n')
    world.write("extra.py", SCORER.replace("return [{", "return []  # [{"))
    return world


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("lambda plugin: Scorer()", "lambda plugin: 1 / 0"),
        ("class Scorer:", "class Scorer:\n    raise OSError('no licence')"),
    ],
)
def test_a_plugin_that_cannot_be_set_up_is_named_and_the_sync_goes_on(
    extended: World, before: str, after: str
) -> None:
    extended.write("extra.py", SCORER.replace(before, after))
    done = extended.run("sync", "--as-of", DAY)
    assert (done.status, "extra" in done.error) == (1, True), done
    assert scores(extended.output) == SCORES


def test_nothing_is_scored_while_a_plugin_is_away_whose_rules_were_in_every_score(
    extended: World,
) -> None:
    extended.write("extra.py", SCORER)
    assert extended.run("sync", "--as-of", DAY).status == 0
    assert scores(extended.output)["ada"] == "86"
    extended.write("extra.py", SCORER.replace("lambda plugin: Scorer()", "lambda plugin: 1 / 0"))
    away = extended.run("sync", "--as-of", DAY)
    assert (away.status, "its rules are a part of every score" in away.error) == (2, True), away
    assert scores(extended.output)["ada"] == "86"
    extended.write("config.toml", CONFIG)
    assert extended.run("sync", "--as-of", DAY, "--allow-changes").status == 0
    assert scores(extended.output) == SCORES
