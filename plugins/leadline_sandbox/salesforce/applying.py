"""What a write through an API meets: rights, locks, rules, converted leads; row by row."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from leadline_sandbox.salesforce.ids import full, is_id
from leadline_sandbox.salesforce.problems import (
    Problem,
    bad,
    locked,
    malformed_id,
    no_reference,
)
from leadline_sandbox.salesforce.records import Record, Values
from leadline_sandbox.salesforce.values import read_value

if TYPE_CHECKING:
    from leadline_sandbox.salesforce.store import Store

_WHOLE = ("JSON_PARSER_ERROR", "INVALID_FIELD")  # these refuse the request, not the row
Rows = Sequence[tuple[str, Mapping[str, Any]]]  # id and values
Planned = Sequence[tuple[str, Record | None, Values, Problem | None]]
_RETRIES = "Too many batch retries in the presence of Apex triggers and partial failures."


@dataclass(frozen=True, slots=True)
class Manner:
    """How rows are written. text: the values are cells of a CSV file; began: `time.monotonic()`
    when the request came in; creating: rows have no id yet."""

    all_or_none: bool = False
    auto_assign: bool = True
    allow_save: bool = False
    text: bool = False
    creating: bool = False
    began: float | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row. id: "" for a new one that was refused."""

    id: str
    problem: Problem | None = None
    created: bool = False

    @property
    def success(self) -> bool:
        """Whether the row was written."""
        return self.problem is None

    def as_json(self) -> dict[str, Any]:
        """The row's part of an answer; a failed one has no id."""
        if self.problem is None:
            return {"id": self.id, "success": True, "errors": []}
        return {"success": False, "errors": [self.problem.entry()]}


def apply(store: Store, kind: str, rows: Rows, manner: Manner) -> list[Outcome]:
    """One outcome per row, in order."""
    _check_names(store, kind, rows, manner)
    twice = {i for i, n in Counter(full(i) for i, _ in rows if i).items() if n > 1}
    planned: list[tuple[str, Record | None, Values, Problem | None]] = []
    for record_id, given in rows:
        record, values, problem = None, Values(), None
        try:
            if record_id and full(record_id) in twice:
                raise bad("DUPLICATE_VALUE", f"duplicate value found: Id duplicates value on "
                          f"record with id: {record_id}", ["Id"])  # fmt: skip
            if not manner.creating:
                record = _found(store, kind, record_id)
            values = _values(store, kind, given, manner)
            _admit(store, kind, record, values, manner)
        except Problem as refused:
            if refused.code in _WHOLE and not manner.text:
                raise
            problem = refused
        planned.append((record_id, record, values, problem))
    spoilt = _spoilt(store, planned, manner)
    outcomes = []
    for record_id, record, values, problem in planned:
        if problem is not None or spoilt is not None:
            outcomes.append(Outcome(record_id, _told(problem, spoilt)))
            continue
        outcomes.append(_written(store, kind, record, values, manner))
    _hold(store, kind, planned)
    return outcomes


def delete(store: Store, kind: str, record_id: str) -> Outcome:
    """What became of a record that was to go into the recycle bin."""
    try:
        store.delete(kind, record_id)
    except Problem as problem:
        return Outcome(record_id, problem)
    return Outcome(record_id)


def _spoilt(
    store: Store,
    planned: Planned,
    manner: Manner,
) -> Problem | None:
    """Why good rows fail along with bad ones; None where they do not."""
    if all(problem is None for *_, problem in planned):
        return None
    if manner.all_or_none:
        return bad(
            "ALL_OR_NONE_OPERATION_ROLLED_BACK",
            "Record rolled back because not all records were valid and the request was using "
            "AllOrNone header",
        )
    if store.options.batch_retries and len(planned) > 1:
        return bad("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", _RETRIES)
    return None


def _told(problem: Problem | None, spoilt: Problem | None) -> Problem | None:
    """What a row is told: its own fault, unless the retries took that away."""
    if spoilt is not None and spoilt.message == _RETRIES:
        return spoilt
    return problem or spoilt


