"""Accounts: the facts about the companies that contacts belong to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from leadline.batches import Stream
from leadline_sandbox.salesforce import Org, org

from .reading import DAY, FOR_EVER, MINUTE, Reading, source_of


@pytest.fixture
def crm() -> Iterator[Org]:
    with org(contacts=30, activities_per_contact=0, session_seconds=FOR_EVER) as made:
        yield made


@pytest.fixture
def reading(crm: Org, tmp_path: Path) -> Reading:
    return Reading(source_of(crm, tmp_path), Stream.COMPANIES)


def test_each_account_comes_with_its_facts(crm: Org, reading: Reading) -> None:
    account = crm.store.records("Account")[0]
    crm.store.update("Account", account.id, {"NumberOfEmployees": 1200})
    reading.pull()
    assert reading.live.keys() == {record.id for record in crm.store.records("Account")}
    row = reading.rows[account.id]
    assert (row["company"], row["company.employees"]) == (account.values["Name"], "1200")
    assert reading.known == {}


def test_the_contacts_companies_are_among_them(crm: Org, tmp_path: Path, reading: Reading) -> None:
    people = Reading(source_of(crm, tmp_path))
    people.pull()
    reading.pull()
    named = {row.get("company_id") for row in people.rows.values()} - {None}
    assert named
    assert named <= reading.rows.keys()


def test_changes_merges_and_deletions_are_found(crm: Org, reading: Reading) -> None:
    reading.pull()
    first, second, third, purged = (record.id for record in crm.store.records("Account")[:4])
    crm.clock.advance(30 * MINUTE)
    crm.store.update("Account", first, {"Name": "Renamed"})
    crm.store.merge("Account", first, second)
    crm.store.delete("Account", third)
    crm.clock.advance(2 * MINUTE)
    found = reading.pull()
    assert {key: row["deleted"] for key, row in found.items()} == {
        first: False,
        second: True,
        third: True,
    }
    assert found[first]["company"] == "Renamed"
    crm.store.purge("Account", purged)
    crm.clock.advance(8 * DAY)
    assert reading.pull()[purged]["deleted"]


def test_the_account_of_a_person_is_no_company(tmp_path: Path) -> None:
    with org(contacts=30, activities_per_contact=0, person_accounts=True) as crm:
        reading = Reading(source_of(crm, tmp_path), Stream.COMPANIES)
        reading.pull()
        companies = [r for r in crm.store.records("Account") if not r.values.get("IsPersonAccount")]
        assert len(companies) < len(crm.store.records("Account"))
        assert reading.rows.keys() == {record.id for record in companies}
