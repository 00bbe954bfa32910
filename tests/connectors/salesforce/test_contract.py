"""The Salesforce connector keeps the contract."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import pytest

from leadline.batches import Stream
from leadline.testing import ConnectorContract, Crm
from leadline.testing.bench import Bench, live
from leadline.testing.seeds import START, seed_activities
from leadline_sandbox.salesforce import org

from .org_crm import OrgCrm
from .reading import FOR_EVER


class TestSalesforce(ConnectorContract):
    """Loaded by its entry point, against an org with pages of two rows."""

    plugin: ClassVar[object] = "salesforce"

    @pytest.fixture
    def crm(self) -> Iterator[Crm]:
        """An empty org that answers on this machine, with no more feeds than the contract needs."""
        feeds = {"field_history": False, "shared_activities": False, "enhanced_email": False}
        with org(contacts=0, now=START, page_size=2, session_seconds=FOR_EVER, **feeds) as made:
            yield OrgCrm(made)

    def test_every_activity_is_fetched(self, bench: Bench, crm: Crm) -> None:
        """As the contract has it, but for the address: no activity of Salesforce's has one."""
        names = ("contact_id", "type", "name")
        seeded = seed_activities(crm)
        fetched = live(bench.facts(Stream.ACTIVITIES)).values()
        assert sorted(tuple(fact[n] for n in names) for fact in fetched) == sorted(
            tuple(row[n] for n in names) for row in seeded
        )
