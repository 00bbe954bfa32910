"""Many updates of one object by a job of Bulk API 2.0, which goes on while nobody looks.

The job's id is kept in a file until its results were read: after a crash, or where the org did not
answer for a while, the same rows take up the same job, and other rows wait until it has ended. A
job that runs is never aborted: what it has written by then would stay, and nobody would know.
"""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leadline.errors import RetryLater, SourceError
from leadline_salesforce import paths
from leadline_salesforce.answers import Refused
from leadline_salesforce.bulk import DAILY, ENDED, FIRST_WAIT, last_word
from leadline_salesforce.changes import Wire
from leadline_salesforce.sending import IN_DOUBT, NOT_SENT, Row, Verdict, chunks

if TYPE_CHECKING:
    from leadline_salesforce.api import Api

_FILE = "ingest.json"
_NULL = "#N/A"
_LARGEST = 90_000_000  # bytes of an upload; Salesforce takes 150 MB of base64
_ROWS_A_SECOND = 5_000  # a guess that saves looking too early
_FRESH = 3_600.0  # seconds for which a job's results are the answer to the same rows
_PATIENCE = 7_200.0  # seconds that a job is waited for
_LONGEST_FIELD = 400_000  # characters, of a whole record
_NO_WORD = "Salesforce did not say what became of it; the next sync looks"


@dataclass(frozen=True, slots=True)
class _Job:
    """A job that was made. digest: of what was uploaded to it, or was to be. made: in s of 1970."""

    id: str
    digest: str
    made: float

    def is_of(self, digest: str) -> bool:
        """Whether its results are the answer to these rows; later, records may have changed."""
        return self.digest == digest and time.time() - self.made < _FRESH


def update(folder: Path, api: Api, kind: str, rows: Sequence[Row]) -> Iterator[Verdict]:
    """Update each row's record, all of one object and each named once; one verdict for each.

    folder: the source's own. Raises RetryLater where the job does not end in time, and SourceError
    for what would go wrong with every record.
    """
    sendable = []
    for row in rows:
        if literal := [name for name, value in row.values.items() if value == _NULL]:
            message = f"{literal[0]} is '{_NULL}', which empties a field in a large plan: not sent"
            yield Verdict(row, NOT_SENT, message)
        else:
            sendable.append(row)
    for part, data in _parts(sendable):
        yield from _written(folder, api, kind, part, data)


def wait_for_kept(folder: Path, api: Api) -> None:
    """Return once no job of an earlier run is at work any more: there is one writer at a time."""
    kept = _kept(folder)
    if kept is not None:
        _ended(api, kept)
        (folder / _FILE).unlink(missing_ok=True)


def _written(
    folder: Path, api: Api, kind: str, rows: Sequence[Row], data: bytes
) -> Iterator[Verdict]:
    digest = sha256(kind.encode() + data).hexdigest()
    kept = _kept(folder)
    ended = None if kept is None else _ended(api, kept)
    if kept is None or ended is None or not kept.is_of(digest):
        kept = _begun(folder, api, kind, data, digest)
        ended = _waited(api, kept.id, FIRST_WAIT + len(rows) / _ROWS_A_SECOND)
    results = list(_results(api, kept.id, ended, rows))
    # The job stays for whoever looks into it; Salesforce deletes it after a week.
    (folder / _FILE).unlink(missing_ok=True)
    yield from results


def _begun(folder: Path, api: Api, kind: str, data: bytes, digest: str) -> _Job:
    """Make a job, upload to it and set it going."""
    body = {"object": kind, "operation": "update", "contentType": "CSV", "lineEnding": "LF"}
    try:
        made = api.post(paths.INGEST_JOBS, body | {"columnDelimiter": "COMMA"}).body
    except Refused as refused:
        if DAILY in refused.code:
            raise api.quota.used_up("the org's bulk batches of 24 hours are used up") from None
        raise
    job = _Job(str(made["id"]), digest, time.time())
    _keep(folder, job)
    api.upload(paths.INGEST_BATCHES, data, id=job.id)
    api.patch(paths.INGEST_JOB, {"state": "UploadComplete"}, id=job.id)
    return job


def _ended(api: Api, kept: _Job) -> Mapping[str, Any] | None:
    """What became of a job that an earlier run left; None where it never began, or is gone."""
    try:
        found = api.get(paths.INGEST_JOB, id=kept.id)
    except Refused as refusal:
        if refusal.status != 404:
            raise
        return None
    if found.get("state") == "Open":
        # Nothing was processed: it was still being uploaded.
        api.patch(paths.INGEST_JOB, {"state": "Aborted"}, id=kept.id)
        return None
    return found if found.get("state") in ENDED else _waited(api, kept.id, FIRST_WAIT)


