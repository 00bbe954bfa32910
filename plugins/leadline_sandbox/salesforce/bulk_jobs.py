"""What both kinds of Bulk API 2.0 jobs share: their ids, their time, and how they are shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from threading import RLock
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from starlette.responses import Response

from leadline_sandbox.salesforce.bulk_csv import DELIMITERS, LINE_ENDINGS, Dialect, render
from leadline_sandbox.salesforce.options import Options
from leadline_sandbox.salesforce.problems import Problem, not_found

if TYPE_CHECKING:
    from leadline_sandbox.salesforce.org import Org

OPEN, UPLOADED, RUNNING = "Open", "UploadComplete", "InProgress"
COMPLETE, ABORTED, FAILED = "JobComplete", "Aborted", "Failed"
OVER = (COMPLETE, ABORTED, FAILED)

J = TypeVar("J")


@dataclass(slots=True)
class Job:
    """What was asked for. kind: of record; created: seconds since 1970 on the org's clock."""

    id: str
    kind: str
    operation: str
    version: str
    dialect: Dialect
    created: float

    def described(self, crm: Org, state: str, modified: float) -> dict[str, Any]:
        """The job's JSON, as far as every job has it."""
        return {
            "id": self.id,
            "operation": self.operation,
            "object": self.kind,
            "createdById": crm.store.user,
            "createdDate": crm.stamp(self.created),
            "systemModstamp": crm.stamp(modified),
            "state": state,
            "concurrencyMode": "Parallel",
            "contentType": "CSV",
            "apiVersion": float(self.version),
            "lineEnding": self.dialect.line_ending,
            "columnDelimiter": self.dialect.delimiter,
        }


class Jobs(Generic[J]):
    """Jobs by id. `lock` is held by whoever looks at one or moves it on."""

    def __init__(self) -> None:
        self.lock = RLock()
        self.by_id: dict[str, J] = {}

    def get(self, job_id: str) -> J:
        """A job; 404 where there is none."""
        found = self.by_id.get(job_id)
        if found is None:
            raise not_found()
        return found

    def delete(self, job_id: str, state: str) -> Response:
        """204 without a body; a job that is not over yet stays."""
        if state not in OVER:
            raise wrong_state(f"Job in state {state} cannot be deleted: abort it first")
        del self.by_id[job_id]
        return Response(status_code=204)


def wrong_state(message: str) -> Problem:
    """400: not in this state of the job."""
    return Problem(400, "INVALIDJOBSTATE", message)


def dialect_of(body: Mapping[str, Any]) -> Dialect:
    """The dialect that a new job asks for."""
    delimiter = body.get("columnDelimiter", "COMMA")
    ending = body.get("lineEnding", "LF")
    if delimiter not in DELIMITERS or ending not in LINE_ENDINGS:
        raise Problem(400, "INVALIDJOB", f"InvalidJob : {delimiter} or {ending} is not supported")
    if body.get("contentType", "CSV") != "CSV":
        raise Problem(400, "INVALIDJOB", "InvalidJob : Unsupported contentType")
    return Dialect(delimiter, ending)


def progress(options: Options, since: float, now: float) -> float:
    """The share of a job that is done, 0..1, by the org's clock."""
    if options.bulk_seconds <= 0:
        return 1.0
    return min(1.0, max(0.0, (now - since) / options.bulk_seconds))


def table(
    options: Options,
    dialect: Dialect,
    header: Sequence[str],
    rows: Iterable[Sequence[str]],
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Rows as an answer of text/csv."""
    kind = "text/csv; charset=UTF-8" if options.bulk_charset else "text/csv"
    answer = Response(render(header, rows, dialect), headers=dict(headers or {}))
    answer.headers["content-type"] = kind  # as it is: starlette would add a charset to the bare one
    return answer
