"""An empty portal per test, and one that is full for all that only read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from leadline_sandbox.hubspot import Hub, portal

from .door import Door

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.fixture
def hub() -> Iterator[Hub]:
    """An account with nobody in it."""
    with portal(contacts=0, now=NOW) as hub:
        yield hub


@pytest.fixture
def door(hub: Hub) -> Iterator[Door]:
    """A way into the empty account."""
    door = Door(hub)
    yield door
    door.close()


@pytest.fixture(scope="session")
def full_hub() -> Iterator[Hub]:
    """A seeded account; tests only read it."""
    with portal(contacts=300, now=NOW, limited=False) as hub:
        yield hub


@pytest.fixture
def full(full_hub: Hub) -> Iterator[Door]:
    """A way into the seeded account."""
    door = Door(full_hub)
    yield door
    door.close()
