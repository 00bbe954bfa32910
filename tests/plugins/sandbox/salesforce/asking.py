"""What the tests of the org's REST API ask: a query, a collection, with the headers they need."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from .caller import Answer, Caller

ROOT = "/services/data/v62.0"
Headers = Mapping[str, str]


def ask(
    caller: Caller, method: str, path: str, body: Any = None, headers: Headers | None = None
) -> Answer:
    """One request of the REST API with headers of its own."""
    sent = None if body is None else json.dumps(body).encode()
    whole = {"Authorization": f"Bearer {caller.token}", "Content-Type": "application/json"}
    target = path if path.startswith("/services") else f"{ROOT}{path}"
    return caller.raw(method, target, sent, whole | dict(headers or {}))


def query(
    caller: Caller, text: str, *, all_rows: bool = False, headers: Headers | None = None
) -> Answer:
    """The first page of a query."""
    way = "queryAll" if all_rows else "query"
    return ask(caller, "GET", f"/{way}?{urlencode({'q': text})}", headers=headers)


def ids(caller: Caller, text: str, *, all_rows: bool = False) -> list[str]:
    """The ids of a query of one page."""
    return [row["Id"] for row in query(caller, text, all_rows=all_rows).json["records"]]


def patch(
    caller: Caller,
    *rows: Mapping[str, Any],
    kind: str = "Lead",
    headers: Headers | None = None,
    **more: Any,
) -> Answer:
    """An update of records of one kind."""
    records = [{"attributes": {"type": kind}, **row} for row in rows]
    body = {"allOrNone": False, "records": records, **more}
    assign = {"Sforce-Auto-Assign": "FALSE"}
    return ask(caller, "PATCH", "/composite/sobjects", body, assign | dict(headers or {}))


def codes(answer: Answer) -> list[str]:
    """What became of each record: "" where it was written."""
    rows = answer.json
    return ["" if row["success"] else row["errors"][0]["statusCode"] for row in rows]
