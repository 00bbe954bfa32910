"""Bulk API 2.0 query jobs: create, look, read page by page, abort, delete."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from leadline_sandbox.salesforce import bulk_jobs, outages, soql
from leadline_sandbox.salesforce.asking import body_of
from leadline_sandbox.salesforce.bulk_csv import cell
from leadline_sandbox.salesforce.org import Org, org_of
from leadline_sandbox.salesforce.problems import Problem

router = APIRouter()

_END = "null"  # Sforce-Locator of the last page


@dataclass(slots=True)
class QueryJob(bulk_jobs.Job):
    """One query, answered when the job was made; read when the job is over."""

    found: soql.Result
    error: str = ""
    aborted: bool = False

    def state(self, crm: Org) -> str:
        """The job's state at this instant."""
        if self.aborted:
            return bulk_jobs.ABORTED
        done = bulk_jobs.progress(crm.options, self.created, crm.clock.seconds())
        if done < 1:
            return bulk_jobs.RUNNING if done else bulk_jobs.UPLOADED
        return bulk_jobs.FAILED if self.error else bulk_jobs.COMPLETE

    def shown(self, crm: Org, state: str) -> dict[str, Any]:
        """The job's JSON."""
        shown = self.described(crm, state, self.created)
        if state == bulk_jobs.FAILED:
            shown["errorMessage"] = self.error
        return shown


@router.post("/jobs/query")
async def create(request: Request) -> Response:
    """Take a query on; what Bulk refuses is refused here."""
    crm, body = org_of(request), await body_of(request)
    if body.get("operation") not in ("query", "queryAll"):
        raise Problem(400, "INVALIDJOB", "InvalidJob : operation must be query or queryAll")
    dialect, text = bulk_jobs.dialect_of(body), str(body.get("query", ""))
    operation = body["operation"]
    found = soql.run(crm.store, text, deleted=operation == "queryAll", bulk=True)
    with crm.queries.lock:
        job = QueryJob(
            id=crm.store.new_id("750"),
            kind=found.kind,
            operation=operation,
            version=crm.version_of(request),
            dialect=dialect,
            created=crm.clock.seconds(),
            found=found,
        )
        if outages.disturbed(request) == outages.JOB_FAILED:
            job.error = "InternalServerError : Retries exceeded: the query could not be completed"
        crm.queries.by_id[job.id] = job
    return JSONResponse(job.shown(crm, bulk_jobs.UPLOADED))


@router.get("/jobs/query/{job_id}")
async def look(request: Request, job_id: str) -> Response:
    """How far the job is."""
    crm = org_of(request)
    with crm.queries.lock:
        job = crm.queries.get(job_id)
        state = job.state(crm)
    shown = job.shown(crm, state) | {"jobType": "V2Query", "retries": 0}
    shown["numberRecordsProcessed"] = len(job.found.rows) if state == bulk_jobs.COMPLETE else 0
    return JSONResponse(shown)


@router.get("/jobs/query/{job_id}/results")
async def results(request: Request, job_id: str) -> Response:
    """One page of a complete job; `Sforce-Locator` leads to the next one."""
    crm, asked = org_of(request), request.query_params
    with crm.queries.lock:
        job = crm.queries.get(job_id)
        state = job.state(crm)
    if state != bulk_jobs.COMPLETE:
        raise bulk_jobs.wrong_state(f"Unable to retrieve results: the job is in state {state}")
    start = _start(asked.get("locator", ""), len(job.found.rows))
    most = asked.get("maxRecords", str(crm.options.bulk_page))
    if not most.isdigit() or int(most) < 1:
        raise Problem(400, "INVALID_QUERY_PARAMETER", "maxRecords must be a positive number")
    end = start + min(int(most), crm.options.bulk_page)
    page = job.found.rows[start:end]
    locator = _locator(end) if end < len(job.found.rows) else _END
    headers = {"Sforce-NumberOfRecords": str(len(page)), "Sforce-Locator": locator}
    whole = "double" if crm.options.bulk_fractions else "int"
    types = [whole if each == "int" else each for each in job.found.types]
    rows = ([cell(*pair) for pair in zip(row, types, strict=True)] for row in page)
    return bulk_jobs.table(crm.options, job.dialect, job.found.fields, rows, headers)


@router.patch("/jobs/query/{job_id}")
async def abort(request: Request, job_id: str) -> Response:
    """Stop a job that is not over."""
    crm, body = org_of(request), await body_of(request)
    if body.get("state") != bulk_jobs.ABORTED:
        raise Problem(400, "INVALIDJOBSTATE", "A query job can only be set to Aborted")
    with crm.queries.lock:
        job = crm.queries.get(job_id)
        state = job.state(crm)
        if state in bulk_jobs.OVER:
            raise bulk_jobs.wrong_state(f"Job in state {state} cannot be aborted")
        job.aborted = True
    return JSONResponse(job.shown(crm, bulk_jobs.ABORTED))


@router.delete("/jobs/query/{job_id}")
async def delete(request: Request, job_id: str) -> Response:
    """Forget a job that is over."""
    crm = org_of(request)
    with crm.queries.lock:
        return crm.queries.delete(job_id, crm.queries.get(job_id).state(crm))


def _locator(position: int) -> str:
    return urlsafe_b64encode(str(position).encode()).decode().rstrip("=")


def _start(locator: str, rows: int) -> int:
    """The position that a locator stands for; 400 for one that was not given out."""
    if not locator:
        return 0
    try:
        position = int(urlsafe_b64decode(locator + "=" * (-len(locator) % 4)))
    except ValueError:
        position = rows
    if not 0 < position < rows:
        raise Problem(400, "INVALID_QUERY_LOCATOR", "The locator is not one of this job's")
    return position
