"""Batches: what refuses all of one, what is left out of one without a word."""

from __future__ import annotations

import json
from typing import Any

import pytest

from leadline_sandbox.hubspot import Hub

from .door import Door

READ = "/crm/v3/objects/contacts/batch/read"


def _people(hub: Hub, count: int) -> list[str]:
    return [hub.store.create("contacts", {"email": f"c{n}@x.example"}).id for n in range(count)]


def _budget(record_id: str, value: object = "5", **more: str) -> dict[str, Any]:
    return {"id": record_id, "properties": {"budget": value}, **more}


def _value(hub: Hub, record_id: str) -> str:
    return hub.store.live("contacts", record_id).value("budget")


@pytest.mark.parametrize("verb", ["read", "update", "archive", "create"])
def test_a_batch_holds_100_inputs(hub: Hub, door: Door, verb: str) -> None:
    inputs = [{"id": str(n), "properties": {}} for n in range(1, 102)]
    refused = door.post(f"/crm/v3/objects/contacts/batch/{verb}", {"inputs": inputs})
    assert refused.status == 400
    assert "100" in refused.json["message"]


def test_a_batch_with_history_holds_50_inputs(hub: Hub, door: Door) -> None:
    body = {"inputs": [{"id": str(n)} for n in range(51)], "propertiesWithHistory": ["email"]}
    refused = door.post(READ, body)
    assert refused.status == 400
    assert "property histories is 50" in refused.json["message"]


def test_missing_ids_are_an_error_beside_the_results(hub: Hub, door: Door) -> None:
    ids = _people(hub, 2)
    read = door.post(READ, {"inputs": [{"id": each} for each in (*ids, "999")]})
    assert read.status == 207
    assert {each["id"] for each in read.json["results"]} == set(ids)
    (error,) = read.json["errors"]
    assert (error["category"], error["context"]["ids"]) == ("OBJECT_NOT_FOUND", ["999"])


def test_archived_records_are_read_on_request(hub: Hub, door: Door) -> None:
    (made,) = _people(hub, 1)
    hub.store.archive("contacts", made)
    assert door.post(READ, {"inputs": [{"id": made}]}).json["results"] == []
    read = door.post(f"{READ}?archived=true", {"inputs": [{"id": made}]})
    assert [each["archived"] for each in read.json["results"]] == [True]


def test_an_id_that_comes_twice_refuses_the_batch(hub: Hub, door: Door) -> None:
    a, b = _people(hub, 2)
    refused = door.update(_budget(a), _budget(b), _budget(a))
    assert refused.status == 400
    assert refused.json["context"]["ids"] == [a]
    assert refused.json["message"].startswith("Duplicate IDs found in batch input")
    assert _value(hub, b) == ""


def test_one_bad_value_refuses_the_batch(hub: Hub, door: Door) -> None:
    a, b = _people(hub, 2)
    refused = door.update(_budget(a), _budget(b, "much"))
    assert refused.status == 400
    listed = json.loads(refused.json["message"].partition("not valid: ")[2])
    assert [(each["error"], each["name"]) for each in listed] == [("INVALID_INTEGER", "budget")]
    assert _value(hub, a) == ""


def test_with_trace_ids_the_good_inputs_are_written(hub: Hub, door: Door) -> None:
    a, b = _people(hub, 2)
    written = door.update(
        _budget(a, objectWriteTraceId=a), _budget(b, "much", objectWriteTraceId=b)
    )
    assert written.status == 207
    assert [each["id"] for each in written.json["results"]] == [a]
    assert written.json["errors"][0]["context"]["objectWriteTraceId"] == [b]
    assert (_value(hub, a), _value(hub, b)) == ("5", "")


def test_trace_ids_that_are_not_unique_do_not_help(hub: Hub, door: Door) -> None:
    a, b = _people(hub, 2)
    refused = door.update(
        _budget(a, objectWriteTraceId="1"), _budget(b, "much", objectWriteTraceId="1")
    )
    assert refused.status == 400
    assert _value(hub, a) == ""


def test_a_merged_id_is_left_out_without_an_error(hub: Hub, door: Door) -> None:
    a, b, c = _people(hub, 3)
    new = hub.store.merge("contacts", a, b).id
    written = door.update(_budget(a), _budget(c))
    assert written.status == 200
    assert [each["id"] for each in written.json["results"]] == [c]
    assert _value(hub, new) == ""


def test_reading_a_merged_id_gives_the_record_that_is_left(hub: Hub, door: Door) -> None:
    a, b = _people(hub, 2)
    new = hub.store.merge("contacts", a, b).id
    read = door.post(READ, {"inputs": [{"id": a}, {"id": b}]})
    assert read.status == 200
    assert [each["id"] for each in read.json["results"]] == [new]


def test_a_batch_without_inputs_is_done_and_does_nothing(hub: Hub, door: Door) -> None:
    done = door.post("/crm/v3/objects/contacts/batch/update", {"properties": {"budget": "5"}})
    assert (done.status, done.json["status"], done.json["results"]) == (200, "COMPLETE", [])


@pytest.mark.parametrize("by", ["email", "hs_object_id"])
def test_an_update_by_another_property_is_refused(hub: Hub, door: Door, by: str) -> None:
    (a,) = _people(hub, 1)
    refused = door.update(_budget(a, idProperty=by))
    assert refused.status == 400
    assert refused.json["message"].startswith("Unable to perform update/upsert by non-unique 0-1")


def test_results_come_in_another_order_than_the_inputs(hub: Hub, door: Door) -> None:
    ids = _people(hub, 3)
    written = door.update(*(_budget(each) for each in ids))
    found = [each["id"] for each in written.json["results"]]
    assert sorted(found) == sorted(ids)
    assert found != ids


def test_an_upsert_creates_whom_it_does_not_find(hub: Hub, door: Door) -> None:
    _people(hub, 1)
    inputs = [
        {"id": email, "idProperty": "email", "properties": {"budget": "5"}}
        for email in ("c0@x.example", "NEW@x.example")
    ]
    done = door.post("/crm/v3/objects/contacts/batch/upsert", {"inputs": inputs})
    assert [each["new"] for each in done.json["results"]] == [False, True]
    assert hub.store.find("contacts", "email", "new@x.example") is not None


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("lifecyclestage", "Lead", "INVALID_OPTION"),
        ("hs_email_optout", "yes", "INVALID_OPTION"),
        ("planned_purchase", "2026-05-01T10:00:00Z", "INVALID_DATE"),
        ("email", "nobody", "INVALID_EMAIL"),
        ("leadline_score", "5", "PROPERTY_DOESNT_EXIST"),
        ("budget", "NaN", "INVALID_INTEGER"),
    ],
)
def test_a_value_has_to_fit_its_property(
    hub: Hub, door: Door, name: str, value: str, code: str
) -> None:
    (a,) = _people(hub, 1)
    refused = door.update({"id": a, "properties": {name: value}})
    assert refused.status == 400
    assert f'"error":"{code}"' in refused.json["message"]


def test_numbers_and_booleans_are_kept_as_text_and_null_changes_nothing(
    hub: Hub, door: Door
) -> None:
    (a,) = _people(hub, 1)
    door.update({"id": a, "properties": {"budget": 3.5, "hs_email_optout": True, "city": "Ulm"}})
    door.update({"id": a, "properties": {"city": None}})
    record = hub.store.live("contacts", a)
    assert [record.value(name) for name in ("budget", "hs_email_optout", "city")] == [
        "3.5",
        "true",
        "Ulm",
    ]
