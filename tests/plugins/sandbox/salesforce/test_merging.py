"""Merges and conversions: whose records these are afterwards, and what the stamps tell of it."""

from __future__ import annotations

import pytest

from leadline_sandbox.salesforce import Org, make
from leadline_sandbox.salesforce.problems import Problem

from .conftest import NOW

PERSON = {"LastName": "Ek", "Company": "Tidewater", "Status": "New"}


@pytest.fixture
def crm() -> Org:
    """An org that nobody serves, whose clock stands still."""
    made = make(0, now=NOW)
    made.clock.stop()
    return made


def test_a_merge_leaves_a_note_of_the_winner_and_moves_the_children(crm: Org) -> None:
    store = crm.store
    kept, one, two = (store.create("Lead", PERSON) for _ in range(3))
    store.update("Lead", one.id, {"Title": "Head"})
    task = store.create("Task", {"WhoId": one.id, "Status": "Completed"})
    crm.clock.advance(60)
    store.merge("Lead", kept.id, one.id, two.id)
    assert [each.deleted for each in (kept, one, two)] == [False, True, True]
    assert one.value("MasterRecordId") == two.value("MasterRecordId") == kept.id
    assert one.value("SystemModstamp") == kept.value("SystemModstamp") == "2026-11-22T09:01:00.000Z"
    assert kept.value("Title") == "Head"
    assert (task.value("WhoId"), task.deleted) == (kept.id, False)
    assert task.value("SystemModstamp") == "2026-11-22T09:01:00.000Z"


def test_children_may_move_without_a_stamp(crm: Org) -> None:
    crm.options.merge_moves = False
    kept, lost = (crm.store.create("Contact", {"LastName": name}) for name in "ab")
    task = crm.store.create("Task", {"WhoId": lost.id, "Status": "Completed"})
    crm.clock.advance(60)
    crm.store.merge("Contact", kept.id, lost.id)
    assert task.value("WhoId") == kept.id
    assert task.value("SystemModstamp") == "2026-11-22T09:00:00.000Z"


def test_an_undeleted_loser_is_alone_again_without_its_children(crm: Org) -> None:
    kept, lost = (crm.store.create("Lead", PERSON) for _ in range(2))
    task = crm.store.create("Task", {"WhoId": lost.id, "Status": "Completed"})
    crm.store.merge("Lead", kept.id, lost.id)
    crm.store.undelete("Lead", lost.id)
    assert (lost.deleted, lost.value("MasterRecordId")) == (False, None)
    assert task.value("WhoId") == kept.id


def test_a_merge_takes_three_different_records(crm: Org) -> None:
    people = [crm.store.create("Lead", PERSON).id for _ in range(4)]
    for losers in (people[1:], [], [people[0]]):
        with pytest.raises(Problem, match="merge"):
            crm.store.merge("Lead", people[0], *losers)


def test_person_accounts_merge_with_their_contacts() -> None:
    store = make(0, now=NOW, person_accounts=True).store
    kept, lost = (
        store.create("Account", {"LastName": name, "IsPersonAccount": True}) for name in "ab"
    )
    store.merge("Account", kept.id, lost.id)
    gone = store.records("Contact", deleted=True)
    assert [each.id for each in gone] == [lost.value("PersonContactId")]
    assert gone[0].value("MasterRecordId") == kept.value("PersonContactId")
    assert [each.id for each in store.records("Account")] == [kept.id]


def test_a_conversion_makes_a_contact_and_leaves_the_lead(crm: Org) -> None:
    store = crm.store
    given = {**PERSON, "Email": "ek@post.example", "City": "Oslo", "Leadline_Score__c": 50}
    lead = store.create("Lead", given)
    crm.clock.advance(60)
    contact = store.live("Contact", store.convert(lead.id))
    assert lead.deleted is False
    assert lead.value("IsConverted") is True
    assert lead.value("ConvertedDate") == "2026-11-22"
    assert (lead.value("Status"), lead.value("ConvertedContactId")) == ("Converted", contact.id)
    account = store.live("Account", str(lead.value("ConvertedAccountId")))
    assert (account.value("Name"), contact.value("AccountId")) == ("Tidewater", account.id)
    assert (contact.value("Email"), contact.value("MailingCity")) == ("ek@post.example", "Oslo")
    assert contact.value("Leadline_Score__c") is None
    (role,) = store.records("OpportunityContactRole")
    assert role.value("OpportunityId") == lead.value("ConvertedOpportunityId")
    assert role.value("ContactId") == contact.id
    with pytest.raises(Problem, match="cannot reference converted lead"):
        store.convert(lead.id)


def test_what_hung_on_the_lead_moves_with_a_new_stamp(crm: Org) -> None:
    store = crm.store
    lead = store.create("Lead", PERSON)
    task = store.create("Task", {"WhoId": lead.id, "Status": "Completed"})
    event = store.create(
        "Event", {"WhoId": lead.id, "ActivityDateTime": "2026-11-20T10:00:00.000Z"}
    )
    campaign = store.create("Campaign", {"Name": "Fair"})
    member = store.create(
        "CampaignMember", {"CampaignId": campaign.id, "LeadId": lead.id, "Status": "Sent"}
    )
    crm.clock.advance(60)
    contact = store.convert(lead.id, opportunity=False)
    assert lead.value("ConvertedOpportunityId") is None
    for each in (task, event):
        assert (each.value("WhoId"), each.value("WhatId")) == (
            contact,
            lead.value("ConvertedAccountId"),
        )
        assert each.value("LastModifiedDate") == "2026-11-22T09:01:00.000Z"
    assert (member.value("LeadId"), member.value("ContactId")) == (lead.id, contact)
    assert {row.value("RelationId") for row in store.records("TaskRelation")} == {contact}
    fields = [row.value("Field") for row in store.records("LeadHistory")]
    assert fields == ["created", "Status", "leadConverted"]


def test_a_contact_that_is_there_keeps_what_it_has(crm: Org) -> None:
    store = crm.store
    account = store.create("Account", {"Name": "Harbour"}).id
    contact = store.create("Contact", {"LastName": "Lind", "Title": "Chief", "AccountId": account})
    lead = store.create("Lead", {**PERSON, "Title": "Head", "Phone": "123"})
    assert store.convert(lead.id, contact_id=contact.id) == contact.id
    assert (contact.value("LastName"), contact.value("Title")) == ("Lind", "Chief")
    assert contact.value("Phone") == "123"
    assert lead.value("ConvertedAccountId") == account


def test_a_lead_without_a_company_becomes_a_person_account() -> None:
    store = make(0, now=NOW, person_accounts=True).store
    lead = store.create("Lead", {"LastName": "Ek", "Email": "ek@post.example", "Status": "New"})
    contact = store.live("Contact", store.convert(lead.id, opportunity=False))
    account = store.live("Account", str(contact.value("AccountId")))
    assert contact.value("IsPersonAccount") is True
    assert (account.value("PersonEmail"), account.value("Name")) == ("ek@post.example", "Ek")
