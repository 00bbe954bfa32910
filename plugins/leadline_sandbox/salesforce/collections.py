"""Up to 200 records in one call: an outcome for each, in order, and 200 whatever they are."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from leadline_sandbox.salesforce import applying, outages
from leadline_sandbox.salesforce.applying import Outcome
from leadline_sandbox.salesforce.asking import body_of, manner_of
from leadline_sandbox.salesforce.ids import full
from leadline_sandbox.salesforce.org import Org, org_of
from leadline_sandbox.salesforce.problems import bad
from leadline_sandbox.salesforce.soql_paths import kind_of

router = APIRouter(prefix="/composite/sobjects")
_MOST = 200
_CHUNKS = 10
Given = tuple[str, str, dict[str, Any]]  # kind, id, values


@router.patch("")
async def update(request: Request) -> Response:
    """Change records by their ids."""
    return await _written(request, creating=False)


@router.post("")
async def create(request: Request) -> Response:
    """New records."""
    return await _written(request, creating=True)


@router.delete("")
async def delete(request: Request) -> Response:
    """Put records into the recycle bin."""
    crm = org_of(request)
    ids = [each for each in request.query_params.get("ids", "").split(",") if each]
    _check_number(len(ids))
    store = crm.store
    outcomes = [applying.delete(store, kind_of(store, each), full(each)) for each in ids]
    return JSONResponse([each.as_json() for each in outcomes])


async def _written(request: Request, *, creating: bool) -> Response:
    crm, body = org_of(request), await body_of(request)
    rows = body.get("records")
    if not isinstance(rows, list) or any(not isinstance(row, dict) for row in rows):
        raise bad("JSON_PARSER_ERROR", "records has to be a list of objects")
    _check_number(len(rows))
    given = [_given(crm, row) for row in rows]
    chunks = [(kind, list(rows)) for kind, rows in groupby(given, key=lambda row: row[0])]
    if len(chunks) > _CHUNKS:
        raise bad("INVALID_INPUT", f"The request has more than {_CHUNKS} chunks of object types")
    if outages.disturbed(request) == outages.ROWS_LOCKED:
        for kind, record_id, _ in given[:: outages.LOCKED_EVERY]:
            crm.store.lock_row(kind, record_id)
    manner = {**manner_of(request), "creating": creating}
    manner["all_or_none"] = bool(body.get("allOrNone", False))
    outcomes: list[Outcome] = []
    for kind, chunk in chunks:
        outcomes += crm.store.apply(kind, [(each[1], each[2]) for each in chunk], **manner)
    return JSONResponse([each.as_json() for each in outcomes])


def _given(crm: Org, row: dict[str, Any]) -> Given:
    name = (row.get("attributes") or {}).get("type")
    if not name:
        raise bad("INVALID_INPUT", "Every record has to have attributes with its type")
    kind = crm.store.access.kind(name)
    values = {key: value for key, value in row.items() if key not in ("attributes", "id", "Id")}
    return kind.name, str(row.get("id") or row.get("Id") or ""), values


def _check_number(number: int) -> None:
    if number > _MOST:
        raise bad("EXCEEDED_MAX_SIZE_REQUEST", f"The record limit is {_MOST}, not {number}")
