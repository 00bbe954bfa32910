"""A workspace of CSV files with the plugin."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.world import World

CONFIG = """
models = ["model.toml"]

[plugins.quality]
{settings}
[sources.crm]
connector = "csv"
contacts = "contacts.csv"
activities = "activities*.csv"
output = "scores.csv"
"""
MODEL = """
name = "small"
[dimensions.fit]
max = 50
[dimensions.engagement]
max = 40
[[rules]]
name = "Director"
dimension = "fit"
when = "job_title = 'Director'"
points = 30
[[rules]]
name = "Email click"
dimension = "engagement"
activity = "email_click"
points = 2
limit = 20
[[rules]]
name = "Email open"
dimension = "engagement"
activity = "email_open"
points = 1
"""
CONTACTS = """contact_id,email,job_title
jan,jan@mailinator.com,Director
ola,Info@Acme.Example,Director
eva,eva@acme.example,Director
roy,roy@gmail.com,Director
nil,,Director
"""
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
HEAD = "activity_id,contact_id,type,occurred_at,url,campaign,properties"


@dataclass(frozen=True, slots=True)
class Mailing:
    """A workspace to which opens and clicks come in."""

    world: World

    def add(self, name: str, lines: Iterable[str]) -> None:
        """A further file of activities."""
        self.world.write(f"activities-{name}.csv", "\n".join([HEAD, *lines]) + "\n")

    def set(self, settings: str) -> None:
        """Configure the plugin anew."""
        self.world.write("config.toml", CONFIG.format(settings=settings))

    def switch_off(self) -> None:
        self.world.write("config.toml", CONFIG.format(settings="").replace("[plugins.quality]", ""))

    def rows(self, contact: str) -> dict[str, int]:
        """What `explain` says of a contact, rule by rule; the rows add up to its score."""
        document = self.explained(contact)
        rows = {row["rule"]: row["points"] for row in document["rows"]}
        assert sum(rows.values()) == document["score"]
        return rows

    def explained(self, contact: str) -> dict[str, Any]:
        done = self.world.run("explain", contact, "--json")
        assert done.status == 0, done
        document: dict[str, Any] = done.document
        return document


def line(activity: str, contact: str, seconds: float, **said: str) -> str:
    """A click of a contact so many seconds after noon, unless a type is said."""
    at = (NOON + timedelta(seconds=seconds)).isoformat()
    kind, url = said.get("type", "email_click"), said.get("url", "")
    properties = '"' + said.get("properties", "").replace('"', '""') + '"'
    return ",".join([activity, contact, kind, at, url, said.get("campaign", ""), properties])


def burst(contact: str, count: int, of: float = 3.0, begin: float = 0.0) -> Sequence[str]:
    """So many clicks in so many seconds, all on one link."""
    step = of / (count - 1)
    return [
        line(f"{contact}-{n}", contact, begin + n * step, url="https://x") for n in range(count)
    ]


@pytest.fixture
def mailing(tmp_path: Path) -> Mailing:
    world = World(tmp_path)
    world.write("config.toml", CONFIG.format(settings=""))
    world.write("model.toml", MODEL)
    world.write("contacts.csv", CONTACTS)
    world.write("activities-none.csv", HEAD + "\n")
    return Mailing(world)
