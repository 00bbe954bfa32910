"""CRM records a hundred at a time: read, update, upsert, create, archive."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from leadline_sandbox.hubspot.asking import (
    answer,
    batch_of,
    body_of,
    flag_of,
    inputs_of,
    kind_of,
    nothing,
    properties_of,
    strings_of,
)
from leadline_sandbox.hubspot.hub import store_of
from leadline_sandbox.hubspot.kinds import Kind
from leadline_sandbox.hubspot.problems import Problem, invalid
from leadline_sandbox.hubspot.records import Record, shown
from leadline_sandbox.hubspot.store import Store
from leadline_sandbox.hubspot.values import read_values, refusal

router = APIRouter(prefix="/crm/v3/objects")
_MOST, _MOST_WITH_HISTORY = 100, 50
Input = dict[str, Any]


@router.post("/{kind}/batch/read")
async def read(request: Request, kind: str) -> Response:
    """Records by id or by a unique property; the missing ones are an error of a 207."""
    of, store, body = kind_of(kind), store_of(request), await body_of(request)
    history = strings_of(body, "propertiesWithHistory")
    inputs = (
        _inputs(body, _MOST_WITH_HISTORY, " for property histories") if history else _inputs(body)
    )
    _no_duplicates(inputs)
    by, archived = body.get("idProperty"), flag_of(request, "archived")
    found: dict[int, Record] = {}
    missing = []
    for each in inputs:
        wanted = _id(each)
        record = store.look(of.name, wanted, by)
        if record is None or record.archived is not archived:
            missing.append(wanted)
        else:
            found[record.number] = record
    known, names = store.schemas[of.name].properties, strings_of(body, "properties")
    results = [shown(record, known, names, history) for record in reversed(found.values())]
    return _answered(store, results, _missing(of, missing))


@router.post("/{kind}/batch/update")
async def update(request: Request, kind: str) -> Response:
    """Write properties by record id. Ids of merged records are left out without a word."""
    of, store, body = kind_of(kind), store_of(request), await body_of(request)
    inputs = _inputs(body)
    _no_duplicates(inputs)
    missing, targets = [], []
    for each in inputs:
        by = each.get("idProperty")
        if by:
            _check_unique(store, of, by, allow_email=False)
        record = store.look(of.name, _id(each), by)
        if record is None or record.archived:
            missing.append(_id(each))
        elif (
            by
            or store.options.merged_writes == "survivor"
            or not store.is_merged(of.name, _id(each))
        ):
            targets.append((each, record))
    traced = _traced(inputs) and store.options.heeds_traces
    wrong = _check(store, of, [each for each, _ in targets], traced)
    results = [
        _written(store, each, store.update(of.name, record.number, _properties(each)))
        for each, record in targets
        if id(each) not in wrong
    ]
    results.reverse()
    return _answered(store, results, [*wrong.values(), *_missing(of, missing)])


@router.post("/{kind}/batch/upsert")
async def upsert(request: Request, kind: str) -> Response:
    """Write by a unique property, and create what is not there."""
    of, store, body = kind_of(kind), store_of(request), await body_of(request)
    inputs = _inputs(body)
    _no_duplicates(inputs)
    for each in inputs:
        if not each.get("idProperty"):
            raise invalid("idProperty must be provided for every input of an upsert")
        _check_unique(store, of, each["idProperty"], allow_email=True)
    wrong = _check(store, of, inputs, _traced(inputs))
    results = []
    for each in inputs:
        if id(each) in wrong:
            continue
        by = each["idProperty"]
        there, properties = store.find(of.name, by, _id(each)), _properties(each)
        if there is None:
            record = store.create(of.name, {by: _id(each), **properties})
        else:
            record = store.update(of.name, there.number, properties)
        results.append({**_written(store, each, record), "new": there is None})
    return _answered(store, results, list(wrong.values()))


@router.post("/{kind}/batch/create")
async def create(request: Request, kind: str) -> Response:
    """New records; one that is there already refuses the whole batch."""
    of, store, body = kind_of(kind), store_of(request), await body_of(request)
    inputs = _inputs(body)
    wrong = _check(store, of, inputs, _traced(inputs))
    good = [each for each in inputs if id(each) not in wrong]
    if of.name == "contacts":
        _no_conflicts(store, good)
    results = []
    for each in good:
        record = store.create(of.name, _properties(each))
        results.append(_written(store, each, record))
    return _answered(store, results, list(wrong.values()), created=True)


@router.post("/{kind}/batch/archive")
async def archive(request: Request, kind: str) -> Response:
    """Archive by id; unknown ids are passed over."""
    of, store, body = kind_of(kind), store_of(request), await body_of(request)
    inputs = _inputs(body)
    _no_duplicates(inputs)
    for each in inputs:
        record = store.get(of.name, _id(each))
        if record is not None and not record.archived:
            store.archive(of.name, record.number)
    return nothing()


def _inputs(body: dict[str, Any], most: int = _MOST, of_what: str = "") -> list[Input]:
    return inputs_of(body, most, f" supported in a batch request{of_what}")


def _id(each: Input) -> str:
    return str(each.get("id", ""))


def _properties(each: Input) -> dict[str, Any]:
    return properties_of(each.get("properties") or {})


def _no_duplicates(inputs: Sequence[Input]) -> None:
    ids = [_id(each) for each in inputs]
    twice = list(dict.fromkeys(each for each in ids if ids.count(each) > 1))
    if twice:
        raise Problem(
            400,
            f"Duplicate IDs found in batch input: [{', '.join(twice)}]. IDs must be unique",
            context={"ids": twice},
        )


def _no_conflicts(store: Store, inputs: Sequence[Input]) -> None:
    emails = [str(_properties(each).get("email") or "").lower() for each in inputs]
    for email in filter(None, emails):
        there = store.find("contacts", "email", email)
        if there is not None:
            raise Problem(409, f"Contact already exists. Existing ID: {there.id}", "CONFLICT")
        if emails.count(email) > 1:
            raise invalid(f"Duplicate email in batch input: {email}")


def _check_unique(store: Store, of: Kind, by: str, *, allow_email: bool) -> None:
    found = store.schemas[of.name].properties.get(by)
    if found is None or not found.unique or (by == "email" and not allow_email):
        raise invalid(f"Unable to perform update/upsert by non-unique {of.type_id} property {by}")


def _traced(inputs: Sequence[Input]) -> bool:
    """Whether each input has a trace id of its own: only then are the good ones written."""
    traces = [each.get("objectWriteTraceId") for each in inputs]
    return all(traces) and len(set(traces)) == len(traces)


def _check(
    store: Store, of: Kind, inputs: Sequence[Input], traced: bool
) -> dict[int, dict[str, Any]]:
    """The error of each bad input by its identity; without traces the first refuses the batch."""
    wrong: dict[int, dict[str, Any]] = {}
    for each in inputs:
        _, bad = read_values(_properties(each), store.schemas[of.name].properties)
        if not bad:
            continue
        problem = refusal(bad)
        if not traced:
            raise problem
        problem.context = {"objectWriteTraceId": [str(each["objectWriteTraceId"])]}
        wrong[id(each)] = problem.entry()
    return wrong


def _missing(of: Kind, ids: list[str]) -> list[dict[str, Any]]:
    if not ids:
        return []
    problem = Problem(
        404,
        f"Could not get some {of.title} objects, they may be deleted or not exist. "
        "Check that ids are valid.",
        "OBJECT_NOT_FOUND",
        context={"ids": ids},
    )
    return [problem.entry()]


def _written(store: Store, each: Input, record: Record) -> dict[str, Any]:
    known = store.schemas[record.kind.name].properties
    found = shown(record, known, _properties(each))
    if each.get("objectWriteTraceId"):
        found["objectWriteTraceId"] = str(each["objectWriteTraceId"])
    return found


def _answered(
    store: Store,
    results: list[dict[str, Any]],
    errors: list[dict[str, Any]],
    *,
    created: bool = False,
) -> Response:
    return answer(*batch_of(store.clock.ms(), results, errors, 201 if created else 200))
