"""No test of a connector sleeps: its waits are noted or skipped, and its clock moves on by them."""

from __future__ import annotations

import time
from types import ModuleType
from typing import Self

import pytest


class Waits(list[float]):
    """How long the connector would have slept, sleep by sleep, in seconds."""

    def install(self, patch: pytest.MonkeyPatch, limits: ModuleType) -> Self:
        """Stand in for the `now` and the `pause` of the connector's limits."""
        patch.setattr(limits, "pause", self.append)
        patch.setattr(limits, "now", self.now)
        return self

    def now(self) -> float:
        """The connector's clock: the real one and all that was not slept."""
        return time.monotonic() + sum(self)


class FastClock:
    """Time that passes only while somebody waits: a wait of a minute takes none."""

    def __init__(self) -> None:
        self.now = 0.0

    def install(self, patch: pytest.MonkeyPatch, limits: ModuleType) -> Self:
        """Stand in for the `now` and the `pause` of the connector's limits."""
        patch.setattr(limits, "now", lambda: self.now)
        patch.setattr(limits, "pause", self.pause)
        return self

    def pause(self, seconds: float) -> None:
        self.now += seconds
