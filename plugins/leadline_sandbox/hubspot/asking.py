"""What a request says: JSON bodies, numbers and lists of names, each refused in plain words."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from fastapi import Request
from starlette.responses import JSONResponse, Response

from leadline_sandbox.hubspot.instants import full_iso
from leadline_sandbox.hubspot.kinds import BY_NAME, Kind
from leadline_sandbox.hubspot.problems import Problem, invalid, not_found

T = TypeVar("T")

# The API writes its own host here, whatever was asked; following it leaves the simulator.
_LINKS = "https://api.hubspot.com"


async def body_of(request: Request) -> dict[str, Any]:
    """The JSON object of the body; an empty body is an empty object."""
    raw = await request.body()
    try:
        found = json.loads(raw) if raw else {}
    except ValueError as error:
        raise invalid(f"Invalid input JSON on line 1, column 1: {error}") from None
    if not isinstance(found, dict):
        raise invalid("Invalid input JSON on line 1, column 1: Cannot deserialize value")
    return found


def kind_of(name: str) -> Kind:
    """The kind that a path names: contacts, contact or 0-1."""
    if name not in BY_NAME:
        raise Problem(400, f"Unable to infer object type from: {name}", "VALIDATION_ERROR")
    return BY_NAME[name]


def number_of(request: Request, name: str, default: int, most: int) -> int:
    """A number of the query, from 1 to `most`."""
    text = request.query_params.get(name, str(default))
    if not text.isdigit() or not 1 <= int(text) <= most:
        raise invalid(f"{name} must be between 1 and {most}, not {text}", **{name: text})
    return int(text)


def names_of(request: Request, name: str) -> list[str]:
    """A list of the query, repeated or with commas."""
    return [part for text in request.query_params.getlist(name) for part in text.split(",") if part]


def flag_of(request: Request, name: str) -> bool:
    """A yes or no of the query; no when it is missing."""
    return request.query_params.get(name, "false").lower() == "true"


def strings_of(given: dict[str, Any], name: str) -> list[str]:
    """A list of names in a body."""
    found = given.get(name) or []
    if not isinstance(found, list) or any(not isinstance(each, str) for each in found):
        raise invalid(f"Invalid input JSON: '{name}' must be a list of strings")
    return found


def properties_of(found: Any) -> dict[str, Any]:
    """The properties of a body or of one of its inputs."""
    if not isinstance(found, dict):
        raise invalid("Invalid input JSON: 'properties' must be an object")
    return found


def inputs_of(body: dict[str, Any], most: int, what: str) -> list[dict[str, Any]]:
    """The inputs of a batch; none at all is an empty batch, which is answered as done."""
    found = body.get("inputs") or []
    if not isinstance(found, list) or any(not isinstance(each, dict) for each in found):
        raise invalid("Invalid input JSON: 'inputs' must be a list of objects")
    if len(found) > most:
        raise invalid(f"The maximum number of inputs{what} is {most}. Received {len(found)}.")
    return found


def batch_of(
    now: int, results: list[Any], errors: list[Any], status: int = 200
) -> tuple[dict[str, Any], int]:
    """Body and status of a batch that was done at this instant: 207 where there are errors."""
    at = full_iso(now)
    body = {"status": "COMPLETE", "results": results, "startedAt": at, "completedAt": at}
    if errors:
        return {**body, "numErrors": len(errors), "errors": errors}, 207
    return body, status


def paging(request: Request, after: str) -> dict[str, Any]:
    """The paging part of an answer; nothing on the last page."""
    if not after:
        return {}
    link = f"{_LINKS}{request.url.path.replace('/crm/v3/objects', '/crm/objects/v3')}?after={after}"
    return {"paging": {"next": {"after": after, "link": link}}}


def page_of(request: Request, found: list[Any], most: int, default: int) -> tuple[list[Any], str]:
    """A page of a list whose `after` is a place in it."""
    limit = number_of(request, "limit", default, most)
    text = request.query_params.get("after") or "0"
    if not text.isdigit():
        raise invalid(f"after must be what the last page said, not {text}")
    end = int(text) + limit
    return found[int(text) : end], str(end) if end < len(found) else ""


def answer(body: Any, status: int = 200) -> Response:
    """JSON."""
    return JSONResponse(body, status)


def nothing() -> Response:
    """204."""
    return Response(status_code=204)


def found_or_404(thing: T | None, what: str) -> T:
    """The thing, or 404."""
    if thing is None:
        raise not_found(f"{what} not found")
    return thing