def _check_names(store: Store, kind: str, rows: Rows, manner: Manner) -> None:
    known = store.access.fields(kind)
    for name in {name for _, given in rows for name in given}:
        if name not in known:
            raise bad("INVALID_FIELD", f"No such column '{name}' on sobject of type {kind}")


def _found(store: Store, kind: str, record_id: str) -> Record:
    if not record_id:
        raise no_reference("")
    if not is_id(record_id) or record_id[:3] != store.schema[kind].prefix:
        raise malformed_id(record_id)
    return store.live(kind, record_id)


def _values(store: Store, kind: str, given: Mapping[str, Any], manner: Manner) -> Values:
    known = store.schema[kind].fields
    shut = [
        name
        for name in given
        if not (known[name].createable if manner.creating else known[name].updateable)
        or not store.access.edits(kind, known[name])
    ]
    if shut:
        raise bad(
            "INVALID_FIELD_FOR_INSERT_UPDATE",
            f"Unable to create/update fields: {', '.join(shut)}. Please check the security "
            "settings of this field and verify that it is read/write for your profile or "
            "permission set.",
            shut,
        )
    values = {name: read_value(known[name], value, manner.text) for name, value in given.items()}
    if manner.creating:
        missing = [
            each.name
            for each in known.values()
            if not each.nillable and each.createable and each.type != "boolean"
            and each.name not in ("OwnerId",) and values.get(each.name) is None
        ]  # fmt: skip
        if missing:
            raise bad("REQUIRED_FIELD_MISSING", f"Required fields are missing: {missing}", missing)
    return values


def _admit(store: Store, kind: str, record: Record | None, values: Values, manner: Manner) -> None:
    """Everything that can stand in the way of good values."""
    if record is not None:
        _check_locks(store, kind, record, manner)
        _check_record(store, record, values)
    if store.options.duplicate_alerts and not manner.allow_save:
        raise bad("DUPLICATES_DETECTED", "Use one of these records?", [])
    result = Record(kind, {**(record.values if record else {"Id": ""}), **values})
    for check, message in store.rules.get(kind, ()):
        if not check(result):
            raise bad("FIELD_CUSTOM_VALIDATION_EXCEPTION", message, [])


def _check_record(store: Store, record: Record, values: Values) -> None:
    """Converted leads and person contacts take no writes."""
    converted = record.kind == "Lead" and record.values.get("IsConverted")
    if converted and store.options.converted_writes == "refused":
        raise bad("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead", [])
    if record.kind == "Contact" and record.values.get("IsPersonAccount"):
        raise bad(
            "INVALID_FIELD_FOR_INSERT_UPDATE",
            "Unable to create/update fields of a person contact. Update its account instead.",
            sorted(values),
        )


def _check_locks(store: Store, kind: str, record: Record, manner: Manner) -> None:
    left = store.row_locks.get((kind, record.id), 0)
    if left > 0:
        store.row_locks[kind, record.id] = left - 1
        raise locked()
    parent = record.values.get(store.schema[kind].parent)
    overlaps = manner.began is not None and store.held.get(parent or "", 0.0) > manner.began
    if store.options.lock_parents and overlaps:
        raise locked()


def _hold(
    store: Store,
    kind: str,
    planned: Planned,
) -> None:
    if not store.options.lock_parents:
        return
    ended = time.monotonic()
    for _, record, _, problem in planned:
        parent = record.values.get(store.schema[kind].parent) if record else None
        if parent and problem is None:
            store.held[parent] = ended


def _written(
    store: Store, kind: str, record: Record | None, values: Values, manner: Manner
) -> Outcome:
    if kind == "Lead" and manner.auto_assign and store.options.assignment:
        values = {**values, "OwnerId": store.assigned}
    if record is not None:
        store.write(record, values, user=store.user)
        return Outcome(record.id)
    made = store.insert(kind, values, user=store.user)
    return Outcome(made.id, created=True)
