"""Objects and single records: what describe tells, what a user may see, what changed since."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

from leadline_sandbox.salesforce import Org, org

from .asking import ask, query
from .caller import Caller
from .conftest import NOW


def _fields(caller: Caller, kind: str = "Lead") -> dict[str, dict[str, Any]]:
    described = ask(caller, "GET", f"/sobjects/{kind}/describe").json
    return {field["name"]: field for field in described["fields"]}


def test_describe_tells_types_lengths_rights_and_picklists(crm: Org, caller: Caller) -> None:
    fields = _fields(caller)
    assert (fields["LastName"]["type"], fields["LastName"]["length"]) == ("string", 80)
    score = fields["Leadline_Score__c"]
    assert (score["type"], score["precision"], score["scale"]) == ("double", 5, 0)
    assert score["updateable"]
    assert not fields["IsConverted"]["updateable"]
    assert fields["Fit_Class__c"]["calculated"]
    assert not fields["Fit_Class__c"]["updateable"]
    assert fields["City"]["compoundFieldName"] == "Address"
    assert fields["Address"]["type"] == "address"
    assert {"New", "Converted"} <= {each["value"] for each in fields["Status"]["picklistValues"]}
    assert _fields(caller, "Contact")["My_Stage__c"]["restrictedPicklist"]
    owner = fields["ConvertedContactId"]
    assert (owner["referenceTo"], owner["relationshipName"]) == (["Contact"], "ConvertedContact")
    assert "IsPersonAccount" not in _fields(caller, "Account")


def test_every_field_that_is_described_can_be_selected(crm: Org, caller: Caller) -> None:
    for kind in crm.store.schema:
        names = ", ".join(_fields(caller, kind))
        assert query(caller, f"SELECT {names} FROM {kind}").status == 200, kind


def test_a_field_that_is_hidden_is_absent_and_cannot_be_written(
    crm: Org, caller: Caller, lead: str
) -> None:
    crm.store.hide("Lead", "Leadline_Score__c")
    crm.store.protect("Lead", "Leadline_Grade__c")
    fields = _fields(caller)
    assert "Leadline_Score__c" not in fields
    assert not fields["Leadline_Grade__c"]["updateable"]
    path = f"/sobjects/Lead/{lead}"
    refused = ask(caller, "PATCH", path, {"Leadline_Score__c": 5})
    assert (refused.status, refused.code) == (400, "INVALID_FIELD")
    refused = ask(caller, "PATCH", path, {"Leadline_Grade__c": "A"})
    assert refused.json[0]["fields"] == ["Leadline_Grade__c"]
    crm.store.show("Lead", "Leadline_Score__c")
    assert "Leadline_Score__c" in _fields(caller)


def test_an_object_that_is_hidden_is_nowhere(crm: Org, caller: Caller) -> None:
    crm.store.hide("CampaignMember")
    assert ask(caller, "GET", "/sobjects/CampaignMember/describe").status == 404
    listed = ask(caller, "GET", "/sobjects").json["sobjects"]
    names = {each["name"] for each in listed}
    assert "Lead" in names
    assert "CampaignMember" not in names


@pytest.mark.parametrize(
    ("option", "kind"),
    [
        ({"enhanced_email": False}, "EmailMessage"),
        ({"field_history": False}, "LeadHistory"),
        ({"shared_activities": False}, "TaskRelation"),
    ],
)
def test_what_is_not_switched_on_is_not_there(option: dict[str, Any], kind: str) -> None:
    with org(contacts=0, now=NOW, **option) as crm:
        caller = Caller(crm)
        assert ask(caller, "GET", f"/sobjects/{kind}/describe").status == 404
        assert query(caller, f"SELECT Id FROM {kind}").code == "INVALID_TYPE"
        caller.close()


def test_a_record_is_made_read_changed_and_deleted(crm: Org, caller: Caller) -> None:
    given = {"LastName": "Ek", "Company": "T", "Status": "New", "Email": "ek@post.example"}
    made = ask(caller, "POST", "/sobjects/Lead", given)
    assert made.status == 201
    path = f"/sobjects/Lead/{made.json['id']}"
    read = ask(caller, "GET", f"{path}?fields=Id,Name").json
    assert read == {"attributes": read["attributes"], "Id": made.json["id"], "Name": "Ek"}
    assert ask(caller, "PATCH", path, {"FirstName": "Ada"}).status == 204
    assert ask(caller, "GET", path).json["Name"] == "Ada Ek"
    assert ask(caller, "DELETE", path).status == 204
    gone = ask(caller, "GET", path)
    assert (gone.status, gone.code) == (404, "ENTITY_IS_DELETED")
    assert ask(caller, "GET", "/sobjects/Lead/00Q5e00000000zzAAA").code == "NOT_FOUND"


def test_a_batch_answers_each_call_as_it_would_be_alone(crm: Org, caller: Caller) -> None:
    urls = ["v62.0/sobjects/Lead/describe", "v62.0/sobjects/Nope/describe", "v62.0/limits"]
    asked = {"batchRequests": [{"method": "GET", "url": url} for url in urls]}
    answer = ask(caller, "POST", "/composite/batch", asked).json
    assert answer["hasErrors"] is True
    assert [each["statusCode"] for each in answer["results"]] == [200, 404, 200]
    assert answer["results"][0]["result"]["name"] == "Lead"
    assert answer["results"][1]["result"][0]["errorCode"] == "NOT_FOUND"
    assert crm.usage.used == 1
    many = {"batchRequests": [{"method": "GET", "url": urls[2]}] * 26}
    assert ask(caller, "POST", "/composite/batch", many).code == "INVALID_BATCH_SIZE"


def _since(caller: Caller, way: str, start: str, end: str) -> Any:
    span = urlencode({"start": start, "end": end})
    return ask(caller, "GET", f"/sobjects/Lead/{way}?{span}")


def test_what_was_written_and_deleted_between_two_instants(
    crm: Org, caller: Caller, lead: str
) -> None:
    gone = crm.store.create("Lead", {"LastName": "Gone", "Company": "T", "Status": "New"}).id
    crm.clock.advance(300)
    crm.store.delete("Lead", gone)
    crm.clock.advance(60)
    start, end = "2026-11-22T08:59:00+00:00", "2026-11-22T09:06:00+00:00"
    updated = _since(caller, "updated", start, end).json
    assert updated == {"ids": [lead], "latestDateCovered": "2026-11-22T09:06:00.000+0000"}
    deleted = _since(caller, "deleted", start, end).json
    assert deleted["deletedRecords"] == [
        {"id": gone, "deletedDate": "2026-11-22T09:05:00.000+0000"}
    ]
    assert deleted["earliestDateAvailable"] == "2026-11-07T09:06:00.000+0000"


@pytest.mark.parametrize(
    ("start", "end", "code"),
    [
        ("2026-11-22T08:59:30+00:00", "2026-11-22T09:00:00+00:00", "INVALID_REPLICATION_DATE"),
        ("2026-11-01T08:59:30+00:00", "2026-11-22T09:00:00+00:00", "INVALID_REPLICATION_DATE"),
        ("2026-11-22T08:00:00", "2026-11-22T09:00:00+00:00", "MALFORMED_DATE"),
    ],
)
def test_a_span_that_cannot_be_is_refused(caller: Caller, start: str, end: str, code: str) -> None:
    assert _since(caller, "deleted", start, end).code == code
