"""What a request says: JSON bodies, instants, and the headers that change how it is written."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

from fastapi import Request

from leadline_sandbox.salesforce.problems import bad

_SAVE = re.compile(r"allowSave\s*=\s*true", re.IGNORECASE)


async def body_of(request: Request) -> dict[str, Any]:
    """The JSON object of the body."""
    raw = await request.body()
    try:
        found = json.loads(raw, parse_constant=_no_number)
    except ValueError as error:
        raise bad(
            "JSON_PARSER_ERROR", f"Unexpected character at [line:1, column:1]: {error}"
        ) from None
    if not isinstance(found, dict):
        raise bad("JSON_PARSER_ERROR", "The request body has to be a JSON object")
    return found


def manner_of(request: Request) -> dict[str, Any]:
    """How the request wants its records to be written, for `Store.apply`."""
    assign = request.headers.get("sforce-auto-assign", "TRUE")
    duplicates = request.headers.get("sforce-duplicate-rule-header", "")
    return {
        "auto_assign": assign.strip().upper() != "FALSE",
        "allow_save": _SAVE.search(duplicates) is not None,
        "began": request.scope.get("leadline.began"),
    }


def instant_of(request: Request, name: str) -> datetime:
    """An instant of the query, which has to name its offset."""
    text = request.query_params.get(name, "").replace(" ", "+")  # a + that was not encoded
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise bad("MALFORMED_DATE", f"{name} has to be an instant in ISO 8601, not '{text}'")
    return found.astimezone(UTC)


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is not JSON")
