"""A page of leads, and one lead, out of the serving file."""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from leadline.scoring.explain import Row
from leadline.serving.filters import LeadFilter, order_of
from leadline.serving.heads import Head
from leadline.serving.points import Layout
from leadline.serving.publication import instant
from leadline.serving.trail import Step, steps

# Totals are counted so far, where nothing has counted them before.
COUNTED = 2_000
_AT_ONCE = 1_000
# A filter → the index that finds its rows.
_FILTERS = {
    "temperature": "by_warmth",
    "grade": "by_grade",
    "owner": "by_owner",
    "source": "by_key",
}
# These also have the rows of one value in the order of the score.
_BY_SCORE = ("temperature", "grade")


@dataclass(frozen=True, slots=True)
class ServedLead:
    """A lead as it was last published.

    rows: what adds up to the score, limits among them. trail: the score over time, from the first
    publication on. Both only of a lead that was asked for alone.
    detailed: False where the rows are not known before the next sync.
    """

    model: str
    model_version: str
    as_of: datetime
    source: str
    contact_id: str
    name: str | None
    email: str | None
    company: str | None
    owner: str | None
    job_title: str | None
    country: str | None
    lifecycle_stage: str | None
    score: int | None
    dimensions: Mapping[str, int]
    grade: str | None
    temperature: str | None
    stage: str | None
    excluded: str | None
    reasons: str | None
    rows: tuple[Row, ...] = ()
    trail: tuple[Step, ...] = ()
    detailed: bool = True


@dataclass(frozen=True, slots=True)
class LeadPage:
    """Some leads in order, and how many there are; exact: False where there are more than that."""

    rows: tuple[ServedLead, ...]
    total: int
    exact: bool
    page: int
    size: int


Count = Callable[[], tuple[int, bool]]
# Answers a count, out of a memory of counts where it has one.
Totals = Callable[[Head, LeadFilter, Count], tuple[int, bool]]

_SHOWN = (
    *("source", "contact_id", "name", "email", "company", "owner", "job_title", "country"),
    *("lifecycle_stage", "score", "grade", "temperature", "stage", "excluded", "reasons"),
)


def page(
    connection: sqlite3.Connection,
    wanted: LeadFilter,
    sort: str,
    number: int,
    size: int,
    totals: Totals,
) -> LeadPage:
    """Page `number`, from 1, of `size` leads; ties go by source and contact id."""
    head = Head.find(connection, wanted.model)
    if head is None:
        return LeadPage((), 0, True, number, size)
    total, exact = totals(head, wanted, lambda: _total(connection, head, wanted))
    start = (number - 1) * size
    if exact and start >= total:
        return LeadPage((), total, exact, number, size)
    way, values = _way(connection, head, wanted, sort, start + size)
    _, order = order_of(sort)
    asked = f"SELECT l.id {way} ORDER BY {order} LIMIT ? OFFSET ?"
    ids = [row[0] for row in connection.execute(asked, [*values, size, start])]
    rows = tuple(_of_ids(connection, head, ids))
    return LeadPage(rows, total, exact, number, size)


def every(
    connection: sqlite3.Connection, wanted: LeadFilter, sort: str, limit: int
) -> Iterator[ServedLead]:
    """The first leads in order, up to `limit`, one after the other."""
    head = Head.find(connection, wanted.model)
    if head is None:
        return
    way, values = _way(connection, head, wanted, sort, limit)
    _, order = order_of(sort)
    found = connection.execute(f"SELECT l.id {way} ORDER BY {order} LIMIT ?", [*values, limit])
    while ids := [row[0] for row in found.fetchmany(_AT_ONCE)]:
        yield from _of_ids(connection, head, ids)


def _of_ids(connection: sqlite3.Connection, head: Head, ids: list[int]) -> Iterator[ServedLead]:
    """The leads of these rows, in this order."""
    marks = ", ".join("?" * len(ids))
    query = f"SELECT id, as_of, dimensions, {', '.join(_SHOWN)} FROM leads WHERE id IN ({marks})"
    found = {row["id"]: row for row in connection.execute(query, ids)}
    yield from (_lead(head, found[each]) for each in ids)