def _waited(api: Api, job_id: str, wait: float) -> Mapping[str, Any]:
    """The job's last word; looked for after so many seconds, and then less and less often."""
    found = last_word(api, paths.INGEST_JOB, job_id, wait, _PATIENCE)
    if found is not None:
        return found
    raise RetryLater(
        f"Salesforce is still working on bulk job {job_id}; the next sync goes on with it",
        after=600.0,
    )


def _results(
    api: Api, job_id: str, ended: Mapping[str, Any], rows: Sequence[Row]
) -> Iterator[Verdict]:
    """Each row's verdict; where all are accounted for by number, the successes are not listed."""
    _stop_if_for_all(api, ended)
    failed = _number(ended, "numberRecordsFailed")
    processed = _number(ended, "numberRecordsProcessed")
    complete = ended.get("state") == "JobComplete" and processed == len(rows)
    errors = _failed(api, job_id) if failed or not complete else {}
    written = None
    if not complete or failed != len(errors):
        successful = _listed(api, paths.INGEST_SUCCESSFUL, job_id)
        written = {_id_of(line) for line in successful}
    for row in rows:
        if row.id in errors:
            yield Verdict(row, *errors[row.id])
        elif written is None or row.id in written:
            yield Verdict(row)
        else:
            yield Verdict(row, IN_DOUBT, str(ended.get("errorMessage") or _NO_WORD))


def _stop_if_for_all(api: Api, ended: Mapping[str, Any]) -> None:
    said = str(ended.get("errorMessage") or "")
    if DAILY in said:
        raise api.quota.used_up("the org's bulk batches of 24 hours are used up")
    if ended.get("state") == "Failed" and ("InvalidBatch" in said or "INVALID_FIELD" in said):
        raise SourceError(
            f"Salesforce does not take what leadline writes ({said}): run leadline check --fix"
        )


def _failed(api: Api, job_id: str) -> dict[str, tuple[str, str]]:
    """Record → the code and the words of its failure."""
    found = {}
    for line in _listed(api, paths.INGEST_FAILED, job_id):
        code, _, rest = (line.get("sf__Error") or "").partition(":")
        # The names of fields stand behind the last colon, and two dashes.
        message = rest.rpartition(":")[0] if rest.rstrip().endswith("--") else rest
        found[_id_of(line)] = (code or "UNKNOWN_EXCEPTION", message or "it gave no reason")
    return found


def _listed(api: Api, path: str, job_id: str) -> Iterator[dict[str, str]]:
    """The lines of a job's results: UTF-8 whatever the answer says of it, newlines in values."""
    data = api.text(path, id=job_id).data
    csv.field_size_limit(_LONGEST_FIELD)
    return csv.DictReader(io.StringIO(data.decode("utf-8"), newline=""))


def _id_of(line: Mapping[str, str]) -> str:
    return line.get("Id") or line.get("sf__Id") or ""


def _parts(rows: Sequence[Row]) -> Iterator[tuple[list[Row], bytes]]:
    """The rows as CSV, as many to a job as it may hold; one account's children stay together."""
    ordered = [row for chunk in chunks(rows, max(len(rows), 1)) for row in chunk]
    names = list(dict.fromkeys(name for row in ordered for name in row.values))
    header = _line(["Id", *names])
    part, lines, size = list[Row](), [header], len(header)
    for row in ordered:
        line = _line([row.id, *(_cell(row.values, name) for name in names)])
        if part and size + len(line) > _LARGEST:
            yield part, b"".join(lines)
            part, lines, size = [], [header], len(header)
        part.append(row)
        lines.append(line)
        size += len(line)
    if part:
        yield part, b"".join(lines)


def _line(cells: Sequence[str]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue().encode("utf-8")


def _cell(values: Mapping[str, Wire], name: str) -> str:
    """A value in CSV: what is empty stays as it is, so that null needs a word of its own."""
    if name not in values:
        return ""
    value = values[name]
    if value is None:
        return _NULL
    return str(value).lower() if isinstance(value, bool) else str(value)


def _number(ended: Mapping[str, Any], name: str) -> int:
    return int(ended.get(name) or 0)


def _kept(folder: Path) -> _Job | None:
    """The job that an earlier run left without having read its results."""
    try:
        found = json.loads((folder / _FILE).read_text("utf-8"))
        return _Job(str(found["id"]), str(found["digest"]), float(found["made"]))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def _keep(folder: Path, job: _Job) -> None:
    new = folder / f"{_FILE}.new"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        new.write_text(json.dumps(asdict(job)), "utf-8")
        new.replace(folder / _FILE)
    except OSError as error:
        raise SourceError(
            f"cannot note a bulk job in '{folder}': {error.strerror}; free the disk or its rights"
        ) from error
