"""Queries of Bulk API 2.0: a job that the org works on by itself, and its results page by page.

The job is driven here, since simple-salesforce gives one up at the first answer that fails.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import BytesIO

import pyarrow as pa
from pyarrow import csv as arrow_csv

from leadline.errors import RetryLater, SourceError
from leadline_salesforce import paths, quota
from leadline_salesforce.answers import Failure, Json, refusal
from leadline_salesforce.api import Api, Refused

# Rows of a page of results: with some twenty fields about 10 MB.
PAGE = 50_000

FIRST_WAIT = 0.5  # seconds
_LONGEST_WAIT, _GROWTH = 30.0, 1.6
_ROWS_A_SECOND = 50_000  # a guess that saves asking too early
_PATIENCE = 6 * 3600.0  # seconds until a job that does not end is left alone
_END = ("", "null")
_PASSING = ("QUERY_TIMEOUT", "InternalServerError", "Retries exceeded", "UNABLE_TO_LOCK_ROW")
DAILY = "LIMIT_EXCEEDED"
ENDED = frozenset(["JobComplete", "Failed", "Aborted"])


def read(api: Api, soql: str, *, deleted: bool = False) -> Iterator[pa.Table]:
    """The rows of a query, page by page; all columns are text, and '' is null.

    deleted: with those in the recycle bin, and archived activities.
    """
    for page, _ in pages(api, start(api, soql, deleted=deleted)):
        yield page


def start(api: Api, soql: str, *, deleted: bool = False) -> str:
    """Have the org begin with a query; answers the job's id."""
    body: Json = {
        "operation": "queryAll" if deleted else "query",
        "query": soql,
        "contentType": "CSV",
        "columnDelimiter": "COMMA",
        "lineEnding": "LF",
    }
    try:
        answer = api.post(paths.QUERY_JOBS, body).body
    except Refused as refused:
        if DAILY in refused.code:
            raise api.quota.used_up("the org's Bulk jobs of 24 hours are used up") from None
        raise
    return str(answer["id"])


def pages(
    api: Api, job: str, locator: str = "", *, expected: int = 0
) -> Iterator[tuple[pa.Table, str]]:
    """The pages of a job from a locator on, each with the next one's locator, "" for none.

    Waits for the job to end; expected: about how many rows it has. The job stays, so that a read
    can be resumed: the org itself deletes it after seven days. Raises `Refused` with 404 for a job
    that is no more, and with INVALID_QUERY_LOCATOR for a page that is not.
    """
    if not locator:
        _wait_for(api, job, FIRST_WAIT + expected / _ROWS_A_SECOND)
    while True:
        query = [("maxRecords", PAGE), ("locator", locator or None)]
        answer = api.text(paths.QUERY_RESULTS, query, id=job)
        named = (answer.headers.get("Sforce-Locator") or "").strip()
        locator = "" if named in _END else named
        page = table_of(answer.data)
        _check_whole(page, answer.headers.get("Sforce-NumberOfRecords"))
        yield page, locator
        if not locator:
            return


def table_of(data: bytes) -> pa.Table:
    """A page of results: UTF-8 whatever was said, line breaks within values, '' is null."""
    if not data.strip():
        return pa.table({})
    if b"\0" in data:
        data = data.replace(b"\0", b"")
    try:
        return _parsed(data)
    except pa.ArrowInvalid:
        # A cell that was cut within a letter must not cost its page.
        whole = data.decode("utf-8", "replace").encode()
    try:
        return _parsed(whole)
    except pa.ArrowInvalid:
        raise SourceError(
            "a page of a Bulk job's results broke off, or is no CSV; sync again"
        ) from None


def _parsed(data: bytes) -> pa.Table:
    names = next(csv.reader([data.partition(b"\n")[0].decode("utf-8-sig", "replace")]))
    return arrow_csv.read_csv(
        BytesIO(data),
        # One block: a row that straddles two is an error.
        read_options=arrow_csv.ReadOptions(use_threads=False, block_size=len(data) + 1),
        parse_options=arrow_csv.ParseOptions(newlines_in_values=True),
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
        ),
    )


def _check_whole(page: pa.Table, rows: str | None) -> None:
    """Raise SourceError for a page with other rows than it was said to have."""
    if rows is not None and rows.isdigit() and int(rows) != len(page):
        raise SourceError(
            f"a page of a Bulk job's results broke off: {len(page):,} of {int(rows):,} rows came; "
            "sync again"
        )


def last_word(api: Api, path: str, job: str, wait: float, patience: float) -> Json | None:
    """A job's last word; None where it does not end in `patience` seconds.

    wait: after so many seconds it is looked for first, and then less and less often.
    """
    waited = 0.0
    while waited < patience:
        wait = min(wait, _LONGEST_WAIT)
        quota.pause(wait)
        waited += wait
        wait *= _GROWTH
        said = api.get(path, id=job)
        if said.get("state") in ENDED:
            return said
    return None


def _wait_for(api: Api, job: str, wait: float) -> None:
    """Return when a job is complete, looking the first time after so many seconds."""
    said = last_word(api, paths.QUERY_JOB, job, wait, _PATIENCE)
    if said is None:
        api.patch(paths.QUERY_JOB, {"state": "Aborted"}, id=job)
        raise RetryLater(
            f"Salesforce was not done with a Bulk query after {_PATIENCE / 3600:.0f} h; "
            "sync again later"
        )
    if said["state"] != "JobComplete":
        raise _failure(api, str(said["state"]), str(said.get("errorMessage") or ""))


def _failure(api: Api, state: str, message: str) -> SourceError:
    """What it means that a job did not come to its end."""
    if state == "Aborted":
        return SourceError("somebody aborted leadline's Bulk query in Salesforce; sync again")
    code, _, said = message.partition(":")
    if DAILY in code:
        return api.quota.used_up("the org's Bulk queries of 24 hours are used up")
    if any(word in message for word in _PASSING):
        return RetryLater(
            f"Salesforce could not finish a Bulk query ({code.strip()}); sync again later",
            after=300.0,
        )
    return refusal("a Bulk query", 400, Failure(code.strip(), said.strip()))