def one(
    connection: sqlite3.Connection, model: str, source: str, contact_id: str
) -> ServedLead | None:
    """One lead with its rows; None where the model has no such lead."""
    head = Head.find(connection, model)
    if head is None:
        return None
    row = connection.execute(
        f"SELECT id, as_of, dimensions, points, trail, {', '.join(_SHOWN)} FROM leads "
        "WHERE model = ? AND source = ? AND contact_id = ?",
        [head.id, source, contact_id],
    ).fetchone()
    if row is None:
        return None
    return replace(
        _lead(head, row),
        rows=Layout.from_json(head.layout).rows(row["points"]),
        trail=steps(row["trail"], head.labels),
        detailed=row["points"] is not None,
    )


def _lead(head: Head, row: sqlite3.Row) -> ServedLead:
    return ServedLead(
        model=head.name,
        model_version=head.version,
        as_of=head.as_of if row["as_of"] is None else instant(row["as_of"]),
        dimensions=json.loads(row["dimensions"] or "{}"),
        **{name: row[name] for name in _SHOWN},
    )


def _total(connection: sqlite3.Connection, head: Head, wanted: LeadFilter) -> tuple[int, bool]:
    """How many leads there are, and whether all were counted."""
    if not wanted.words and not wanted.has_bounds:
        return _counted(connection, head, wanted.equals), True
    asked, values = _where(wanted)
    if not wanted.words and not wanted.equals:
        found = connection.execute(
            f"SELECT coalesce(sum(leads), 0) FROM histogram l WHERE model = ?{asked}",
            [head.id, *values],
        )
        return int(found.fetchone()[0]), True
    way, values = _way(connection, head, wanted, "-score", head.leads)
    (number,) = connection.execute(
        f"SELECT count(*) FROM (SELECT 1 {way} LIMIT ?)", [*values, COUNTED + 1]
    ).fetchone()
    return min(int(number), COUNTED), number <= COUNTED


def _counted(connection: sqlite3.Connection, head: Head, equals: Mapping[str, str]) -> int:
    """How many leads have these values."""
    asked = "".join(f" AND {name} = ?" for name in equals)
    query = f"SELECT coalesce(sum(leads), 0) FROM counts WHERE model = ?{asked}"
    return int(connection.execute(query, [head.id, *equals.values()]).fetchone()[0])


def _where(wanted: LeadFilter) -> tuple[str, list[object]]:
    asked = list(wanted.conditions())
    return "".join(f" AND {sql}" for sql, _ in asked), [value for _, value in asked]


def _way(
    connection: sqlite3.Connection, head: Head, wanted: LeadFilter, sort: str, first: int
) -> tuple[str, list[object]]:
    """FROM and WHERE, and their values, for the first so many leads of an order.

    Either along the order, where those that are wanted are met soon if they are many, or to all
    that a filter or a search finds, if they are few. SQLite cannot know which; the counts and the
    search index do.
    """
    asked, values = _where(wanted)
    few = math.isqrt(first * head.leads)  # as many rows are looked at either way
    named = _narrowest(connection, head, wanted, few)
    if named is None and sort.removeprefix("-") == "score":
        named = next((name for name in _BY_SCORE if name in wanted.equals), None)
    if named is not None:
        if named == "temperature":
            place = head.place_of(wanted.equals[named])
            asked, values = f" AND l.warmth = ?{asked}", [place, *values]
        way = f"FROM leads l INDEXED BY {_FILTERS[named]} WHERE l.model = ?{asked}"
        return way, [head.id, *values]
    if trigrams := wanted.trigrams():
        query = "SELECT count(*) FROM (SELECT 1 FROM search WHERE search MATCH ? LIMIT ?)"
        (hits,) = connection.execute(query, [trigrams, few + 1]).fetchone()
        if hits <= few:
            way = (
                "FROM search CROSS JOIN leads l ON l.id = search.rowid "
                f"WHERE search MATCH ? AND l.model = ?{asked}"
            )
            return way, [trigrams, head.id, *values]
    index, _ = order_of(sort)
    return f"FROM leads l INDEXED BY {index} WHERE l.model = ?{asked}", [head.id, *values]


def _narrowest(
    connection: sqlite3.Connection, head: Head, wanted: LeadFilter, few: int
) -> str | None:
    """The filter that leaves fewest leads, where these are few."""
    equals = wanted.equals
    sizes = {
        name: _counted(connection, head, {name: equals[name]})
        for name in _FILTERS
        if name in equals
    }
    best = min(sizes, key=lambda name: sizes[name], default=None)
    return best if best is not None and sizes[best] <= few else None
