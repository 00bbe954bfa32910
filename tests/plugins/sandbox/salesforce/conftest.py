"""An org without people, and a way into it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from leadline_sandbox.salesforce import Org, org

from .caller import Caller

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.fixture
def crm() -> Iterator[Org]:
    """An org with nobody in it, whose clock stands still."""
    with org(contacts=0, now=NOW) as crm:
        crm.clock.stop()
        yield crm


@pytest.fixture
def caller(crm: Org) -> Iterator[Caller]:
    """A way into it."""
    caller = Caller(crm)
    yield caller
    caller.close()


@pytest.fixture
def lead(crm: Org) -> str:
    """The id of somebody in it."""
    values = {"LastName": "Nowak", "Company": "Tidewater", "Status": "New"}
    return crm.store.create("Lead", values).id
