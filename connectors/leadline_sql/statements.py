"""The statements that wrap a user's query; values are parameters, names are quoted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnClause, Select, Subquery, column, select, text

from leadline_sql.headings import Headings
from leadline_sql.position import Key
from leadline_sql.values import bound


def probe(query: str) -> Select[Any]:
    """All columns of a query, and no row."""
    return select(text("*")).select_from(_wrapped(query, ())).where(text("1 = 0"))


def sample(query: str, headings: Headings, rows: int) -> Select[Any]:
    """Some rows of a query."""
    return _selected(query, headings).limit(rows)


def everything(query: str, headings: Headings) -> Select[Any]:
    """All rows, in no order."""
    return _selected(query, headings)


def undated(query: str, headings: Headings, cursor: str) -> Select[Any]:
    """The rows whose cursor is empty: no page would ever come to them."""
    return _selected(query, headings).where(_of(cursor).is_(None))


def dated(
    query: str, headings: Headings, cursor: str, start: object | None, after: Key | None
) -> Select[Any]:
    """The rows from a cursor's value on, or after a key, in the order of both.

    A row at `start` itself is among them, a row at `after` is not.
    """
    at, key = _of(cursor), _of(headings.key)
    rows = _selected(query, headings)
    if after is not None:
        since = bound("since", after.cursor)
        rows = rows.where(at >= since, (at > since) | (key > bound("after", after.id)))
    elif start is not None:
        rows = rows.where(at >= bound("since", start))
    else:
        rows = rows.where(at.is_not(None))
    return rows.order_by(at, key)


def _of(name: str) -> ColumnClause[Any]:
    return column(name)


def _selected(query: str, headings: Headings) -> Select[Any]:
    wrapped = _wrapped(query, headings.selected)
    return select(*wrapped.c)


def _wrapped(query: str, names: Sequence[str]) -> Subquery:
    # A colon would start a parameter; a comment in the query's last line ends before the bracket.
    escaped = query.replace(":", "\\:") + "\n"
    return text(escaped).columns(*map(column, names)).subquery("pulled")
