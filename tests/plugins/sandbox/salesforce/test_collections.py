"""Writing up to 200 records in one call, and all that a single one of them can meet."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from leadline_sandbox.salesforce import Org, org

from .asking import ask, codes, patch
from .caller import Caller
from .conftest import NOW

SCORE = "Leadline_Score__c"


def _value(crm: Org, record_id: str, field: str = SCORE, kind: str = "Lead") -> Any:
    return crm.store.live(kind, record_id).value(field)


def test_good_and_bad_rows_are_answered_in_order_without_ids_of_the_bad(
    crm: Org, caller: Caller, lead: str
) -> None:
    gone = crm.store.create("Lead", {"LastName": "Gone", "Company": "T", "Status": "New"}).id
    crm.store.delete("Lead", gone)
    unknown = crm.store.new_id("00Q")
    rows = [{"id": each, SCORE: 71.6} for each in (gone, lead, unknown, "nobody", "")]
    answer = patch(caller, *rows)
    assert answer.status == 200
    assert codes(answer) == [
        "ENTITY_IS_DELETED",
        "",
        "INVALID_CROSS_REFERENCE_KEY",
        "MALFORMED_ID",
        "MISSING_ARGUMENT",
    ]
    assert answer.json[1] == {"id": lead, "success": True, "errors": []}
    assert [row.keys() for row in answer.json].count({"success", "errors"}) == 4
    assert _value(crm, lead) == 72


def test_null_empties_a_field_and_what_is_left_out_stays(
    crm: Org, caller: Caller, lead: str
) -> None:
    patch(caller, {"id": lead, SCORE: 10, "Leadline_Grade__c": "A"})
    patch(caller, {"id": lead, SCORE: None})
    assert _value(crm, lead) is None
    assert _value(crm, lead, "Leadline_Grade__c") == "A"


def test_a_write_moves_both_stamps_and_names_the_integration_user(
    crm: Org, caller: Caller, lead: str
) -> None:
    crm.clock.advance(60)
    patch(caller, {"id": lead, SCORE: 1})
    values = crm.store.live("Lead", lead).values
    assert values["SystemModstamp"] == values["LastModifiedDate"] == "2026-11-22T09:01:00.000Z"
    assert values["LastModifiedById"] == crm.store.user


def test_a_write_without_the_header_gives_the_lead_to_somebody_else(
    crm: Org, caller: Caller, lead: str
) -> None:
    owner = _value(crm, lead, "OwnerId")
    patch(caller, {"id": lead, SCORE: 1})
    assert _value(crm, lead, "OwnerId") == owner
    patch(caller, {"id": lead, SCORE: 2}, headers={"Sforce-Auto-Assign": "TRUE"})
    assert _value(crm, lead, "OwnerId") == crm.store.assigned != owner


def test_a_record_twice_in_a_call_is_refused_twice(crm: Org, caller: Caller, lead: str) -> None:
    answer = patch(caller, {"id": lead, SCORE: 1}, {"id": lead[:15], SCORE: 2})
    assert codes(answer) == ["DUPLICATE_VALUE"] * 2


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("Leadline_Grade__c", "x" * 256, "STRING_TOO_LONG"),
        (SCORE, 1_000_000, "NUMBER_OUTSIDE_VALID_RANGE"),
        ("IsConverted", True, "INVALID_FIELD_FOR_INSERT_UPDATE"),
        ("Fit_Class__c", "A", "INVALID_FIELD_FOR_INSERT_UPDATE"),
        ("LastName", None, "REQUIRED_FIELD_MISSING"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_for_its_row(
    caller: Caller, lead: str, field: str, value: object, code: str
) -> None:
    assert codes(patch(caller, {"id": lead, field: value})) == [code]


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("Leadline_Nope__c", 1, "INVALID_FIELD"),
        (SCORE, "many", "JSON_PARSER_ERROR"),
        (SCORE, float("nan"), "JSON_PARSER_ERROR"),
        ("Leadline_Scored_At__c", "yesterday", "JSON_PARSER_ERROR"),
    ],
)
def test_what_cannot_be_read_refuses_the_whole_call(
    crm: Org, caller: Caller, lead: str, field: str, value: object, code: str
) -> None:
    refused = patch(caller, {"id": lead, field: value})
    assert (refused.status, refused.code) == (400, code)


def test_a_restricted_picklist_takes_its_own_values_alone(crm: Org, caller: Caller) -> None:
    contact = crm.store.create("Contact", {"LastName": "Lind"}).id
    assert codes(patch(caller, {"id": contact, "My_Stage__c": "Nope"}, kind="Contact")) == [
        "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"
    ]
    assert codes(patch(caller, {"id": contact, "My_Stage__c": "Customer"}, kind="Contact")) == [""]


def test_a_converted_lead_refuses_writes_or_loses_them(crm: Org, caller: Caller, lead: str) -> None:
    contact = crm.store.convert(lead)
    refused = patch(caller, {"id": lead, SCORE: 5})
    assert codes(refused) == ["CANNOT_UPDATE_CONVERTED_LEAD"]
    assert refused.json[0]["errors"][0]["message"] == "cannot reference converted lead"
    crm.options.converted_writes = "lost"
    assert codes(patch(caller, {"id": lead, SCORE: 5})) == [""]
    assert _value(crm, contact, kind="Contact") is None


def test_a_validation_rule_looks_at_the_whole_record(crm: Org, caller: Caller, lead: str) -> None:
    crm.store.add_rule("Lead", lambda record: bool(record.value("Email")), "An e-mail, please.")
    refused = patch(caller, {"id": lead, SCORE: 5})
    assert codes(refused) == ["FIELD_CUSTOM_VALIDATION_EXCEPTION"]
    assert refused.json[0]["errors"][0]["message"] == "An e-mail, please."
    assert codes(patch(caller, {"id": lead, SCORE: 5, "Email": "a@post.example"})) == [""]


def test_a_locked_row_is_free_again_later(crm: Org, caller: Caller, lead: str) -> None:
    crm.store.lock_row("Lead", lead, times=2)
    found = [codes(patch(caller, {"id": lead, SCORE: 5})) for _ in range(3)]
    assert found == [["UNABLE_TO_LOCK_ROW"], ["UNABLE_TO_LOCK_ROW"], [""]]


def test_two_children_of_one_account_lock_each_other_in_concurrent_calls(
    crm: Org, caller: Caller
) -> None:
    crm.options.lock_parents, crm.options.slow_seconds = True, 0.15
    account = crm.store.create("Account", {"Name": "T"}).id
    people = [
        crm.store.create("Contact", {"LastName": name, "AccountId": account}).id for name in "ab"
    ]
    found: list[list[str]] = []

    def write(person: str) -> None:
        own = Caller(crm)
        found.append(codes(patch(own, {"id": person, SCORE: 5}, kind="Contact")))
        own.close()

    threads = [threading.Thread(target=write, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [[""], ["UNABLE_TO_LOCK_ROW"]]
    crm.options.slow_seconds = 0
    one_call = patch(caller, *({"id": each, SCORE: 6} for each in people), kind="Contact")
    assert codes(one_call) == ["", ""]


def test_with_triggers_one_bad_row_spoils_all(crm: Org, caller: Caller, lead: str) -> None:
    crm.options.batch_retries = True
    bad = {"id": crm.store.new_id("00Q"), SCORE: 1}
    answer = patch(caller, {"id": lead, SCORE: 1}, bad)
    messages = {row["errors"][0]["message"] for row in answer.json}
    assert messages == {
        "Too many batch retries in the presence of Apex triggers and partial failures."
    }
    assert _value(crm, lead) is None
    assert codes(patch(caller, {"id": lead, SCORE: 1})) == [""]
    assert codes(patch(caller, bad)) == ["INVALID_CROSS_REFERENCE_KEY"]


def test_all_or_none_rolls_the_good_ones_back(crm: Org, caller: Caller, lead: str) -> None:
    bad = {"id": crm.store.new_id("00Q"), SCORE: 1}
    answer = patch(caller, {"id": lead, SCORE: 1}, bad, allOrNone=True)
    assert codes(answer) == ["ALL_OR_NONE_OPERATION_ROLLED_BACK", "INVALID_CROSS_REFERENCE_KEY"]
    assert _value(crm, lead) is None


def test_an_alert_of_duplicates_is_overruled_by_its_header(
    crm: Org, caller: Caller, lead: str
) -> None:
    crm.options.duplicate_alerts = True
    assert codes(patch(caller, {"id": lead, SCORE: 1})) == ["DUPLICATES_DETECTED"]
    allowed = {"Sforce-Duplicate-Rule-Header": "allowSave=true; runAsCurrentUser=true"}
    assert codes(patch(caller, {"id": lead, SCORE: 1}, headers=allowed)) == [""]


def test_a_call_takes_200_records(crm: Org, caller: Caller, lead: str) -> None:
    rows = [{"id": crm.store.new_id("00Q"), SCORE: 1} for _ in range(201)]
    assert patch(caller, *rows).code == "EXCEEDED_MAX_SIZE_REQUEST"
    assert len(codes(patch(caller, *rows[:200]))) == 200


def test_records_are_made_and_deleted_in_one_call(crm: Org, caller: Caller) -> None:
    row = {"attributes": {"type": "Lead"}, "LastName": "Ek", "Company": "T", "Status": "New"}
    made = ask(caller, "POST", "/composite/sobjects", {"records": [row, {**row, "Company": None}]})
    assert codes(made) == ["", "REQUIRED_FIELD_MISSING"]
    record_id = made.json[0]["id"]
    gone = ask(caller, "DELETE", f"/composite/sobjects?ids={record_id},{record_id}")
    assert codes(gone) == ["", "ENTITY_IS_DELETED"]
    assert [call.label for call in crm.journal.calls()] == [
        "collections.create",
        "collections.delete",
    ]


def test_a_person_account_is_written_through_its_account() -> None:
    with org(contacts=0, now=NOW, person_accounts=True) as crm:
        caller = Caller(crm)
        values = {"LastName": "Lind", "IsPersonAccount": True, "PersonEmail": "l@post.example"}
        account = crm.store.create("Account", values)
        contact = str(account.value("PersonContactId"))
        assert _value(crm, contact, "Email", "Contact") == "l@post.example"
        refused = patch(caller, {"id": contact, SCORE: 5}, kind="Contact")
        assert codes(refused) == ["INVALID_FIELD_FOR_INSERT_UPDATE"]
        written = patch(caller, {"id": account.id, "Leadline_Score__pc": 5}, kind="Account")
        assert codes(written) == [""]
        assert _value(crm, contact, kind="Contact") == 5
        caller.close()
