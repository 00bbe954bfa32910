"""No test here sleeps: the connector's waits are noted, and its clock moves on by them."""

from __future__ import annotations

import pytest

from leadline_salesforce import quota
from tests.connectors.waiting import Waits

pytest.register_assert_rewrite("leadline.testing")


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> Waits:
    """The waits of this test."""
    return Waits().install(monkeypatch, quota)
