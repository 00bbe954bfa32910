"""No test here sleeps: the connector's waits are noted, and its clock moves on by them."""

from __future__ import annotations

import time

import pytest

from leadline_salesforce import quota

pytest.register_assert_rewrite("leadline.testing")


class Waits(list[float]):
    """How long the connector would have slept, sleep by sleep, in seconds."""

    def now(self) -> float:
        """The connector's clock: the real one and all that was not slept."""
        return time.monotonic() + sum(self)


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> Waits:
    """The waits of this test."""
    made = Waits()
    monkeypatch.setattr(quota, "pause", made.append)
    monkeypatch.setattr(quota, "now", made.now)
    return made
