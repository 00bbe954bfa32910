"""Queries over REST: pages, and the locator of the next one."""

from __future__ import annotations

import re

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from leadline_sandbox.salesforce import soql
from leadline_sandbox.salesforce.cursors import Cursor
from leadline_sandbox.salesforce.org import Org, org_of
from leadline_sandbox.salesforce.problems import bad
from leadline_sandbox.salesforce.shown import Json, shown_rows

router = APIRouter()
_LEAST = 200
_BATCH = re.compile(r"batchSize\s*=\s*(\d+)", re.IGNORECASE)


@router.get("/query")
async def query(request: Request) -> Response:
    """The first page; rows that are deleted or archived are not there."""
    return _first(request, deleted=False)


@router.get("/queryAll")
async def query_all(request: Request) -> Response:
    """The first page, of all rows."""
    return _first(request, deleted=True)


@router.get("/query/{locator}")
@router.get("/queryAll/{locator}")
async def more(request: Request, locator: str) -> Response:
    """A later page."""
    crm = org_of(request)
    cursor, start = crm.cursors.find(locator)
    return JSONResponse(_page(crm, cursor, start, crm.version_of(request)))


def _first(request: Request, *, deleted: bool) -> Response:
    crm, text = org_of(request), request.query_params.get("q", "")
    found = soql.run(crm.store, text, deleted=deleted, bulk=False)
    if found.count is not None:
        return JSONResponse({"totalSize": found.count, "done": True, "records": []})
    cursor = crm.cursors.open(found, _size(crm, request))
    return JSONResponse(_page(crm, cursor, 0, crm.version_of(request)))


def _size(crm: Org, request: Request) -> int:
    asked = _BATCH.search(request.headers.get("sforce-query-options", ""))
    if asked is None:
        return crm.options.page_size
    if int(asked[1]) > 2_000:
        raise bad("INVALID_QUERY_OPTIONS", "batchSize has to be between 200 and 2000")
    return min(max(int(asked[1]), _LEAST), crm.options.page_size)


def _page(crm: Org, cursor: Cursor, start: int, version: str) -> Json:
    end, found = crm.cursors.end(cursor, start), cursor.found
    body: Json = {
        "totalSize": len(found.rows),
        "done": end >= len(found.rows),
        "records": shown_rows(found, found.rows[start:end], version),
    }
    if not body["done"]:
        body["nextRecordsUrl"] = f"/services/data/v{version}/query/{cursor.id}-{end}"
    return body
