"""What HubSpot answers: a body that was checked, or an error that says whose turn it is."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from leadline.errors import SourceError

Json = dict[str, Any]

_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of the 200s. body: the JSON object; empty for an answer without content."""

    status: int
    body: Json
    headers: Mapping[str, str]


class Refused(SourceError):
    """HubSpot will not do this, however often it is asked.

    status: of HTTP. category: HubSpot's word, such as VALIDATION_ERROR; "" where it gave none.
    errors: the details HubSpot gives, as it gives them. message: HubSpot's own sentence.
    """

    def __init__(
        self, what: str, status: int, category: str, errors: Sequence[Json], message: str
    ) -> None:
        self.status, self.category, self.errors = status, category, tuple(errors)
        self.message = message
        kind = f"{status} {category}".strip()
        super().__init__(f"HubSpot refused {what} ({kind}): {message}")


class Forbidden(Refused):
    """The token lacks a scope, or the account's tier does not have this."""


class OddAnswer(Exception):
    """A success that holds no JSON object: a proxy's page, or an answer that broke off."""


def read_body(status: int, data: bytes) -> Json:
    """The JSON object of a success; an answer without content is empty.

    Raises OddAnswer for anything else.
    """
    if status in (202, 204, 205) and not data:
        return {}
    try:
        body = _parsed(data)
    except ValueError:
        raise OddAnswer(f"{status} without JSON") from None
    if not isinstance(body, dict):
        raise OddAnswer(f"{status} with JSON that is no object")
    return body


def read_error(data: bytes) -> Json:
    """The JSON object of a failure; empty for a page or for nothing."""
    try:
        body = _parsed(data)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _parsed(data: bytes) -> object:
    try:
        return orjson.loads(data)
    except ValueError:
        # It refuses half a surrogate pair, and a value must not cost its page.
        return json.loads(data, object_pairs_hook=_whole)


def _whole(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object whose texts can be kept as UTF-8; what cannot becomes a question mark."""
    return {
        key: value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
        for key, value in pairs
    }


def refusal(what: str, status: int, body: Json) -> Refused:
    """The error that a 4xx is."""
    errors = body.get("errors")
    message = str(body.get("message") or _WORDS.get(status, "it gave no reason"))
    kind = Forbidden if status == 403 else Refused
    return kind(
        what,
        status,
        str(body.get("category") or ""),
        [error for error in errors if isinstance(error, dict)] if isinstance(errors, list) else [],
        message if len(message) <= _LONGEST else message[:_LONGEST] + "…",
    )


def rows_of(body: Json, key: str = "results") -> list[Json]:
    """The rows of a page. Raises SourceError where there is no list: it is no empty page."""
    rows = body.get(key)
    if not isinstance(rows, list):
        raise SourceError(
            f"HubSpot answered a page without '{key}', which would read as the end; sync again"
        )
    return rows


def named_ids(error: Mapping[str, object]) -> list[str]:
    """The records that one of a batch's errors is about."""
    context = error.get("context")
    named: list[str] = []
    for key in ("ids", "id", "objectWriteTraceId"):
        value = context.get(key) if isinstance(context, Mapping) else None
        named += [str(each) for each in (value if isinstance(value, list) else [value]) if each]
    return named


def next_after(body: Json) -> str | None:
    """Where the next page starts; None on the last one. `paging.next.link` is never followed."""
    after = ((body.get("paging") or {}).get("next") or {}).get("after")
    return None if after is None else str(after)


_WORDS = {
    404: "there is no such thing",
    414: "the address is too long",
    403: "the token may not do this",
}
