"""The org's state as tests edit it: ids, stamps, the recycle bin, history, derived fields."""

from __future__ import annotations

import pytest

from leadline_sandbox.salesforce import Org, make
from leadline_sandbox.salesforce.ids import full, is_id
from leadline_sandbox.salesforce.problems import Problem

from .conftest import NOW

PERSON = {"LastName": "Ek", "Company": "T", "Status": "New"}


@pytest.fixture
def crm() -> Org:
    """An org that nobody serves, whose clock stands still."""
    made = make(0, now=NOW)
    made.clock.stop()
    return made


def test_the_suffix_of_an_id_tells_where_its_capitals_are() -> None:
    assert full("00300000003T2PG") == "00300000003T2PGAA0"
    assert full("001D000000IqhSL") == "001D000000IqhSLIAZ"
    assert full("001D000000IqhSLIAZ") == "001D000000IqhSLIAZ"
    assert is_id("001D000000IqhSLIAZ")
    assert not is_id("001D000000IqhSLAAA")
    assert not is_id("nobody")


def test_ids_begin_as_their_kind_does_and_grow(crm: Org) -> None:
    first, second = (crm.store.create("Lead", PERSON).id for _ in range(2))
    assert first.startswith("00Q")
    assert first < second
    found = crm.store.get("Lead", first[:15])
    assert found is not None
    assert found.id == first


def test_an_edit_moves_both_stamps_and_the_platform_only_one(crm: Org) -> None:
    lead = crm.store.create("Lead", PERSON)
    crm.clock.advance(60)
    crm.store.update("Lead", lead.id, {"Title": "Head"}, system=True)
    assert lead.value("LastModifiedDate") == "2026-11-22T09:00:00.000Z"
    assert lead.value("SystemModstamp") == "2026-11-22T09:01:00.000Z"
    crm.store.update("Lead", lead.id, {"Title": "Chief"})
    assert lead.value("LastModifiedDate") == "2026-11-22T09:01:00.000Z"
    back = {"LastModifiedDate": "2020-01-01T00:00:00.000Z"}
    crm.store.update("Lead", lead.id, back)
    assert lead.value("LastModifiedDate") < lead.value("SystemModstamp")


def test_who_reads_keeps_the_values_that_were_there(crm: Org) -> None:
    lead = crm.store.create("Lead", PERSON)
    before = lead.values
    crm.store.update("Lead", lead.id, {"Title": "Head"})
    assert "Title" not in before
    assert lead.value("Title") == "Head"


def test_a_field_that_there_is_not_is_refused(crm: Org) -> None:
    with pytest.raises(Problem, match="No such column 'Tittle'"):
        crm.store.create("Lead", {**PERSON, "Tittle": "Head"})


def test_a_deletion_takes_along_what_belongs_and_brings_it_back(crm: Org) -> None:
    store = crm.store
    lead = store.create("Lead", PERSON)
    task = store.create("Task", {"WhoId": lead.id, "Status": "Completed"})
    campaign = store.create("Campaign", {"Name": "Fair"})
    member = {"CampaignId": campaign.id, "LeadId": lead.id, "Status": "Responded"}
    joined = store.create("CampaignMember", member)
    crm.clock.advance(60)
    store.delete("Lead", lead.id)
    assert [each.deleted for each in (lead, task, joined, campaign)] == [True, True, True, False]
    assert lead.value("SystemModstamp") == "2026-11-22T09:01:00.000Z"
    assert store.records("Lead") == []
    assert store.records("Lead", deleted=True) == [lead]
    store.undelete("Lead", lead.id)
    assert not any(each.deleted for each in (lead, task, joined))


def test_the_bin_is_emptied_after_15_days_and_by_hand(crm: Org) -> None:
    store = crm.store
    first, second = (store.create("Lead", PERSON).id for _ in range(2))
    store.delete("Lead", first)
    store.delete("Lead", second)
    store.purge("Lead", first)
    assert store.get("Lead", first) is None
    crm.clock.advance(14 * 86_400)
    assert store.get("Lead", second) is not None
    crm.clock.advance(2 * 86_400)
    assert store.get("Lead", second) is None


def test_changes_of_tracked_fields_leave_history(crm: Org) -> None:
    lead = crm.store.create("Lead", PERSON)
    crm.clock.advance(60)
    crm.store.update("Lead", lead.id, {"Status": "Working", "Title": "Head"})
    rows = [
        (row.value("Field"), row.value("OldValue"), row.value("NewValue"))
        for row in crm.store.records("LeadHistory")
    ]
    assert rows == [("created", None, None), ("Status", "New", "Working")]
    assert crm.store.records("LeadHistory")[1].value("CreatedDate") == "2026-11-22T09:01:00.000Z"


def test_a_deals_stages_leave_history(crm: Org) -> None:
    values = {"Name": "New business", "StageName": "Proposal", "CloseDate": "2026-12-01"}
    deal = crm.store.create("Opportunity", values)
    crm.store.update("Opportunity", deal.id, {"StageName": "Closed Won"})
    assert (deal.value("IsClosed"), deal.value("IsWon")) == (True, True)
    stages = [row.value("StageName") for row in crm.store.records("OpportunityHistory")]
    assert stages == ["Proposal", "Closed Won"]


def test_a_closed_task_moves_the_stamp_of_its_person(crm: Org) -> None:
    store = crm.store
    lead = store.create("Lead", PERSON)
    crm.clock.advance(60)
    due = {"WhoId": lead.id, "ActivityDate": "2026-11-22", "Status": "Not Started"}
    task = store.create("Task", due)
    assert lead.value("SystemModstamp") == "2026-11-22T09:00:00.000Z"
    assert task.value("CompletedDateTime") is None
    store.update("Task", task.id, {"Status": "Completed"})
    assert task.value("CompletedDateTime") == "2026-11-22T09:01:00.000Z"
    assert lead.value("LastActivityDate") == "2026-11-22"
    assert lead.value("SystemModstamp") == "2026-11-22T09:01:00.000Z"
    assert lead.value("LastModifiedDate") == "2026-11-22T09:00:00.000Z"
    (relation,) = store.records("TaskRelation")
    assert (relation.value("TaskId"), relation.value("RelationId")) == (task.id, lead.id)


def test_an_event_knows_when_it_ends(crm: Org) -> None:
    timed = crm.store.create(
        "Event", {"ActivityDateTime": "2026-11-22T23:30:00.000Z", "DurationInMinutes": 60}
    )
    assert timed.value("EndDateTime") == "2026-11-23T00:30:00.000Z"
    assert (timed.value("ActivityDate"), timed.value("EndDate")) == ("2026-11-22", "2026-11-23")
    whole = crm.store.create("Event", {"IsAllDayEvent": True, "ActivityDate": "2026-11-22"})
    assert (whole.value("StartDateTime"), whole.value("EndDate")) == (None, "2026-11-22")


def test_a_member_has_responded_by_the_word_of_its_status(crm: Org) -> None:
    lead = crm.store.create("Lead", PERSON)
    campaign = crm.store.create("Campaign", {"Name": "Fair"})
    member = crm.store.create(
        "CampaignMember", {"CampaignId": campaign.id, "LeadId": lead.id, "Status": "Sent"}
    )
    assert (member.value("HasResponded"), member.value("FirstRespondedDate")) == (False, None)
    crm.store.update("CampaignMember", member.id, {"Status": "Attended"})
    assert member.value("HasResponded") is True
    assert member.value("FirstRespondedDate") == "2026-11-22"
