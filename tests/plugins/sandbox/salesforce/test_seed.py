"""The seeded org: the demo's funnel, the same for the same seed, quick to make."""

from __future__ import annotations

import json
import time

import pytest

from leadline_sandbox.salesforce import Org, make
from leadline_sandbox.salesforce.values import read_value

from .conftest import NOW


@pytest.fixture(scope="module")
def filled() -> Org:
    """300 people with person accounts; tests only read it."""
    return make(300, now=NOW, person_accounts=True)


def _everything(crm: Org) -> str:
    return json.dumps([[k, [r.values for r in crm.store.records(k)]] for k in crm.store.schema])


def test_the_same_seed_makes_the_same_org() -> None:
    first, again, other = (make(60, seed, now=NOW) for seed in (7, 7, 8))
    assert _everything(first) == _everything(again)
    assert _everything(first) != _everything(other)


def test_six_of_ten_are_leads_and_some_contacts_were(filled: Org) -> None:
    leads, contacts = filled.store.records("Lead"), filled.store.records("Contact")
    converted = [lead for lead in leads if lead.value("IsConverted")]
    assert len(leads) - len(converted) + len(contacts) == 300
    assert 0.5 < (len(leads) - len(converted)) / 300 < 0.65
    assert len(converted) >= 20
    for lead in converted:
        contact = filled.store.live("Contact", str(lead.value("ConvertedContactId")))
        assert contact.value("Name") == lead.value("Name")


def test_there_is_something_of_everything(filled: Org) -> None:
    store = filled.store
    kinds = set(store.schema) - {
        "ContactHistory",
        "PermissionSet",
        "PermissionSetAssignment",
        "FieldPermissions",
    }
    for kind in kinds:
        assert store.records(kind), kind
    tasks, events = store.records("Task"), store.records("Event")
    assert {task.value("TaskSubtype") for task in tasks} == {"Task", "Call", "Email"}
    assert {task.value("IsClosed") for task in tasks} == {True, False}
    assert {task.archived for task in tasks} == {True, False}
    assert {event.value("IsChild") for event in events} == {True, False}
    assert {deal.value("IsWon") for deal in store.records("Opportunity")} == {True, False}
    assert {each.value("Incoming") for each in store.records("EmailMessage")} == {True, False}
    assert any(each.value("FirstOpenedDate") for each in store.records("EmailMessage"))
    assert any(each.value("IsPersonAccount") for each in store.records("Account"))


def test_every_reference_leads_to_a_record(filled: Org) -> None:
    store = filled.store
    for kind in store.schema.values():
        references = [field for field in kind.fields.values() if field.reference_to]
        for record in store.records(kind.name):
            for field in references:
                found = record.value(field.name)
                targets = [each for each in field.reference_to if each in store.schema]
                there = any(store.get(each, found) for each in targets) if found else True
                assert there, (kind.name, field.name, found)


def test_every_value_has_a_field_that_would_take_it(filled: Org) -> None:
    for kind in filled.store.schema.values():
        for record in filled.store.records(kind.name):
            unknown = record.values.keys() - kind.fields.keys()
            assert not unknown, (kind.name, unknown)
            for name, value in record.values.items():
                if value is not None:
                    assert read_value(kind.fields[name], value) == value, (kind.name, name)


def test_5000_people_with_all_they_did_take_seconds() -> None:
    began = time.process_time()
    crm = make(5_000, now=NOW)
    assert len(crm.store.records("Contact")) > 1_500
    assert time.process_time() - began < 4
