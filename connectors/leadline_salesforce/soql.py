"""The one room where queries are written: names that are names, and values that stay values."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from urllib.parse import quote

from leadline.errors import SourceError

# Address and headers have 16,384 bytes together; so much is left for the query after encoding.
_LONGEST_ADDRESS = 12 * 1024

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)*\Z")
_ID = re.compile(r"[A-Za-z0-9]{15}([A-Za-z0-9]{3})?\Z")
_ESCAPES = str.maketrans(
    {
        "\\": r"\\",
        "'": r"\'",
        "\n": r"\n",
        "\r": r"\r",
        "\t": r"\t",
        "\b": r"\b",
        "\f": r"\f",
    }
)

# A literal as it may stand in a query.
Value = str | int | float | bool | date | datetime | None


def select(
    kind: str,
    fields: Iterable[str],
    where: str | Sequence[str] = (),
    order: Sequence[str] = (),
    limit: int | None = None,
) -> str:
    """A query. where: conditions that must all hold; order: fields, of which DESC may follow."""
    text = f"SELECT {', '.join(map(name, dict.fromkeys(fields)))} FROM {name(kind)}"
    conditions = [where] if isinstance(where, str) else list(where)
    if conditions:
        text += f" WHERE {' AND '.join(conditions)}"
    if order:
        text += f" ORDER BY {', '.join(map(_ordered, order))}"
    return text if limit is None else f"{text} LIMIT {limit:d}"


def count(kind: str, where: str | Sequence[str] = ()) -> str:
    """A query whose `totalSize` is the answer."""
    return select(kind, ["Id"], where).replace("SELECT Id ", "SELECT COUNT() ", 1)


def compare(field: str, operator: str, value: Value) -> str:
    """A condition such as `compare("SystemModstamp", ">=", instant)`."""
    if operator not in ("=", "!=", "<", "<=", ">", ">="):
        raise ValueError(operator)
    return f"{name(field)} {operator} {literal(value)}"


def one_of(field: str, values: Iterable[str]) -> str:
    """A condition on texts or ids, of which there must be at least one."""
    texts = [literal(value) for value in values]
    if not texts:
        raise ValueError("an empty list is no SOQL")
    return f"{name(field)} IN ({','.join(texts)})"


def any_of(*conditions: str) -> str:
    """A condition that holds where one of these does: OR never stands beside AND unenclosed."""
    return f"({' OR '.join(f'({each})' for each in conditions)})"


def window(field: str, since: datetime | None, until: datetime | None) -> list[str]:
    """The conditions for an instant from `since` on and before `until`; None leaves one out."""
    found = [] if since is None else [compare(field, ">=", since)]
    return found if until is None else [*found, compare(field, "<", until)]


def literal(value: Value) -> str:
    """A value as SOQL reads it: instants in UTC to the millisecond, texts quoted and escaped."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("an instant without a zone")
        utc = value.astimezone(UTC).replace(tzinfo=None)
        return f"{utc.isoformat(timespec='milliseconds')}Z"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float):
        return f"{value:f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
    return f"'{value.translate(_ESCAPES)}'"


def name(text: str) -> str:
    """The name of a field or an object, as it is; `SourceError` for what is no name."""
    if not _NAME.match(text):
        raise SourceError(
            f"'{text}' is no name of a Salesforce field; write its API name, such as Title or "
            "Region__c, into the config"
        )
    return text


def is_id(text: str) -> bool:
    """True for what may be the id of a record, of 15 or 18 characters."""
    return bool(_ID.match(text))


def fits(soql: str) -> bool:
    """Whether a query may travel in an address, encoded; a Bulk job takes longer ones."""
    return len(quote(soql, safe="")) <= _LONGEST_ADDRESS


def by_ids(ids: Sequence[str], query: Callable[[Sequence[str]], str]) -> Iterator[str]:
    """Queries over ids, each with as many of them as fit into an address."""
    rest = list(ids)
    size = min(len(rest), 400)
    while rest:
        text = query(rest[:size])
        if size > 1 and not fits(text):
            size = max(1, size * 3 // 4)
            continue
        yield text
        rest = rest[size:]


def _ordered(text: str) -> str:
    field, _, direction = text.partition(" ")
    if direction not in ("", "ASC", "DESC"):
        raise ValueError(text)
    return f"{name(field)} {direction}".rstrip()
