"""Every fault of an org: what the caller gets, and what the journal says of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import urllib3

from leadline_sandbox.salesforce import Org, org
from leadline_sandbox.salesforce.outages import ANSWERS, DISTURBING, KINDS

from .caller import Caller

_LEADS = "SELECT Id FROM Lead LIMIT 1"


@pytest.fixture
def crm() -> Iterator[Org]:
    """An org with some people."""
    with org(contacts=20) as crm:
        yield crm


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("401", 401, "INVALID_SESSION_ID"),
        ("403-concurrent", 403, "REQUEST_LIMIT_EXCEEDED"),
        ("403-total", 403, "REQUEST_LIMIT_EXCEEDED"),
        ("403-disabled", 403, "API_DISABLED_FOR_ORG"),
        ("403-access", 403, "INSUFFICIENT_ACCESS"),
        ("406", 406, "CustomNotAcceptable"),
        ("500", 500, "UNKNOWN_EXCEPTION"),
        ("503-json", 503, "SERVER_UNAVAILABLE"),
        ("query-timeout", 400, "QUERY_TIMEOUT"),
        ("too-complicated", 400, "QUERY_TOO_COMPLICATED"),
        ("too-large", 400, "OPERATION_TOO_LARGE"),
        ("bad-locator", 400, "INVALID_QUERY_LOCATOR"),
        ("metering", 403, "TXN_SECURITY_METERING_ERROR"),
        ("row-lock", 400, "UNABLE_TO_LOCK_ROW"),
        ("bulk-limit", 400, "LIMIT_EXCEEDED"),
    ],
)
def test_a_fault_answers_once_in_salesforces_words(
    crm: Org, caller: Caller, kind: str, status: int, code: str
) -> None:
    crm.faults.once(kind, "query")
    refused = caller.call("GET", "/query", q=_LEADS)
    assert (refused.status, refused.code) == (status, code)
    assert len(caller.query(_LEADS)) == 1
    assert [call.fault for call in crm.journal.calls("query")] == [kind, ""]


def test_the_two_limits_of_requests_are_told_apart_by_their_words(crm: Org, caller: Caller) -> None:
    for kind, word in (("403-total", "TotalRequests"), ("403-concurrent", "ConcurrentRequests")):
        crm.faults.once(kind, "query")
        assert word in caller.call("GET", "/query", q=_LEADS).json[0]["message"]


@pytest.mark.parametrize(
    ("kind", "status"),
    [("401-html", 401), ("414", 414), ("500-html", 500), ("502", 502), ("503", 503), ("504", 504),
     ("html200", 200)],
)  # fmt: skip
def test_a_gateway_answers_with_a_page(crm: Org, caller: Caller, kind: str, status: int) -> None:
    crm.faults.once(kind, "query")
    page = caller.call("GET", "/query", q=_LEADS)
    assert page.status == status
    assert page.headers["Content-Type"].startswith("text/html")
    assert page.body.startswith(b"<!DOCTYPE html>")


def test_an_answer_is_empty_or_breaks_off(crm: Org, caller: Caller) -> None:
    crm.faults.once("empty200", "query")
    empty = caller.call("GET", "/query", q=_LEADS)
    assert (empty.status, empty.body) == (200, b"")
    crm.faults.once("broken", "query")
    with pytest.raises(urllib3.exceptions.ProtocolError):
        caller.call("GET", "/query", q=_LEADS)


def test_a_slow_answer_is_the_true_one(crm: Org, caller: Caller) -> None:
    crm.faults.once("slow", "query", seconds=0.05)
    assert len(caller.query(_LEADS)) == 1
    (call,) = crm.journal.calls("query")
    assert call.took >= 0.05


def test_every_third_row_of_a_collection_is_locked(crm: Org, caller: Caller) -> None:
    ids = [each.id for each in crm.store.records("Lead") if not each.value("IsConverted")]
    records = [{"attributes": {"type": "Lead"}, "id": each, "City": "Rome"} for each in ids]
    crm.faults.once("locked-rows", "collections.update")
    body = {"allOrNone": False, "records": records}
    first = caller.call("PATCH", "/composite/sobjects", body).json
    codes = [row["errors"][0]["statusCode"] for row in first if not row["success"]]
    assert codes == ["UNABLE_TO_LOCK_ROW"] * -(-len(ids) // 3)
    again = caller.call("PATCH", "/composite/sobjects", body).json
    assert all(row["success"] for row in again)


def test_every_fault_is_tried_here() -> None:
    text = Path(__file__).read_text(encoding="utf-8")
    assert [kind for kind in KINDS if f'"{kind}"' not in text] == []
    assert set(ANSWERS).isdisjoint(DISTURBING)


def test_a_query_job_fails_when_its_time_has_come(crm: Org, caller: Caller) -> None:
    crm.faults.once("bulk-failed", "bulk.query.create")
    made = caller.call("POST", "/jobs/query", {"operation": "query", "query": _LEADS})
    job = caller.call("GET", f"/jobs/query/{made.json['id']}").json
    assert (made.json["state"], job["state"]) == ("UploadComplete", "Failed")
    assert job["errorMessage"].startswith("InternalServerError")
