"""What one person would have earned by the activities that plugins withhold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leadline.lake.sql import kind_hash, text
from leadline.model import Rule
from leadline.model.values import ANY_ACTIVITY
from leadline.vocabulary import KIND_FIELDS, WITHHELD_PREFIX
from leadline.withholding import BY, REASON

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_TOLD = 3
_REASON = f"json_extract_string(properties, '$.{REASON}')"
_BY = f"json_extract_string(properties, '$.{BY}')"
_HELD = f"(starts_with(type, {text(WITHHELD_PREFIX)}) AND {_BY} IS NOT NULL)"
_OWN_TYPE = f"substr(type, {len(WITHHELD_PREFIX) + 1})"


@dataclass(frozen=True, slots=True)
class Withheld:
    """Activities of one type that a plugin withholds for one reason, in words."""

    type: str
    by: str
    reason: str


def withheld_of(con: DuckDBPyConnection) -> tuple[Withheld, ...]:
    """What is withheld of the activities in the relation `activities`."""
    rows = con.execute(
        f"SELECT DISTINCT {_OWN_TYPE}, {_BY}, coalesce({_REASON}, 'no reason given') "
        f"FROM activities WHERE {_HELD} ORDER BY ALL"
    ).fetchall()
    return tuple(Withheld(*map(str, row)) for row in rows)


def withheld_counts(con: DuckDBPyConnection) -> dict[str, int]:
    """How many of the activities in the relation `activities` each plugin withholds."""
    rows = con.execute(
        f"SELECT {_BY}, count(*) FROM activities WHERE {_HELD} GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    return {str(by): int(count) for by, count in rows}


def restore(con: DuckDBPyConnection) -> None:
    """Make `activities` and `kinds` what they would be if nothing were withheld."""
    con.execute("ALTER VIEW activities RENAME TO activities_as_kept")
    con.execute("ALTER VIEW kinds RENAME TO kinds_as_kept")
    con.execute(
        "CREATE TEMP TABLE activities AS "
        f"SELECT * REPLACE (CASE WHEN held THEN {kind_hash()} ELSE kind END AS kind) FROM ("
        f"SELECT * REPLACE (CASE WHEN {_HELD} THEN {_OWN_TYPE} ELSE type END AS type), "
        f"coalesce({_HELD}, false) AS held FROM activities_as_kept)"
    )
    con.execute(
        "CREATE TEMP TABLE kinds AS FROM kinds_as_kept UNION BY NAME "
        f"SELECT kind, {', '.join(KIND_FIELDS)} FROM activities WHERE held"
    )


def why(found: Sequence[Withheld], rule: Rule) -> str:
    """Why activities that the rule would have paid for are withheld; signals count any."""
    types = rule.activity or (ANY_ACTIVITY,)
    mine = [each for each in found if ANY_ACTIVITY in types or each.type in types] or list(found)
    words = [f"withheld by {each.by}: {each.reason}" for each in mine]
    more = len(words) - _TOLD
    return "; ".join(words[:_TOLD]) + (f"; and {more} more" if more > 0 else "")
