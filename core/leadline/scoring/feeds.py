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
    lake.relation(con, "feeds", as_of)
    off: dict[str, set[str]] = {}
    for source, kind in con.execute(_LATEST).fetchall():
        off.setdefault(source, set()).add(kind)
    if not off:
        return {}
    several = con.execute("SELECT DISTINCT sources FROM members").fetchall()
    found = {
        sources: _off_in_all(off, sources.split(SEPARATOR))
        for sources in sorted(off.keys() | {row[0] for row in several})
    }
    return {
        sources: SEPARATOR.join(("", *sorted(kinds), ""))
        for sources, kinds in found.items()
        if kinds
    }


def off_for(sources: str, off: Mapping[str, str]) -> str:
    """The expression that turns a column of sources into what is off for them, null for nothing."""
    if not off:
        return "NULL::VARCHAR"
    cases = " ".join(f"WHEN {text(key)} THEN {text(kinds)}" for key, kinds in off.items())
    return f"CASE {sources} {cases} END"


def _off_in_all(off: Mapping[str, set[str]], sources: Iterable[str]) -> set[str]:
    left = {EVERY_TYPE}
    for source in sources:
        mine = off.get(source, set())
        if EVERY_TYPE not in mine:
            left = mine if EVERY_TYPE in left else left & mine
    return left
