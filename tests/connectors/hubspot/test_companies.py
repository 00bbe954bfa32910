"""Companies: their facts, their changes, and those that are no more."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from leadline.batches import Stream
from leadline_sandbox.hubspot import Hub, portal

from .reading import Reading, brought, held, source_of


@pytest.fixture
def hub() -> Iterator[Hub]:
    with portal(contacts=40, limited=False) as made:
        yield made


@pytest.fixture
def reading(hub: Hub, tmp_path: Path) -> Reading:
    """All companies were read once."""
    made = Reading(source_of(hub, tmp_path, page_size=5, lag_seconds=0), Stream.COMPANIES)
    made.pull()
    return made


def test_every_company_comes_with_its_facts(hub: Hub, reading: Reading) -> None:
    assert brought(reading.live, "companies") == held(hub, "companies")
    record = next(r for r in hub.store.records("companies") if r.value("numberofemployees"))
    assert reading.rows[record.id]["company.employees"] == record.value("numberofemployees")


def test_facts_are_read_from_the_properties_that_the_config_names(hub: Hub, tmp_path: Path) -> None:
    fields = {"company": "domain"}
    made = Reading(source_of(hub, tmp_path, company_fields=fields), Stream.COMPANIES)
    made.pull()
    record = hub.store.records("companies")[0]
    assert made.rows[record.id]["company"] == (record.value("domain") or None)


def test_changed_deleted_merged_and_erased_companies_are_told(hub: Hub, reading: Reading) -> None:
    first, second, third, fourth, fifth, *_ = (r.id for r in hub.store.records("companies"))
    hub.store.update("companies", first, {"name": "Renamed"})
    hub.store.archive("companies", second)
    made = hub.store.merge("companies", third, fourth)
    rows = reading.pull()
    assert rows[first]["company"] == "Renamed"
    assert [rows[one]["deleted"] for one in (second, third, fourth)] == [True] * 3
    assert not rows[made.id]["deleted"]
    hub.store.erase("companies", fifth)
    reading.forget_sweep(days=8)
    reading.pull()
    assert brought(reading.live, "companies") == held(hub, "companies")


def test_companies_bring_nothing_of_contacts(reading: Reading) -> None:
    assert reading.known == {}
    assert {"email", "created_at", "merged_into"}.isdisjoint(next(iter(reading.rows.values())))
