"""Bulk API 2.0 ingest jobs: create, upload once, close, look, read what became of each row.

A job works on as time passes, 200 rows at a time, and so can be aborted half-way: what is done
stays done.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from leadline_sandbox.salesforce import applying, bulk_jobs, outages
from leadline_sandbox.salesforce.applying import Outcome
from leadline_sandbox.salesforce.asking import body_of
from leadline_sandbox.salesforce.bulk_csv import NULL, CsvRefused, cell, parse
from leadline_sandbox.salesforce.org import Org, org_of
from leadline_sandbox.salesforce.problems import Problem, locked, not_found

router = APIRouter()

_CHUNK = 200  # rows that the org works on together
_MOST = 100_000_000  # bytes of one upload


@dataclass(slots=True)
class IngestJob(bulk_jobs.Job):
    """Rows on their way into the org."""

    rule: str  # assignmentRuleId; "" runs no rule
    state: str = bulk_jobs.OPEN
    closed: float = 0.0
    uploaded: bytes | None = None
    header: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    done: list[Outcome] = field(default_factory=list)  # of the first rows, in their order
    error: str = ""
    trouble: str = ""  # the disturbing fault that the job met

    def failed(self) -> list[tuple[list[str], Outcome]]:
        """The rows that were refused, in no order that means anything."""
        found = [
            (row, each) for row, each in zip(self.rows, self.done, strict=False) if not each.success
        ]
        Random(self.id).shuffle(found)
        return found

    def shown(self, crm: Org) -> dict[str, Any]:
        """The job's JSON."""
        shown = self.described(crm, self.state, self.closed or self.created)
        if self.rule:
            shown["assignmentRuleId"] = self.rule
        if self.error:
            shown["errorMessage"] = self.error
        return shown


@router.post("/jobs/ingest")
async def create(request: Request) -> Response:
    """Open a job."""
    crm, body = org_of(request), await body_of(request)
    kind = str(body.get("object", ""))
    if body.get("operation") not in ("insert", "update", "delete"):
        raise Problem(400, "INVALIDJOB", "InvalidJob : operation is missing or not simulated")
    if kind not in crm.store.schema:
        raise Problem(400, "INVALIDENTITY", f"Entity '{kind}' is not supported by the Bulk API.")
    job = IngestJob(
        id=crm.store.new_id("750"),
        kind=kind,
        operation=body["operation"],
        version=crm.version_of(request),
        dialect=bulk_jobs.dialect_of(body),
        rule=str(body.get("assignmentRuleId") or ""),
        created=crm.clock.seconds(),
        trouble=outages.disturbed(request),
    )
    with crm.ingests.lock:
        crm.ingests.by_id[job.id] = job
    url = f"services/data/v{job.version}/jobs/ingest/{job.id}/batches"
    return JSONResponse(job.shown(crm) | {"contentUrl": url})


@router.put("/jobs/ingest/{job_id}/batches")
async def upload(request: Request, job_id: str) -> Response:
    """Take the rows, once."""
    crm, data = org_of(request), await request.body()
    if not request.headers.get("content-type", "").startswith("text/csv"):
        raise Problem(415, "UNSUPPORTED_MEDIA_TYPE", "Content-Type must be text/csv")
    if len(data) > _MOST:
        raise Problem(413, "REQUEST_ENTITY_TOO_LARGE", "The upload is above 100 MB")
    with crm.ingests.lock:
        job = crm.ingests.get(job_id)
        if job.state != bulk_jobs.OPEN or job.uploaded is not None:
            raise bulk_jobs.wrong_state("The job takes one upload, and only while it is Open")
        job.uploaded = data
    return Response(status_code=201)


@router.patch("/jobs/ingest/{job_id}")
async def close(request: Request, job_id: str) -> Response:
    """Close the upload, which starts the work, or abort the job."""
    crm, body = org_of(request), await body_of(request)
    with crm.ingests.lock:
        job = _looked(crm, job_id)
        match body.get("state"):
            case bulk_jobs.UPLOADED if job.state == bulk_jobs.OPEN:
                job.trouble = outages.disturbed(request) or job.trouble
                _start(crm, job)
                shown = job.shown(crm) | {"state": bulk_jobs.UPLOADED}
                shown.pop("errorMessage", None)
            case bulk_jobs.ABORTED if job.state not in bulk_jobs.OVER:
                job.state = bulk_jobs.ABORTED
                shown = job.shown(crm)
            case wanted:
                raise bulk_jobs.wrong_state(f"Job in state {job.state} cannot be set to {wanted}")
    return JSONResponse(shown)


@router.get("/jobs/ingest/{job_id}")
async def look(request: Request, job_id: str) -> Response:
    """How far the job is."""
    crm = org_of(request)
    with crm.ingests.lock:
        job = _looked(crm, job_id)
        failed = sum(not each.success for each in job.done)
        return JSONResponse(
            job.shown(crm)
            | {
                "jobType": "V2Ingest",
                "numberRecordsProcessed": len(job.done),
                "numberRecordsFailed": failed,
                "retries": 0,
            }
        )


