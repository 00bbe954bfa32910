"""Which record a person's fact is taken from, as SQL: preferred source, newest value, least id."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from leadline.lake.sql import name, text

Prefer = Mapping[str, tuple[str, ...]]
# Column → its type as DESCRIBE spells it.
Columns = Mapping[str, str]

DEFAULT = "default"
_LEAST_ID = "i.source, i.contact_id"
_NEWEST = f"i.updated_at DESC NULLS LAST, {_LEAST_ID}"
# A person is known since the first of its records was made.
_ORDERS = {"created_at": f"i.created_at, {_LEAST_ID}", "updated_at": _NEWEST}

# What a person is not asked for: its key, and what the lake keeps of a single record.
_RECORD = {
    "source": "person_source",
    "contact_id": "person_id",
    "deleted": "false",
    "merged_into": "NULL",
    "linked_to": "NULL",
    "digest": "NULL",
    "superseded_at": "NULL",
    "learned_at": "max(learned_at)",
}


def persons(columns: Columns, prefer: Prefer) -> str:
    """One row of these columns, and its `sources`, per person of several: of `informed`."""
    orders = _orders(columns, prefer)
    picked = ", ".join(
        f"{_RECORD.get(column) or _pick(column, kind, orders)} AS {name(column)}"
        for column, kind in columns.items()
    )
    ranks = _ranks(orders, "PARTITION BY m.person_source, m.person_id")
    return (
        f"SELECT {picked}, any_value(sources) AS sources FROM (SELECT i.*, m.person_source, "
        f"m.person_id, m.sources{ranks} FROM informed i JOIN members m "
        "ON m.live AND m.source = i.source AND m.contact_id = i.contact_id) "
        "GROUP BY person_source, person_id"
    )


def with_origins(columns: Columns, records: Iterable[tuple[str, str]], prefer: Prefer) -> str:
    """One row for the live ones of these records: each column, and in NAME__origin whose it is.

    No row when none of them is live.
    """
    orders = _orders(columns, prefer)
    picked = ", ".join(
        f"{_pick(column, kind, orders)} AS {name(column)}, "
        f"{_pick(column, kind, orders, '{source: source, contact_id: contact_id}')} "
        f"AS {name(f'{column}__origin')}"
        for column, kind in columns.items()
    )
    return (
        f"SELECT {picked} FROM (SELECT i.*{_ranks(orders, '')} FROM informed i "
        f"WHERE (source, contact_id) IN {row_values(records)} AND NOT coalesce(deleted, false) "
        "AND merged_into IS NULL) HAVING count(*) > 0"
    )


def row_values(keys: Iterable[tuple[str, str]]) -> str:
    """A list of (source, contact_id) to compare with."""
    return "(" + ", ".join(f"({text(one)}, {text(other)})" for one, other in keys) + ")"


def _orders(columns: Iterable[str], prefer: Prefer) -> dict[str, str]:
    """The order of a person's records for each column, first the one whose value counts."""
    return {column: _order(column, prefer) for column in columns}


def _order(column: str, prefer: Prefer) -> str:
    if column in _ORDERS:
        return _ORDERS[column]
    # The domain goes with the address.
    fact = "email" if column == "email_domain" else column.replace("__", ".")
    sources = prefer.get(fact, prefer.get(DEFAULT, ()))
    if not sources:
        return _NEWEST
    cases = " ".join(f"WHEN {text(one)} THEN {place}" for place, one in enumerate(sources))
    return f"CASE i.source {cases} ELSE {len(sources)} END, {_NEWEST}"


def _ranks(orders: Mapping[str, str], partition: str) -> str:
    """A column per different order."""
    return "".join(
        f", row_number() OVER ({partition} ORDER BY {order}) AS rank{place}"
        for place, order in enumerate(dict.fromkeys(orders.values()))
    )


def _pick(column: str, kind: str, orders: Mapping[str, str], what: str = "") -> str:
    """The column's value, or something else of its record, from the first that knows it."""
    rank = f"rank{list(dict.fromkeys(orders.values())).index(orders[column])}"
    known = f"{name(column)} IS NOT NULL" + (f" AND len({name(column)}) > 0" * kind.endswith("[]"))
    if column == "email_domain":
        known = "email IS NOT NULL"
    return f"arg_min_null({what or name(column)}, {rank}) FILTER (WHERE {known})"
