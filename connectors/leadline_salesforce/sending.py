"""Updates by id, 200 records of one object a call: what fails together is taken apart.

An answer has no id for a record that failed, so each is matched by its place. With triggers in the
org one bad record can take the other 199 down with it.
"""

from __future__ import annotations

import random
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING

from leadline.batches import Outcome, WriteResult
from leadline.errors import SourceError
from leadline_salesforce import paths, quota
from leadline_salesforce.answers import Refused
from leadline_salesforce.changes import Wire

if TYPE_CHECKING:
    from leadline_salesforce.api import Api

MOST = 200
LOCKED = "UNABLE_TO_LOCK_ROW"
# leadline's own: nobody said what became of the record, or it was never asked for.
IN_DOUBT, NOT_SENT = "IN_DOUBT", "NOT_SENT"

_LOCK_ATTEMPTS = 5
_LOCK_CHUNK = 50  # records; fewer hold fewer locks at once
_LOCK_WAIT = 1.0  # seconds before the first further attempt
_CONVERTED = "CANNOT_UPDATE_CONVERTED_LEAD"
_NO_WORD = "Salesforce did not say what became of it"
_TOGETHER = "Too many batch retries"
# What is about the record alone, however many of a call share it.
_ABOUT_ONE = frozenset(
    [
        "FIELD_CUSTOM_VALIDATION_EXCEPTION",
        _CONVERTED,
        "ENTITY_IS_DELETED",
        "INVALID_CROSS_REFERENCE_KEY",
        "INSUFFICIENT_ACCESS_OR_READONLY",
        "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
        "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
        "REQUIRED_FIELD_MISSING",
        "DUPLICATES_DETECTED",
        "STRING_TOO_LONG",
        "NUMBER_OUTSIDE_VALID_RANGE",
        "ENTITY_IS_LOCKED",
        "INACTIVE_OWNER_OR_USER",
        "MALFORMED_ID",
    ]
)
_ABOUT_ALL = frozenset(["INVALID_FIELD", "INVALID_TYPE", "INVALID_FIELD_FOR_INSERT_UPDATE"])
_PASSING = frozenset(
    [
        LOCKED,
        IN_DOUBT,
        _CONVERTED,
        "QUERY_TIMEOUT",
        "REQUEST_LIMIT_EXCEEDED",
        "SERVER_UNAVAILABLE",
        "TXN_SECURITY_METERING_ERROR",
        "UNKNOWN_EXCEPTION",
    ]
)