@router.get("/jobs/ingest/{job_id}/{which}")
async def results(request: Request, job_id: str, which: str) -> Response:
    """The rows that were refused, taken, or never reached."""
    crm = org_of(request)
    with crm.ingests.lock:
        job = _looked(crm, job_id)
        if job.state not in bulk_jobs.OVER:
            raise bulk_jobs.wrong_state(f"Results are not there: the job is in state {job.state}")
        echo = _echoed(crm, job)
        match which:
            case "failedResults":
                header = ["sf__Id", "sf__Error", *job.header]
                rows = [
                    [one.id, one.problem.cell(), *echo(row)]
                    for row, one in job.failed()
                    if one.problem
                ]
            case "successfulResults":
                header = ["sf__Id", "sf__Created", *job.header]
                rows = [
                    [one.id, cell(one.created), *echo(row)]
                    for row, one in zip(job.rows, job.done, strict=False)
                    if one.success
                ]
            case "unprocessedrecords":
                header = job.header
                rows = job.rows[len(job.done) :]
            case _:
                raise not_found()
    if not rows and crm.options.bulk_no_content:
        return Response(status_code=204)
    return bulk_jobs.table(crm.options, job.dialect, header, rows)


@router.delete("/jobs/ingest/{job_id}")
async def delete(request: Request, job_id: str) -> Response:
    """Forget a job that is over."""
    crm = org_of(request)
    with crm.ingests.lock:
        return crm.ingests.delete(job_id, _looked(crm, job_id).state)


def _start(crm: Org, job: IngestJob) -> None:
    """Read the upload; what is wrong with it fails the job, not the call."""
    job.state, job.closed = bulk_jobs.UPLOADED, crm.clock.seconds()
    try:
        job.header, job.rows = parse(job.uploaded or b"", job.dialect)
        known = _known(crm, job)
        for name in job.header:
            if name.lower() not in known:
                raise CsvRefused(f"InvalidBatch : Field name not found : {name}")
    except CsvRefused as refused:
        job.state, job.error = bulk_jobs.FAILED, str(refused)


def _looked(crm: Org, job_id: str) -> IngestJob:
    """The job, moved on to the org's present instant."""
    job = crm.ingests.get(job_id)
    if job.state not in (bulk_jobs.UPLOADED, bulk_jobs.RUNNING):
        return job
    share = bulk_jobs.progress(crm.options, job.closed, crm.clock.seconds())
    failing = job.trouble == outages.JOB_FAILED
    until = int(len(job.rows) * (min(share, 0.5) if failing else share))
    while len(job.done) < until:
        _work(crm, job, min(len(job.done) + _CHUNK, until))
    if share >= 1:
        job.state = bulk_jobs.FAILED if failing else bulk_jobs.COMPLETE
        job.error = "InternalServerError : Retries exceeded" if failing else ""
    elif share:
        job.state = bulk_jobs.RUNNING
    return job


def _work(crm: Org, job: IngestJob, until: int) -> None:
    """Write the next rows together."""
    start = len(job.done)
    known = _known(crm, job)
    rows = [_values(job.header, known, row) for row in job.rows[start:until]]
    if job.operation == "delete":
        job.done += [applying.delete(crm.store, job.kind, record_id) for record_id, _ in rows]
        return
    held = {
        n
        for n in range(len(rows))
        if job.trouble == outages.ROWS_LOCKED and n % outages.LOCKED_EVERY == 0
    }
    taken = iter(
        crm.store.apply(
            job.kind,
            [row for n, row in enumerate(rows) if n not in held],
            text=True,
            creating=job.operation == "insert",
            auto_assign=bool(job.rule),
            allow_save=True,
        )
    )
    job.done += [
        Outcome(record_id, locked()) if n in held else next(taken)
        for n, (record_id, _) in enumerate(rows)
    ]


def _values(header: list[str], known: dict[str, str], row: list[str]) -> tuple[str, dict[str, Any]]:
    """Id and values of a row: empty cells are no values."""
    given = {known[name.lower()]: text for name, text in zip(header, row, strict=True) if text}
    record_id = given.pop("Id", "")
    return record_id, {name: None if text == NULL else text for name, text in given.items()}


def _known(crm: Org, job: IngestJob) -> dict[str, str]:
    """The names of the fields that the user sees, by the same in lower case."""
    return {name.lower(): name for name in crm.store.access.fields(job.kind)}


def _echoed(crm: Org, job: IngestJob) -> Callable[[list[str]], list[str]]:
    """Rows as they were uploaded; a column whose name has another case comes back empty."""
    exact = crm.store.access.fields(job.kind)
    shown = [name in exact for name in job.header]
    return lambda row: [text if show else "" for text, show in zip(row, shown, strict=True)]
