"""Bulk API 2.0 query jobs: states, pages, CSV, and what they refuse."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from leadline_sandbox.salesforce import Org, org

from .caller import Caller


@pytest.fixture
def crm() -> Iterator[Org]:
    """An org with some people."""
    with org(contacts=20) as crm:
        yield crm


def _made(caller: Caller, text: str, operation: str = "query", **more: str) -> str:
    answer = caller.call("POST", "/jobs/query", {"operation": operation, "query": text} | more)
    assert answer.status == 200, answer.body
    assert answer.json["state"] == "UploadComplete"
    job_id: str = answer.json["id"]
    return job_id


def _rows(caller: Caller, text: str, operation: str = "query") -> list[dict[str, str]]:
    return caller.call("GET", f"/jobs/query/{_made(caller, text, operation)}/results").rows


def test_the_pages_of_a_result_are_the_whole_table_once(crm: Org, caller: Caller) -> None:
    leads = {each.id for each in crm.store.records("Lead")}
    job_id = _made(caller, "SELECT Id, Company FROM Lead")
    assert caller.call("GET", f"/jobs/query/{job_id}").json["numberRecordsProcessed"] == len(leads)
    seen, locator = list[str](), ""
    while locator != "null":
        path = f"/jobs/query/{job_id}/results?maxRecords=5"
        page = caller.call("GET", f"{path}&locator={locator}" if locator else path)
        assert page.headers["Content-Type"] == "text/csv; charset=UTF-8"
        assert page.body.startswith(b'"Id","Company"\n')
        assert int(page.headers["Sforce-NumberOfRecords"]) == len(page.rows) <= 5
        seen += [row["Id"] for row in page.rows]
        locator = page.headers["Sforce-Locator"]
    assert sorted(seen) == sorted(leads)
    refused = caller.call("GET", f"/jobs/query/{job_id}/results", locator="elsewhere")
    assert (refused.status, refused.code) == (400, "INVALID_QUERY_LOCATOR")


def test_a_cell_is_null_as_empty_and_keeps_quotes_and_newlines(crm: Org, caller: Caller) -> None:
    text = 'says "Zoë,\r\nhello"\nand goes'
    values = {"LastName": "Z", "Company": "C", "Description": text, "Leadline_Score__c": 71}
    lead = crm.store.create("Lead", values, created="2026-01-02T03:04:05.000Z")
    fields = "Description, Leadline_Score__c, HasOptedOutOfEmail, CreatedDate, Phone"
    (row,) = _rows(caller, f"SELECT {fields} FROM Lead WHERE Id = '{lead.id}'")
    assert row == {
        "Description": text,
        "Leadline_Score__c": "71.0",
        "HasOptedOutOfEmail": "false",
        "CreatedDate": "2026-01-02T03:04:05.000Z",
        "Phone": "",
    }


def test_lines_end_and_cells_part_as_the_job_asks(caller: Caller) -> None:
    job_id = _made(
        caller, "SELECT Id, Name FROM Account", lineEnding="CRLF", columnDelimiter="PIPE"
    )
    body = caller.call("GET", f"/jobs/query/{job_id}/results").body
    assert body.startswith(b'"Id"|"Name"\r\n')
    assert body.count(b"\n") == body.count(b"\r\n")


def test_query_all_has_the_deleted_rows_too(crm: Org, caller: Caller) -> None:
    lead = crm.store.records("Lead")[0]
    crm.store.delete("Lead", lead.id)
    text = f"SELECT Id, IsDeleted FROM Lead WHERE Id = '{lead.id}'"
    assert _rows(caller, text) == []
    assert _rows(caller, text, "queryAll") == [{"Id": lead.id, "IsDeleted": "true"}]


def test_a_job_takes_its_time_by_the_clock(crm: Org, caller: Caller) -> None:
    crm.options.bulk_seconds = 20
    crm.clock.stop()
    job_id = _made(caller, "SELECT Id FROM Lead")
    path = f"/jobs/query/{job_id}"
    for seconds, state in ((0, "UploadComplete"), (5, "InProgress")):
        crm.clock.advance(seconds)
        assert caller.call("GET", path).json["state"] == state
        early = caller.call("GET", f"{path}/results")
        assert (early.status, early.code) == (400, "INVALIDJOBSTATE")
    assert caller.call("DELETE", path).status == 400
    crm.clock.advance(15)
    assert caller.call("GET", path).json["state"] == "JobComplete"
    gone = caller.call("DELETE", path)
    assert (gone.status, gone.body) == (204, b"")
    assert caller.call("GET", path).status == 404


def test_an_aborted_job_gives_nothing(crm: Org, caller: Caller) -> None:
    crm.options.bulk_seconds = 20
    path = f"/jobs/query/{_made(caller, 'SELECT Id FROM Lead')}"
    assert caller.call("PATCH", path, {"state": "Aborted"}).json["state"] == "Aborted"
    crm.clock.advance(30)
    assert caller.call("GET", path).json["state"] == "Aborted"
    assert caller.call("GET", f"{path}/results").status == 400
    assert caller.call("PATCH", path, {"state": "Aborted"}).code == "INVALIDJOBSTATE"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("SELECT Address FROM Lead", "compound"),
        ("SELECT COUNT(Id) FROM Lead", "Aggregate"),
        ("SELECT Who.Type FROM Task", "Polymorphic"),
        ("SELECT Nothing__c FROM Lead", "No such column"),
        ("SELECT Id FROM Nothing", "not supported"),
        ("SELECT Id FROM Lead WHERE CreatedDate > '2026-01-01T00:00:00Z'", "should not be"),
    ],
)
def test_what_bulk_refuses_makes_no_job(caller: Caller, text: str, words: str) -> None:
    refused = caller.call("POST", "/jobs/query", {"operation": "query", "query": text})
    assert refused.status == 400
    assert words in refused.json[0]["message"]


def test_results_may_name_no_charset(crm: Org, caller: Caller) -> None:
    crm.options.bulk_charset = False
    path = f"/jobs/query/{_made(caller, 'SELECT Id FROM Lead')}/results"
    assert caller.call("GET", path).headers["Content-Type"] == "text/csv"


def test_whole_numbers_may_come_with_a_fraction(crm: Org, caller: Caller) -> None:
    crm.store.create("Account", {"Name": "Zed", "NumberOfEmployees": 12})
    text = "SELECT NumberOfEmployees FROM Account WHERE Name = 'Zed'"
    assert _rows(caller, text) == [{"NumberOfEmployees": "12"}]
    crm.options.bulk_fractions = True
    assert _rows(caller, text) == [{"NumberOfEmployees": "12.0"}]


def test_every_step_has_its_label(crm: Org, caller: Caller) -> None:
    path = f"/jobs/query/{_made(caller, 'SELECT Id FROM Lead')}"
    caller.call("GET", path)
    caller.call("GET", f"{path}/results")
    caller.call("PATCH", path, {"state": "Aborted"})
    caller.call("DELETE", path)
    steps = ("create", "get", "results", "abort", "delete")
    assert [crm.journal.count(f"bulk.query.{step}") for step in steps] == [1] * 5
