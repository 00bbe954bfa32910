"""People work in a CRM and things go wrong while leadline syncs it: what all CRMs share of that."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any, Protocol

from leadline_sandbox.faults import Fault, Faults
from tests.e2e.world import World

CALL_POINTS, CALLS_LIMIT, HEAD, POLAND = 6, 36, 40, 20
HOT = 46

# The begin of a config that writes all there is to write, to be followed by a source.
CONFIG = """
workspace = "var"
models = ["model.toml"]
time_zone = "UTC"

[write]
stages = "write"
max_changes = { share = 1.0, stages = 1000, first = "allow" }
"""

MODEL = f"""
name = "soak"
[dimensions.fit]
max = 60
[dimensions.engagement]
max = 40

[[rules]]
name = "Head of something"
dimension = "fit"
when = "job_title ILIKE 'head of%'"
points = {HEAD}
[[rules]]
name = "In Poland"
dimension = "fit"
when = "country = 'PL'"
points = {POLAND}
[[rules]]
name = "Called"
dimension = "engagement"
activity = "call"
points = {CALL_POINTS}
limit = {CALLS_LIMIT}

[[temperatures]]
name = "hot"
from = {HOT}
release = {HOT}
stage = "mql"
"""


def worth(title: str, country: str, calls: int) -> int:
    """The score that the model gives."""
    fit = HEAD if title.startswith("Head of") else 0
    fit += POLAND if country == "PL" else 0
    return fit + min(calls * CALL_POINTS, CALLS_LIMIT)


class Hands(Protocol):
    """Sales and marketing: a seeded hand that edits the CRM between two calls."""

    chance: random.Random

    def at_work(self) -> None:
        """Do one thing."""


class Crm(Protocol):
    """A simulated CRM that can be disturbed."""

    faults: Faults


class Busy(Faults):
    """Faults that let the hands work before some of the calls."""

    def __init__(self, faults: Faults, hands: Hands, share: float) -> None:
        super().__init__(faults.kinds, seed=hands.chance.randrange(10**6))
        self._hands, self._share = hands, share

    def strike(self, label: str) -> Fault | None:
        while self._hands.chance.random() < self._share:
            self._hands.at_work()
        return super().strike(label)


def storm(world: World, crm: Crm, hands: Hands, faults: Mapping[str, float]) -> None:
    """Sync three times amid work and trouble. faults: kind → share of the calls that meet it."""
    quiet = crm.faults
    crm.faults = Busy(quiet, hands, share=0.6)
    for _ in range(3):
        for kind, rate in faults.items():
            crm.faults.add(kind, rate=rate, seconds=0.01)
        done = world.run("sync", "--json")
        assert done.status in (0, 1), done
        assert "Traceback" not in done.err
        crm.faults.clear()
    crm.faults = quiet


def lake(world: World) -> dict[str, dict[str, Any]]:
    """The published leads by id."""
    return {
        lead["contact_id"]: lead for lead in world.run("leads", "--json", "--top", "1000").document
    }
