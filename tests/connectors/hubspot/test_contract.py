"""The HubSpot connector keeps the contract."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import pytest

from leadline.testing import ConnectorContract, Crm
from leadline_sandbox.hubspot import portal

from .hub_crm import HubCrm


class TestHubSpot(ConnectorContract):
    """Loaded by its entry point, against a portal of the highest tier."""

    plugin: ClassVar[object] = "hubspot"

    @pytest.fixture
    def crm(self) -> Iterator[Crm]:
        """An empty portal that answers on this machine."""
        with portal(contacts=0, limited=False) as hub:
            yield HubCrm(hub)