@dataclass(frozen=True, slots=True)
class Row:
    """What one record is sent.

    contact_id: for whom the answer is. kind, id: the record, which may be another one. account:
    the parent that it shares with others. stage: the field of `values` that is a stage; "" if none.
    """

    contact_id: str
    kind: str
    id: str
    values: Mapping[str, Wire]
    account: str = ""
    stage: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What Salesforce said of one row. code: its word for the failure; "" where it was written."""

    row: Row
    code: str = ""
    message: str = ""

    @property
    def dragged(self) -> bool:
        """Whether the record failed because others of its call did."""
        return _TOGETHER in self.message

    @property
    def result(self) -> WriteResult:
        """The same for the host."""
        contact_id = self.row.contact_id
        if not self.code:
            return WriteResult(contact_id, Outcome.WRITTEN)
        if self.code == _CONVERTED:
            reason = "it was converted a moment ago: the next sync goes on with its contact"
        elif self.code in (IN_DOUBT, NOT_SENT):
            reason = self.message
        else:
            reason = f"Salesforce refuses {self.row.kind} {self.row.id} ({self.code}): "
            reason += self.message
        passing = self.code in _PASSING or self.dragged
        return WriteResult(contact_id, Outcome.RETRY if passing else Outcome.REJECTED, reason)


@dataclass(slots=True)
class Patience:
    """How many calls may still be spent on taking calls apart that failed as a whole."""

    calls: int = 200

    def spend(self) -> bool:
        """Whether one more is allowed."""
        self.calls -= 1
        return self.calls >= 0


@dataclass(slots=True)
class Sending:
    """Rows of one object on their way, chunk after chunk: one writer at a time."""

    api: Api
    patience: Patience = field(default_factory=Patience)

    def send(self, rows: Sequence[Row]) -> Iterator[Verdict]:
        """Update each row's record; one verdict for each.

        Raises SourceError for what would go wrong with every record.
        """
        for chunk in chunks(rows, MOST):
            yield from self._unlocked(self._taken_apart(chunk))

    def _unlocked(self, verdicts: Iterator[Verdict]) -> Iterator[Verdict]:
        """The verdicts, once more for the rows whose records somebody else had locked."""
        locked = yield from _but(verdicts, LOCKED)
        for attempt in range(_LOCK_ATTEMPTS):
            if not locked:
                return
            quota.pause(_LOCK_WAIT * 2**attempt * random.uniform(0.5, 1.5))
            again: list[Verdict] = []
            for chunk in chunks([each.row for each in locked], _LOCK_CHUNK):
                again += yield from _but(self._taken_apart(chunk), LOCKED)
            locked = again
        yield from locked

    def _taken_apart(self, rows: Sequence[Row]) -> Iterator[Verdict]:
        verdicts = _asked(self.api, rows)
        if len(rows) > 1 and _shared(verdicts):
            if not self.patience.spend():
                yield from (_untried(each) for each in verdicts)
                return
            middle = len(rows) // 2
            yield from self._taken_apart(rows[:middle])
            yield from self._taken_apart(rows[middle:])
            return
        dragged = [each for each in verdicts if each.dragged]
        if len(dragged) == len(rows):
            yield from dragged
            return
        yield from (each for each in verdicts if not each.dragged)
        # Those that failed on their own account are out of the way now.
        if dragged and self.patience.spend():
            yield from self._taken_apart([each.row for each in dragged])
        else:
            yield from dragged


def chunks(rows: Sequence[Row], most: int) -> list[list[Row]]:
    """The rows in calls, one account's children in the same one if they fit.

    Calls that touch the same account wait for each other's locks.
    """
    found: list[list[Row]] = [[]]
    ordered = sorted(rows, key=lambda row: (row.account, row.id))
    for account, group in groupby(ordered, key=lambda row: row.account):
        family = list(group)
        alone = not account or len(family) > most
        for part in [[each] for each in family] if alone else [family]:
            if len(found[-1]) + len(part) > most:
                found.append([])
            found[-1] += part
    return [each for each in found if each]


def _asked(api: Api, rows: Sequence[Row]) -> list[Verdict]:
    """One call, and what Salesforce says of each row by its place."""
    records = [{"attributes": {"type": row.kind}, "id": row.id, **row.values} for row in rows]
    try:
        answer = api.patch(paths.COLLECTIONS, {"allOrNone": False, "records": records}).body
    except Refused as refused:
        # A value that cannot be read refuses the whole call, without a word about whose it is.
        if refused.status != 400 or refused.code in _ABOUT_ALL:
            raise
        return [Verdict(row, refused.code or "BAD_REQUEST", refused.message) for row in rows]
    if not isinstance(answer, list) or len(answer) != len(rows):
        return [Verdict(row, IN_DOUBT, _NO_WORD) for row in rows]
    verdicts = [_verdict(row, said) for row, said in zip(rows, answer, strict=True)]
    for each in verdicts:
        stop_if_for_all(each)
    return verdicts


def stop_if_for_all(verdict: Verdict) -> None:
    """Raise SourceError for what no single record can help."""
    if verdict.code in _ABOUT_ALL:
        raise SourceError(
            f"Salesforce does not take what leadline writes to {verdict.row.kind} "
            f"({verdict.code}): {verdict.message}; run leadline check --fix"
        )


def _verdict(row: Row, said: object) -> Verdict:
    if not isinstance(said, dict):
        return Verdict(row, IN_DOUBT, _NO_WORD)
    if said.get("success") is True:
        return Verdict(row)
    errors = said.get("errors") or [{}]
    code = str(errors[0].get("statusCode") or "UNKNOWN_EXCEPTION")
    return Verdict(row, code, str(errors[0].get("message") or "it gave no reason"))


def _shared(verdicts: Sequence[Verdict]) -> bool:
    """Whether a whole call failed for one reason, which may be that of a single record in it."""
    said = {(each.code, each.message) for each in verdicts}
    code, message = verdicts[0].code, verdicts[0].message
    if len(said) > 1 or not code:
        return False
    return _TOGETHER in message or code not in _ABOUT_ONE | _PASSING


def _untried(verdict: Verdict) -> Verdict:
    reason = f"it failed together with others, and was not tried alone: {verdict.message}"
    return Verdict(verdict.row, IN_DOUBT, reason)


def _but(verdicts: Iterator[Verdict], code: str) -> Generator[Verdict, None, list[Verdict]]:
    """Pass on all but those with this code, which are the generator's value."""
    kept = []
    for each in verdicts:
        if each.code == code:
            kept.append(each)
        else:
            yield each
    return kept
