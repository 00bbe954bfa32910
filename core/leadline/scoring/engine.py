"""The embedded engine: the compiled query run by DuckDB over the lake's files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pyarrow as pa
from sqlglot import exp

from leadline.model import Model
from leadline.queries import fetch
from leadline.scoring.compiler import CompiledModel
from leadline.vocabulary import FieldType

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from leadline.lake import Lake

_EPOCH = date(1970, 1, 1)

# The last published label of each contact, as it stood at an instant.
_PUBLISHED = """
CREATE TEMP TABLE published AS
SELECT source, contact_id, arg_max(temperature, as_of) AS temperature
FROM score_history WHERE model = $model GROUP BY ALL
"""


def day_number(as_of: datetime, time_zone: ZoneInfo) -> int:
    """Days from 1970-01-01 to the day of an instant in the workspace's time zone."""
    return (as_of.astimezone(time_zone).date() - _EPOCH).days


class Engine:
    """Scores what the lake knew at an instant; the same facts and model give the same integers."""

    def __init__(
        self,
        lake: Lake,
        facts: Mapping[str, FieldType],
        *,
        time_zone: ZoneInfo,
        memory_limit: str = "1GiB",
    ) -> None:
        self._lake, self.facts = lake, facts
        self._time_zone, self._memory_limit = time_zone, memory_limit

    def score(
        self,
        model: Model,
        as_of: datetime,
        *,
        contact: tuple[str, str] | None = None,
        detail: bool = False,
    ) -> pa.Table:
        """One row per contact (see `CompiledModel` for the columns), in no promised order.

        contact: (source, contact_id) scores that one alone.
        """
        compiled = CompiledModel(model, self.facts)
        with self._lake.session(self._memory_limit) as con:
            self._relations(con, compiled, as_of, contact)
            query = compiled.query(day_number(as_of, self._time_zone), detail=detail)
            _hoist(con, query, "kind_flags")
            return fetch(con, query.sql(dialect="duckdb"))

    def _relations(
        self,
        con: DuckDBPyConnection,
        compiled: CompiledModel,
        as_of: datetime,
        contact: tuple[str, str] | None,
    ) -> None:
        wanted = {name: self.facts[name] for name in compiled.fields}
        self._lake.relation(con, "contacts", as_of, wanted)
        for table in ("activities", "score_history"):
            self._lake.relation(con, table, as_of)
        self._lake.relation(con, "kinds")
        if contact is not None:
            for table in ("contacts", "activities"):
                _only(con, table, contact)
        con.execute(_PUBLISHED, {"model": compiled.model.name})
        weights = compiled.weights()
        con.register("weights_rows", weights)
        # A table, not a registered batch: its statistics let DuckDB choose the fast join and sum.
        con.execute("CREATE TEMP TABLE weights AS SELECT * FROM weights_rows")


def _hoist(con: DuckDBPyConnection, query: exp.Select, name: str) -> None:
    """Run one stage of the tree first, as a table; DuckDB misjudges its size by far otherwise."""
    stage = next(cte for cte in query.ctes if cte.alias == name)
    con.execute(f"CREATE TEMP TABLE {name} AS {stage.this.sql(dialect='duckdb')}")
    stage.pop()


def _only(con: DuckDBPyConnection, table: str, contact: tuple[str, str]) -> None:
    source, contact_id = (exp.Literal.string(part).sql("duckdb") for part in contact)
    con.execute(f"ALTER VIEW {table} RENAME TO all_{table}")
    con.execute(
        f"CREATE TEMP VIEW {table} AS SELECT * FROM all_{table} "
        f"WHERE source = {source} AND contact_id = {contact_id}"
    )
