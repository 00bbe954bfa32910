"""Leads and contacts as one stream: what there is, what changed, what is gone, and by which way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from leadline.errors import SourceError
from leadline.testing.hostile import HOSTILE_VALUES
from leadline.vocabulary import FieldType
from leadline_salesforce.api import Refused
from leadline_sandbox.salesforce import Org, org
from leadline_sandbox.salesforce.ids import made_id
from tests.connectors.pulling import Row

from .reading import DAY, FOR_EVER, MINUTE, WANTED, Reading, brought, held, source_of


@pytest.fixture
def crm() -> Iterator[Org]:
    with org(contacts=30, activities_per_contact=0, session_seconds=FOR_EVER) as made:
        yield made


@pytest.fixture
def reading(crm: Org, tmp_path: Path) -> Reading:
    return Reading(source_of(crm, tmp_path))


def _by_bulk(crm: Org, folder: Path, **settings: Any) -> Reading:
    return Reading(source_of(crm, folder, bulk_above=0, **settings))


def _lead(crm: Org, place: int = 0) -> str:
    open_leads = [r for r in crm.store.records("Lead") if not r.values.get("IsConverted")]
    return open_leads[place].id


def _contact(crm: Org, place: int = 0) -> str:
    return crm.store.records("Contact")[place].id


def _held(crm: Org, kind: str, record_id: str) -> Mapping[str, Any]:
    record = crm.store.get(kind, record_id)
    assert record is not None
    return record.values


def _later(crm: Org, seconds: float = 2 * MINUTE) -> None:
    crm.clock.advance(seconds)


# --- the first pull


@pytest.mark.parametrize("bulk_above", [0, 2000])
def test_a_first_pull_brings_leads_and_contacts_as_they_are(
    crm: Org, tmp_path: Path, bulk_above: int
) -> None:
    reading = Reading(source_of(crm, tmp_path, bulk_above=bulk_above))
    reading.pull()
    assert brought(reading.live) == held(crm)
    lead, contact = _lead(crm), _contact(crm)
    assert reading.rows[lead]["company"] == _held(crm, "Lead", lead)["Company"]
    assert reading.rows[lead]["lifecycle_stage"] is not None
    assert reading.rows[contact]["company_id"] == _held(crm, "Contact", contact)["AccountId"]


def test_both_ways_bring_the_very_same_rows(crm: Org, tmp_path: Path) -> None:
    hostile = [text.replace("\0", "") for text in HOSTILE_VALUES.values()]
    for place, text in enumerate(hostile):
        values = {"LastName": str(place), "Company": text, "Status": "New"}
        crm.store.create("Lead", values, id=made_id("00Q", 5_000 + place))
    crm.store.update("Lead", _lead(crm), {"Leadline_Score__c": 71, "NumberOfEmployees": 1200})
    rest, bulk = Reading(source_of(crm, tmp_path / "rest")), _by_bulk(crm, tmp_path / "bulk")
    rest.pull()
    bulk.pull()
    assert rest.rows == bulk.rows
    assert rest.known == bulk.known
    for place, text in enumerate(hostile):
        assert bulk.rows[made_id("00Q", 5_000 + place)]["company"] == text
    assert crm.journal.count("query") > 0 < crm.journal.count("bulk.query.create")


def test_a_first_load_by_bulk_takes_the_fewest_calls(crm: Org, tmp_path: Path) -> None:
    reading = _by_bulk(crm, tmp_path)
    reading.pull()
    # One that counts and describes; then a job, a look and a page for each of two objects.
    assert reading.calls == crm.journal.count() == 1 + 2 * 3


def test_a_first_load_by_rest_takes_the_fewest_calls(crm: Org, reading: Reading) -> None:
    reading.pull()
    assert reading.calls == crm.journal.count() == 1 + 2


def test_a_pull_of_changes_takes_one_call_for_each_object(crm: Org, reading: Reading) -> None:
    """And one that describes them both."""
    reading.pull()
    before = reading.calls
    _later(crm)
    crm.store.update("Lead", _lead(crm), {"Title": "CTO"})
    _later(crm)
    reading.pull()
    assert reading.calls - before == 1 + 2


def test_many_changes_are_read_by_bulk(crm: Org, tmp_path: Path) -> None:
    reading = Reading(source_of(crm, tmp_path, bulk_above=10))
    reading.pull()
    crm.journal.clear()
    crm.options.page_size = 5
    _later(crm)
    for record in crm.store.records("Contact"):
        crm.store.update("Contact", record.id, {"Title": "CTO"})
    _later(crm)
    reading.pull()
    jobs = crm.journal.calls("bulk.query.create")
    assert len(jobs) <= 1 + 1
    assert all(call.json["operation"] == "queryAll" for call in jobs)
    assert brought(reading.live) == held(crm)


def test_an_org_without_bulk_is_read_all_the_same(crm: Org, tmp_path: Path) -> None:
    crm.faults.add("403-disabled", "bulk.query.create")
    reading = _by_bulk(crm, tmp_path)
    reading.pull()
    crm.store.purge("Lead", _lead(crm))
    _later(crm, 8 * DAY)
    reading.pull()
    assert brought(reading.live) == held(crm)


def test_a_query_that_is_too_slow_where_there_is_no_bulk_is_refused(
    crm: Org, tmp_path: Path
) -> None:
    crm.faults.add("403-disabled", "bulk.query.create")
    crm.faults.add("query-timeout", "query")
    with pytest.raises(Refused, match="QUERY_TIMEOUT"):
        Reading(source_of(crm, tmp_path)).pull()


def test_a_query_that_is_too_slow_is_left_to_bulk(crm: Org, reading: Reading) -> None:
    crm.faults.add("query-timeout", "query", times=6)
    reading.pull()
    assert brought(reading.live) == held(crm)
    assert crm.journal.count("bulk.query.create") == 1


# --- changes


def test_a_change_is_found_and_an_unchanged_record_is_not_brought_for_ever(
    crm: Org, reading: Reading
) -> None:
    reading.pull()
    _later(crm, 30 * MINUTE)
    crm.store.update("Lead", _lead(crm), {"Title": "CTO"})
    _later(crm)
    found = reading.pull()
    assert found.keys() == {_lead(crm)}
    assert found[_lead(crm)]["job_title"] == "CTO"


def test_the_newest_seconds_are_left_to_the_next_pull(crm: Org, reading: Reading) -> None:
    reading.pull()
    _later(crm, 30 * MINUTE)
    crm.store.update("Lead", _lead(crm), {"Title": "CTO"})
    assert reading.pull() == {}
    _later(crm, MINUTE)
    assert reading.pull().keys() == {_lead(crm)}


def test_a_transaction_that_becomes_visible_late_is_found(crm: Org, reading: Reading) -> None:
    reading.pull()
    crm.options.commit_lag_seconds = 5 * MINUTE
    crm.store.update("Contact", _contact(crm), {"Title": "Late"})
    for _ in range(8):
        _later(crm, MINUTE)
        reading.pull()
    assert reading.rows[_contact(crm)]["job_title"] == "Late"


def test_three_thousand_records_of_one_second_are_all_found(tmp_path: Path) -> None:
    with org(contacts=0, page_size=500, session_seconds=FOR_EVER) as crm:
        reading = Reading(source_of(crm, tmp_path, bulk_above=100_000))
        reading.pull()
        _later(crm)
        at = crm.clock.now()
        for number in range(3_000):
            values = {"LastName": f"P{number}", "Company": "C", "Status": "New"}
            crm.store.create("Lead", values, created=at, modified=at)
        _later(crm)
        assert len(reading.pull()) == 3_000
        assert crm.journal.count("query.more") == 5


def test_a_system_change_is_read_again_and_is_the_same_row(crm: Org, reading: Reading) -> None:
    reading.pull()
    before: Row = dict(reading.rows[_lead(crm)])
    _later(crm, 30 * MINUTE)
    crm.store.update("Lead", _lead(crm), {"LastActivityDate": "2026-01-01"}, system=True)
    _later(crm)
    after = reading.pull()[_lead(crm)]
    assert {**after, "updated_at": ""} == {**before, "updated_at": ""}


def test_a_score_of_ours_comes_back_as_known_and_changes_no_fact(
    crm: Org, reading: Reading
) -> None:
    reading.pull()
    before: Row = dict(reading.rows[_lead(crm)])
    _later(crm, 30 * MINUTE)
    crm.store.update("Lead", _lead(crm), {"Leadline_Score__c": 71, "Leadline_Grade__c": "A1"})
    _later(crm)
    after = reading.pull()[_lead(crm)]
    assert {**after, "updated_at": ""} == {**before, "updated_at": ""}
    known = reading.known[_lead(crm)]
    assert (known["score"], known["grade"], known["fit"]) == (71, "A1", None)


# --- deletions, merges, conversions


def test_a_deleted_record_is_gone_and_an_undeleted_one_is_back(crm: Org, reading: Reading) -> None:
    reading.pull()
    lead = _lead(crm)
    crm.store.delete("Lead", lead)
    _later(crm)
    assert (reading.pull()[lead]["deleted"], lead in reading.live) == (True, False)
    crm.store.undelete("Lead", lead)
    _later(crm)
    reading.pull()
    assert brought(reading.live) == held(crm)


@pytest.mark.parametrize("kind", ["Lead", "Contact"])
def test_a_merged_record_names_its_master_through_a_chain(
    crm: Org, reading: Reading, kind: str
) -> None:
    reading.pull()
    first, second, third = (
        r.id for r in [r for r in crm.store.records(kind) if not r.values.get("IsConverted")][:3]
    )
    crm.store.merge(kind, second, first)
    crm.store.merge(kind, third, second)
    _later(crm)
    reading.pull()
    assert [reading.rows[each]["merged_into"] for each in (first, second, third)] == [
        second,
        third,
        None,
    ]
    assert brought(reading.live) == held(crm)


def test_a_converted_lead_is_a_part_of_its_contact(crm: Org, reading: Reading) -> None:
    reading.pull()
    lead = _lead(crm)
    crm.store.update("Lead", lead, {"Leadline_Score__c": 50})
    contact = crm.store.convert(lead)
    _later(crm)
    reading.known.clear()
    reading.pull()
    assert reading.rows[lead]["merged_into"] == contact
    assert contact in reading.live
    assert lead not in reading.known
    assert reading.known[contact]["score"] is None


def test_a_record_that_left_the_bin_is_noticed_by_a_sweep(crm: Org, reading: Reading) -> None:
    reading.pull()
    lead, contact = _lead(crm), _contact(crm)
    crm.store.purge("Lead", lead)
    crm.store.purge("Contact", contact)
    _later(crm, DAY)
    reading.pull()
    assert lead in reading.live
    _later(crm, 7 * DAY)
    swept = reading.pull()
    assert {lead, contact} <= {key for key, row in swept.items() if row["deleted"]}
    assert brought(reading.live) == held(crm)


def test_a_pull_after_the_bin_was_emptied_sweeps_at_once(crm: Org, tmp_path: Path) -> None:
    reading = Reading(source_of(crm, tmp_path, full_sweep_days=365))
    reading.pull()
    lead = _lead(crm)
    crm.store.delete("Lead", lead)
    crm.store.purge("Lead", lead)
    _later(crm, 15 * DAY)
    assert reading.pull()[lead]["deleted"]


def test_a_sweep_does_not_forget_what_a_record_went_into(crm: Org, reading: Reading) -> None:
    reading.pull()
    lead, other, winner = _lead(crm), _lead(crm, 1), _lead(crm, 2)
    contact = crm.store.convert(lead)
    crm.store.merge("Lead", winner, other)
    _later(crm)
    reading.pull()
    for _ in range(2):
        _later(crm, 8 * DAY)
        reading.pull()
    assert crm.store.get("Lead", other) is None  # the bin has emptied itself
    crm.store.purge("Lead", lead)
    _later(crm, 8 * DAY)
    reading.pull()
    assert reading.rows[lead]["merged_into"] == contact
    assert reading.rows[other]["merged_into"] == winner


def test_a_whole_pull_once_more_tells_what_is_gone(crm: Org, reading: Reading) -> None:
    reading.pull()
    purged, deleted = _lead(crm), _lead(crm, 1)
    crm.store.purge("Lead", purged)
    crm.store.delete("Lead", deleted)
    _later(crm)
    reading.checkpoint = None
    reading.pull()
    assert brought(reading.live) == held(crm)


def test_a_sweep_by_bulk_is_the_same(crm: Org, tmp_path: Path) -> None:
    reading = _by_bulk(crm, tmp_path)
    reading.pull()
    lead = _lead(crm)
    crm.store.purge("Lead", lead)
    _later(crm, 8 * DAY)
    assert reading.pull()[lead]["deleted"]
    assert brought(reading.live) == held(crm)


# --- broken off


@pytest.mark.parametrize("bulk_above", [0, 2000])
@pytest.mark.parametrize("lost", [False, True])
def test_a_pull_that_is_broken_off_anywhere_goes_on_and_loses_nothing(
    crm: Org, tmp_path: Path, bulk_above: int, lost: bool
) -> None:
    crm.options.page_size = crm.options.bulk_page = 7
    for stop in range(1, 7):
        reading = Reading(source_of(crm, tmp_path / str(stop), bulk_above=bulk_above))
        reading.pull(only=stop)
        if lost:
            crm.clock.advance(3 * DAY)  # open queries end after two
            crm.queries.by_id.clear()
        reading.pull()
        assert brought(reading.live) == held(crm)


def test_pages_that_are_forgotten_in_mid_pull_are_read_anew(crm: Org, reading: Reading) -> None:
    crm.options.page_size = 6
    crm.faults.once("bad-locator", "query.more", after=1)
    reading.pull()
    assert brought(reading.live) == held(crm)


def test_changes_during_a_first_pull_are_in_the_next(crm: Org, reading: Reading) -> None:
    crm.options.page_size = 6

    def change(number: int) -> None:
        _later(crm, MINUTE)
        crm.store.update("Lead", _lead(crm), {"Title": f"Title {number}"})
        crm.store.create("Contact", {"LastName": f"New {number}"})

    reading.pull(between=change)
    _later(crm, 10 * MINUTE)
    reading.pull()
    assert brought(reading.live) == held(crm)


def test_a_pull_that_goes_on_without_a_right_skips_nothing_else(crm: Org, reading: Reading) -> None:
    crm.options.page_size = 7
    while reading.checkpoint is None or reading.checkpoint["place"] == 0:
        reading.pull(only=1)
    crm.store.hide("Lead")
    reading.pull()
    assert reading.live.keys() >= {record.id for record in crm.store.records("Contact")}


# --- fields


def test_a_hidden_field_is_left_out_and_the_rest_comes(
    crm: Org, reading: Reading, caplog: pytest.LogCaptureFixture
) -> None:
    crm.store.hide("Lead", "Title")
    crm.store.hide("Contact", "Leadline_Score__c")
    reading.pull()
    assert reading.live.keys() == held(crm).keys()
    assert reading.rows[_lead(crm)].get("job_title") is None
    assert reading.rows[_lead(crm)]["first_name"] is not None
    assert "no field Lead.Title" in caplog.text


def test_a_user_who_sees_no_leads_reads_the_contacts(crm: Org, reading: Reading) -> None:
    crm.store.hide("Lead")
    reading.pull()
    assert reading.live.keys() == {record.id for record in crm.store.records("Contact")}


def test_a_user_who_sees_leads_no_more_has_not_deleted_them(crm: Org, reading: Reading) -> None:
    reading.pull()
    before = reading.live.keys()
    crm.store.hide("Lead")
    _later(crm, 8 * DAY)
    reading.pull()
    assert reading.live.keys() == before
    crm.store.purge("Lead", _lead(crm))
    crm.store.show("Lead")
    _later(crm, 8 * DAY)
    reading.pull()
    assert brought(reading.live) == held(crm)


def test_a_user_who_sees_neither_is_told(crm: Org, reading: Reading) -> None:
    crm.store.hide("Lead")
    crm.store.hide("Contact")
    with pytest.raises(SourceError, match="may not read Lead or Contact"):
        reading.pull()


def test_a_mapping_may_name_a_field_of_each_object(crm: Org, tmp_path: Path) -> None:
    fields = {
        "job_title": "Lead.Seniority__c, Contact.Department",
        "first_name": "lastname",
        "lifecycle_stage": "Contact.My_Stage__c",
        "company": "Address",  # a compound field, which Bulk cannot read
    }
    crm.store.update("Lead", _lead(crm), {"Seniority__c": "vp"})
    values = {"Department": "Sales", "My_Stage__c": "Prospect"}
    crm.store.update("Contact", _contact(crm), values)
    reading = Reading(source_of(crm, tmp_path, fields=fields))
    reading.pull()
    lead, contact = reading.rows[_lead(crm)], reading.rows[_contact(crm)]
    assert (lead["job_title"], contact["job_title"]) == ("vp", "Sales")
    assert (lead.get("lifecycle_stage"), contact["lifecycle_stage"]) == (None, "Prospect")
    assert lead["first_name"] == _held(crm, "Lead", _lead(crm))["LastName"]


def test_a_person_account_is_the_contact_of_its_person(tmp_path: Path) -> None:
    with org(contacts=30, activities_per_contact=0, person_accounts=True) as crm:
        wanted = {**WANTED, "consumer": FieldType.BOOLEAN}
        reading = Reading(source_of(crm, tmp_path, wanted=wanted))
        reading.pull()
        people = [r for r in crm.store.records("Contact") if r.values.get("IsPersonAccount")]
        assert people
        for person in people:
            row = reading.rows[person.id]
            assert (row["company_id"], row["consumer"]) == (None, "true")
