"""Which activity types are off for whom: what none of a person's sources can deliver."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from leadline.lake.sql import text
from leadline.vocabulary import EVERY_TYPE

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from leadline.lake import Lake

# Parts the sources of a person and the types that are off; no source's name has one.
SEPARATOR = ","

_LATEST = """
SELECT source, type FROM feeds WHERE type IS NOT NULL
AND (source, statement) IN (SELECT (source, max(statement)) FROM feeds GROUP BY source)
"""


def feeds_off(con: DuckDBPyConnection, lake: Lake, as_of: datetime | None) -> Mapping[str, str]:
    """Sources as in `members.sources` → the types that are off in all of them: ",type,type,".

    `*` is every type. Sources that have nothing off are left out.
    """
    off = said_off(con, lake, as_of)
    if not off:
        return {}
    several = con.execute("SELECT DISTINCT sources FROM members").fetchall()
    found = {
        sources: off_in_all(off, sources.split(SEPARATOR))
        for sources in sorted(off.keys() | {row[0] for row in several})
    }
    return {
        sources: SEPARATOR.join(("", *sorted(kinds), ""))
        for sources, kinds in found.items()
        if kinds
    }


def said_off(
    con: DuckDBPyConnection, lake: Lake, as_of: datetime | None
) -> dict[str, frozenset[str]]:
    """The types that each source said to be off in its last word; one with none is left out."""
    lake.relation(con, "feeds", as_of)
    off: dict[str, set[str]] = {}
    for source, kind in con.execute(_LATEST).fetchall():
        off.setdefault(source, set()).add(kind)
    return {source: frozenset(kinds) for source, kinds in off.items()}


def off_for(sources: str, off: Mapping[str, str]) -> str:
    """The expression that turns a column of sources into what is off for them, null for nothing."""
    if not off:
        return "NULL::VARCHAR"
    cases = " ".join(f"WHEN {text(key)} THEN {text(kinds)}" for key, kinds in off.items())
    return f"CASE {sources} {cases} END"


def off_in_all(off: Mapping[str, frozenset[str]], sources: Iterable[str]) -> frozenset[str]:
    """The types that none of these sources delivers, of what is off in each."""
    left = frozenset({EVERY_TYPE})
    for source in sources:
        mine = off.get(source, frozenset())
        if EVERY_TYPE not in mine:
            left = mine if EVERY_TYPE in left else left & mine
    return left
