"""What Salesforce answers: a body that was checked, or an error that says whose turn it is."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leadline.errors import SourceError

Json = dict[str, Any]
Row = dict[str, Any]

_LONGEST = 500

# Salesforce quotes the query in these, and a query may hold an email.
_QUOTES = frozenset(["MALFORMED_QUERY", "INVALID_FIELD", "INVALID_QUERY_FILTER_OPERATOR"])


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of the 200s. body: the JSON object or list; {} for an answer without content."""

    status: int
    body: Any
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Text:
    """An answer of the 200s as it came: the CSV of a Bulk job."""

    status: int
    data: bytes
    headers: Mapping[str, str]


class Refused(SourceError):
    """Salesforce will not do this, however often it is asked.

    status: of HTTP. code: Salesforce's errorCode, such as INVALID_FIELD; "" where it gave none.
    message: Salesforce's own sentence. fields: those that it names.
    """

    def __init__(
        self, what: str, status: int, code: str, message: str, fields: Sequence[str] = ()
    ) -> None:
        self.status, self.code, self.message = status, code, message
        self.fields = tuple(fields)
        super().__init__(f"Salesforce refused {what} ({f'{status} {code}'.strip()}): {message}")


class Forbidden(Refused):
    """The user lacks a permission, or the org's edition does not have this."""


class OddAnswer(Exception):
    """A success that holds no JSON: a proxy's page, or an answer that broke off."""


@dataclass(frozen=True, slots=True)
class Failure:
    """The first error of a failed call, as Salesforce words it."""

    code: str = ""
    message: str = ""
    fields: tuple[str, ...] = ()


def read_body(status: int, data: bytes) -> Any:
    """The JSON of a success, an object or a list; {} for no content. Raises OddAnswer."""
    if not data and status in (201, 202, 204, 205):
        return {}
    try:
        body = json.loads(data)
    except ValueError:
        raise OddAnswer(f"{status} without JSON") from None
    if not isinstance(body, dict | list):
        raise OddAnswer(f"{status} with JSON that is neither object nor list")
    return body


def read_failure(data: bytes) -> Failure:
    """The error in a failure's body: a list of them, an object of OAuth's, or a page."""
    try:
        body = json.loads(data)
    except ValueError:
        return Failure()
    first = body[0] if isinstance(body, list) and body else body
    if not isinstance(first, dict):
        return Failure()
    fields = first.get("fields")
    return Failure(
        str(first.get("errorCode") or first.get("statusCode") or first.get("error") or ""),
        str(first.get("message") or first.get("error_description") or ""),
        tuple(map(str, fields)) if isinstance(fields, list) else (),
    )


def refusal(what: str, status: int, failure: Failure) -> Refused:
    """The error that a 4xx is."""
    message = failure.message or _WORDS.get(status, "it gave no reason")
    if failure.code in _QUOTES:
        # What matters stands in the last lines, behind the part of the query and a caret.
        message = message.rstrip().rpartition("\n")[2]
    message = " ".join(message.split())
    kind = Forbidden if status == 403 else Refused
    return kind(
        what,
        status,
        failure.code,
        message if len(message) <= _LONGEST else message[:_LONGEST] + "…",
        failure.fields,
    )


def rows_of(body: Json, key: str = "records") -> list[Row]:
    """The rows of a page. Raises SourceError where there is no list: it is no empty page."""
    rows = body.get(key)
    if not isinstance(rows, list):
        raise SourceError(
            f"Salesforce answered a page without '{key}', which would read as the end; sync again"
        )
    for row in rows:
        _bare(row)
    return rows


def _bare(row: object) -> None:
    """Take out the `attributes` that Salesforce puts into each record and each parent."""
    if isinstance(row, dict):
        row.pop("attributes", None)
        for value in row.values():
            if isinstance(value, dict):
                _bare(value)


_WORDS = {
    404: "there is no such thing",
    403: "the user may not do this",
    414: "the address is too long",
    431: "the address is too long",
}
