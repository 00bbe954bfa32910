"""The conformance kit: what every connector must keep, as tests that an author inherits.

    pytest_plugins = ["leadline.testing"]          # conftest.py: full assertion messages

    class TestMine(ConnectorContract):             # test_contract.py
        plugin = "mine"

        def make_crm(self, folder: Path) -> Crm:
            return MyCrm(folder)

A connector is tested for what its `Capabilities` declare as full, refuses what they declare as
unsupported, and is skipped, with the reason, where they say "not implemented".
"""

from __future__ import annotations

from leadline.testing.contract import ConnectorContract
from leadline.testing.crm import Crm, Row
from leadline.testing.hostile import HOSTILE_VALUES

__all__ = ["HOSTILE_VALUES", "ConnectorContract", "Crm", "Row"]
