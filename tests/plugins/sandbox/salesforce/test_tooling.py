"""Fields made through the Tooling API are seen by nobody until a permission set grants them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from leadline_sandbox.salesforce import Org, org

from .caller import Answer, Caller

_SCORE = {"label": "Score", "type": "Number", "precision": 9, "scale": 0}


@pytest.fixture
def crm() -> Iterator[Org]:
    """An org without leadline's own fields."""
    with org(contacts=4, provisioned=False, person_accounts=True) as crm:
        yield crm


def _make(caller: Caller, name: str, metadata: Any = _SCORE) -> Answer:
    body = {"FullName": name, "Metadata": metadata}
    return caller.call("POST", "/tooling/sobjects/CustomField", body)


def _grant(caller: Caller, kind: str, field: str, edit: bool = True) -> None:
    made = caller.call("POST", "/sobjects/PermissionSet", {"Name": f"Set{edit}", "Label": "Set"})
    parent = made.json["id"]
    rights = {"PermissionsRead": True, "PermissionsEdit": edit}
    granted = {"ParentId": parent, "SobjectType": kind, "Field": f"{kind}.{field}"}
    assert caller.call("POST", "/sobjects/FieldPermissions", granted | rights).status == 201
    assigned = {"AssigneeId": caller.crm.store.user, "PermissionSetId": parent}
    assert caller.call("POST", "/sobjects/PermissionSetAssignment", assigned).status == 201


def _described(caller: Caller, kind: str, name: str) -> dict[str, Any] | None:
    fields = caller.call("GET", f"/sobjects/{kind}/describe").json["fields"]
    return next((each for each in fields if each["name"] == name), None)


def test_a_made_field_is_seen_once_it_is_granted_to_the_user(crm: Org, caller: Caller) -> None:
    made = _make(caller, "Lead.My_Score__c")
    assert (made.status, made.json["success"]) == (201, True)
    assert _described(caller, "Lead", "My_Score__c") is None
    assert caller.call("GET", "/query", q="SELECT My_Score__c FROM Lead").code == "INVALID_FIELD"
    _grant(caller, "Lead", "My_Score__c", edit=False)
    seen = _described(caller, "Lead", "My_Score__c")
    assert seen is not None
    assert (seen["type"], seen["precision"], seen["updateable"]) == ("double", 9, False)
    _grant(caller, "Lead", "My_Score__c")
    seen = _described(caller, "Lead", "My_Score__c")
    assert seen is not None
    assert seen["updateable"]


def test_a_contacts_field_is_a_person_accounts_too(caller: Caller) -> None:
    _make(caller, "Contact.My_Score__c")
    assert _described(caller, "Account", "My_Score__pc") is None
    _grant(caller, "Contact", "My_Score__c")
    assert _described(caller, "Contact", "My_Score__c") is not None
    assert _described(caller, "Account", "My_Score__pc") is not None


@pytest.mark.parametrize(
    ("name", "metadata", "code"),
    [
        ("Lead.Score", _SCORE, "FIELD_INTEGRITY_EXCEPTION"),
        ("Lead.My__Odd__Score__c", _SCORE, "FIELD_INTEGRITY_EXCEPTION"),
        ("Nothing.Score__c", _SCORE, "INVALID_TYPE"),
        ("Lead.Score__c", {"label": "Score", "type": "Number"}, "FIELD_INTEGRITY_EXCEPTION"),
        ("Lead.Score__c", {"type": "Date"}, "FIELD_INTEGRITY_EXCEPTION"),
        ("Lead.Score__c", {"label": "S", "type": "Tex"}, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"),
        ("Lead.Score__c", {"label": "S", "type": "Text", "length": 256},
         "FIELD_INTEGRITY_EXCEPTION"),
        ("Lead.Score__c", None, "REQUIRED_FIELD_MISSING"),
    ],
)  # fmt: skip
def test_a_definition_that_is_wrong_is_refused(
    caller: Caller, name: str, metadata: Any, code: str
) -> None:
    refused = _make(caller, name, metadata)
    assert (refused.status, refused.code) == (400, code)


def test_a_field_is_made_once_and_not_by_everybody(crm: Org, caller: Caller) -> None:
    assert _make(caller, "Lead.My_Score__c").status == 201
    assert _make(caller, "Lead.my_score__c").code == "DUPLICATE_DEVELOPER_NAME"
    crm.options.customize = False
    refused = _make(caller, "Contact.My_Score__c")
    assert (refused.status, refused.code) == (403, "INSUFFICIENT_ACCESS")


def test_the_tooling_query_tells_of_fields_that_nobody_sees(crm: Org, caller: Caller) -> None:
    made = _make(caller, "Lead.My_Score__c").json["id"]
    text = (
        "SELECT Id, DeveloperName FROM CustomField "
        "WHERE TableEnumOrId = 'Lead' AND DeveloperName IN ('My_Score', 'Other')"
    )
    found = caller.call("GET", "/tooling/query", q=text).json
    assert (found["size"], found["done"]) == (1, True)
    assert found["records"][0]["Id"] == made
    crm.store.tracked["Lead"].add("My_Score__c")
    text = (
        "SELECT QualifiedApiName FROM FieldDefinition WHERE "
        "EntityDefinition.QualifiedApiName = 'Lead' AND IsFieldHistoryTracked = true"
    )
    found = caller.call("GET", "/tooling/query", q=text).json
    assert "My_Score__c" in [row["QualifiedApiName"] for row in found["records"]]
    wrong = caller.call("GET", "/tooling/query", q="SELECT Id FROM Lead")
    assert wrong.code == "INVALID_TYPE"
    assert (crm.journal.count("tooling.create"), crm.journal.count("tooling.query")) == (1, 3)
