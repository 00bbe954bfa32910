"""Bulk API 2.0 ingest jobs: the upload's rules, and what becomes of each row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from leadline_sandbox.salesforce import Org, org

from .caller import Answer, Caller

_SCORE = "Leadline_Score__c"
_NOBODY = "00Q5e00000zzzzzEAA"


@pytest.fixture
def crm() -> Iterator[Org]:
    """An org with six leads."""
    with org(contacts=0) as crm:
        for number in range(6):
            crm.store.create(
                "Lead", {"LastName": f"L{number}", "Company": "C", "City": "Oslo", _SCORE: 7}
            )
        yield crm


@pytest.fixture
def caller(crm: Org) -> Iterator[Caller]:
    """A way into it."""
    caller = Caller(crm)
    yield caller
    caller.close()


def _ids(crm: Org) -> list[str]:
    return [each.id for each in crm.store.records("Lead")]


def _opened(caller: Caller, **asked: str) -> str:
    body = {"object": "Lead", "operation": "update"} | asked
    answer = caller.call("POST", "/jobs/ingest", body)
    assert answer.json["state"] == "Open"
    assert answer.json["contentUrl"].endswith(f"/jobs/ingest/{answer.json['id']}/batches")
    return f"/jobs/ingest/{answer.json['id']}"


def _sent(caller: Caller, path: str, text: str) -> None:
    uploaded = caller.call("PUT", f"{path}/batches", text.encode(), kind="text/csv")
    assert uploaded.status == 201
    closed = caller.call("PATCH", path, {"state": "UploadComplete"})
    assert closed.json["state"] == "UploadComplete"


def _done(caller: Caller, text: str, **asked: str) -> tuple[str, dict[str, Any]]:
    path = _opened(caller, **asked)
    _sent(caller, path, text)
    return path, caller.call("GET", path).json


def _value(crm: Org, lead: str, field: str = _SCORE) -> Any:
    record = crm.store.get("Lead", lead)
    assert record is not None
    return record.value(field)


def test_a_row_is_written_an_empty_cell_is_left_and_na_empties(crm: Org, caller: Caller) -> None:
    first, second, third, *_ = _ids(crm)
    text = f'Id,{_SCORE},City\n{first},71,\n{second},#N/A,"Ber""gen,\nold"\n{third},,#N/A\n'
    path, job = _done(caller, text)
    assert (job["state"], job["numberRecordsProcessed"], job["numberRecordsFailed"]) == (
        "JobComplete",
        3,
        0,
    )
    assert (_value(crm, first), _value(crm, first, "City")) == (71, "Oslo")
    assert (_value(crm, second), _value(crm, second, "City")) == (None, 'Ber"gen,\nold')
    assert (_value(crm, third), _value(crm, third, "City")) == (7, None)
    written = caller.call("GET", f"{path}/successfulResults").rows
    assert [row["sf__Id"] for row in written] == [first, second, third]
    assert list(written[1].values())[1:] == ["false", second, "#N/A", 'Ber"gen,\nold']


def test_failed_rows_are_told_by_id_in_another_order(crm: Org, caller: Caller) -> None:
    ids = _ids(crm)
    crm.store.add_rule("Lead", lambda lead: (lead.value(_SCORE) or 0) <= 100, "At most 100.")
    crm.store.delete("Lead", ids[1])
    crm.store.convert(ids[2])
    crm.store.lock_row("Lead", ids[3])
    wrong = [
        (ids[0], "101", "FIELD_CUSTOM_VALIDATION_EXCEPTION:At most 100.:--"),
        (ids[1], "1", "ENTITY_IS_DELETED:entity is deleted:--"),
        (ids[2], "1", "CANNOT_UPDATE_CONVERTED_LEAD:cannot reference converted lead:--"),
        (ids[3], "1", "UNABLE_TO_LOCK_ROW:"),
        (ids[4], "many", "INVALID_TYPE_ON_FIELD_IN_RECORD:"),
        (_NOBODY, "1", "INVALID_CROSS_REFERENCE_KEY:"),
    ]
    rows = [*wrong, (ids[5], "9", "")]
    path, job = _done(caller, f"Id,{_SCORE}\n" + "".join(f"{i},{s}\n" for i, s, _ in rows))
    assert (job["numberRecordsProcessed"], job["numberRecordsFailed"]) == (7, 6)
    failed = caller.call("GET", f"{path}/failedResults").rows
    errors = {row["Id"]: row["sf__Error"] for row in failed}
    assert all(errors[each].startswith(error) for each, _, error in wrong)
    assert [row["Id"] for row in failed] != [each for each, _, _ in wrong]
    assert list(failed[0]) == ["sf__Id", "sf__Error", "Id", _SCORE]
    assert _value(crm, ids[5]) == 9


def test_a_result_without_rows_is_a_204_or_a_header(crm: Org, caller: Caller) -> None:
    path, _ = _done(caller, f"Id,{_SCORE}\n{_ids(crm)[0]},3\n")
    for which in ("failedResults", "unprocessedrecords"):
        empty = caller.call("GET", f"{path}/{which}")
        assert (empty.status, empty.body) == (204, b"")
    crm.options.bulk_no_content = False
    header = caller.call("GET", f"{path}/failedResults")
    assert (header.status, header.body) == (200, f'"sf__Id","sf__Error","Id","{_SCORE}"\n'.encode())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Id,City\r\n{0},Rome\r\n", "LineEnding is invalid on user data"),
        ('Id,City\n{0}, "Rome"\n', "Failed to parse CSV"),
        ('Id,City\n{0},"Rome" \n', "Failed to parse CSV"),
        ("Id,City\n{0},Rome,Italy\n", "Number of columns"),
        ("Id,Town\n{0},Rome\n", "Field name not found : Town"),
        ("Id,City,city\n{0},Rome,Rome\n", "Duplicate field name"),
        ("", "Unable to find header row"),
    ],
)
def test_an_upload_against_the_rules_fails_the_job(
    crm: Org, caller: Caller, text: str, words: str
) -> None:
    lead = _ids(crm)[0]
    _, job = _done(caller, text.format(lead))
    assert job["state"] == "Failed"
    assert words in job["errorMessage"]
    assert _value(crm, lead, "City") == "Oslo"


def test_crlf_is_right_where_the_job_says_so(crm: Org, caller: Caller) -> None:
    first = _ids(crm)[0]
    _, job = _done(caller, f'Id,City\r\n{first},"a\nb"\r\n', lineEnding="CRLF")
    assert (job["state"], _value(crm, first, "City")) == ("JobComplete", "a\nb")


def test_a_header_in_another_case_is_written_and_comes_back_empty(crm: Org, caller: Caller) -> None:
    first = _ids(crm)[0]
    path, _ = _done(caller, f"Id,leadline_score__C\n{first},5\n")
    assert _value(crm, first) == 5
    (row,) = caller.call("GET", f"{path}/successfulResults").rows
    assert (row["Id"], row["leadline_score__C"]) == (first, "")


def test_an_owner_changes_only_by_the_rule_that_a_job_names(crm: Org, caller: Caller) -> None:
    first, second, *_ = _ids(crm)
    owner = _value(crm, first, "OwnerId")
    _done(caller, f"Id,{_SCORE}\n{first},1\n")
    assert _value(crm, first, "OwnerId") == owner
    _done(caller, f"Id,{_SCORE}\n{second},1\n", assignmentRuleId="01Q5e000000000AEAQ")
    assert _value(crm, second, "OwnerId") == crm.store.assigned


def test_what_was_done_before_an_abort_stays_done(crm: Org, caller: Caller) -> None:
    crm.options.bulk_seconds = 60
    crm.clock.stop()
    path, job = _done(caller, f"Id,{_SCORE}\n" + "".join(f"{i},50\n" for i in _ids(crm)))
    assert (job["state"], job["numberRecordsProcessed"]) == ("UploadComplete", 0)
    crm.clock.advance(30)
    assert caller.call("GET", path).json["state"] == "InProgress"
    early = caller.call("GET", f"{path}/failedResults")
    assert (early.status, early.code) == (400, "INVALIDJOBSTATE")
    assert caller.call("PATCH", path, {"state": "Aborted"}).json["state"] == "Aborted"
    crm.clock.advance(60)
    assert [_value(crm, each) for each in _ids(crm)] == [50, 50, 50, 7, 7, 7]
    left = caller.call("GET", f"{path}/unprocessedrecords").rows
    assert [row["Id"] for row in left] == _ids(crm)[3:]


def test_a_job_takes_one_upload_of_csv(crm: Org, caller: Caller) -> None:
    path = _opened(caller)
    text = f"Id,{_SCORE}\n{_ids(crm)[0]},1\n".encode()
    assert caller.call("PUT", f"{path}/batches", text).status == 415
    assert caller.call("PUT", f"{path}/batches", text, kind="text/csv").status == 201
    assert caller.call("PUT", f"{path}/batches", text, kind="text/csv").code == "INVALIDJOBSTATE"


def _refused(caller: Caller, **asked: str) -> Answer:
    return caller.call("POST", "/jobs/ingest", {"object": "Lead", "operation": "update"} | asked)


def test_a_job_that_makes_no_sense_is_refused(caller: Caller) -> None:
    assert _refused(caller, object="Nothing").code == "INVALIDENTITY"
    assert _refused(caller, operation="renumber").code == "INVALIDJOB"
    assert _refused(caller, lineEnding="CR").code == "INVALIDJOB"
    assert caller.call("GET", "/jobs/ingest/7505e000000zzzzEAA").status == 404


def test_a_job_that_fails_midway_and_rows_that_are_locked(crm: Org, caller: Caller) -> None:
    text = f"Id,{_SCORE}\n" + "".join(f"{each},50\n" for each in _ids(crm))
    crm.faults.once("bulk-failed", "bulk.ingest.close")
    path, job = _done(caller, text)
    assert (job["state"], job["numberRecordsProcessed"]) == ("Failed", 3)
    assert len(caller.call("GET", f"{path}/unprocessedrecords").rows) == 3
    crm.faults.once("locked-rows", "bulk.ingest.close")
    path, job = _done(caller, text)
    assert (job["state"], job["numberRecordsFailed"]) == ("JobComplete", 2)
    failed = caller.call("GET", f"{path}/failedResults").rows
    assert all(row["sf__Error"].startswith("UNABLE_TO_LOCK_ROW:") for row in failed)
    assert {row["Id"] for row in failed} == set(_ids(crm)[::3])


def test_every_step_has_its_label(crm: Org, caller: Caller) -> None:
    path, _ = _done(caller, f"Id,{_SCORE}\n{_ids(crm)[0]},1\n")
    for which in ("failedResults", "successfulResults", "unprocessedrecords"):
        caller.call("GET", f"{path}/{which}")
    caller.call("DELETE", path)
    caller.call("PATCH", _opened(caller), {"state": "Aborted"})
    assert {label for label in crm.journal.summary() if label.startswith("bulk.")} == {
        f"bulk.ingest.{step}"
        for step in ("create", "upload", "close", "get", "failed", "successful", "unprocessed",
                     "delete", "abort")
    }  # fmt: skip
