"""The embedded engine: the compiled query run by DuckDB over the lake's files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

import pyarrow as pa

from leadline.config.writing import Sales
from leadline.lake.sql import text
from leadline.model import Model
from leadline.queries import fetch
from leadline.scoring.compiler import CompiledModel, Question
from leadline.scoring.people import (
    Identity,
    Key,
    Person,
    carry_labels,
    keys,
    person_of,
    show_people,
    spread,
)
from leadline.scoring.sales import NO_SALES, pin, start_anew
from leadline.scoring.withheld import Withheld, restore, withheld_of
from leadline.vocabulary import FieldType

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from leadline.lake import Lake

T = TypeVar("T")

_EPOCH = date(1970, 1, 1)
# DuckDB misjudges the size of this stage by far, unless it is a table.
_HOISTED = "kind_flags"

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

    # Of two scorings one is being written and joined while the other is being summed.
    at_once = 2

    def __init__(
        self,
        lake: Lake,
        facts: Mapping[str, FieldType],
        *,
        time_zone: ZoneInfo,
        memory_limit: str = "1GiB",
        identity: Identity | None = None,
        sales: Sales = NO_SALES,
    ) -> None:
        self._lake, self.facts = lake, facts
        self._identity = identity or Identity()
        self._time_zone, self._memory_limit = time_zone, memory_limit
        self._sales = sales
        self._compiled: dict[str, CompiledModel] = {}

    def compiled(self, model: Model) -> CompiledModel:
        """The model with its predicates read; kept, because a model is scored many times."""
        if model.version not in self._compiled:
            self._compiled[model.version] = CompiledModel(model, self.facts)
        return self._compiled[model.version]

    def score(
        self,
        model: Model,
        as_of: datetime,
        *,
        contact: Key | None = None,
        records: pa.Table | None = None,
        detail: bool = False,
        known_at: datetime | None = None,
        restored: bool = False,
    ) -> pa.Table:
        """One row per contact (see `CompiledModel` for the columns), in no promised order.

        All records of a person have the same row. contact: scores that one's person alone.
        records: scores the persons of these alone (source, contact_id).
        known_at: only what was known by then, though the day is that of `as_of`. restored: as if
        plugins withheld nothing; for one contact only.
        """
        asked = records if contact is None else keys([contact])
        return self._ask(model, as_of, known_at or as_of, asked, detail=detail, restored=restored)

    def beside(self, questions: Sequence[Callable[[], T]]) -> Iterator[T]:
        """The answers to questions about scores, in their order; some are asked at one time."""
        with ThreadPoolExecutor(self.at_once) as pool:
            yield from pool.map(lambda ask: ask(), questions)

    def reached(self, model: Model, temperature: str, as_of: datetime) -> pa.Table:
        """Source and id of the contacts that have this temperature, as `score` would say."""
        return self._ask(model, as_of, as_of, temperature=temperature)

    def _ask(
        self,
        model: Model,
        as_of: datetime,
        known_at: datetime,
        asked: pa.Table | None = None,
        *,
        detail: bool = False,
        temperature: str | None = None,
        restored: bool = False,
    ) -> pa.Table:
        compiled = self.compiled(model)
        # The compiler writes the joins that drop most rows first; DuckDB cannot know which do.
        with self._lake.session(self._memory_limit, joins_as_written=True) as con:
            several = self._relations(con, compiled, as_of, known_at, asked)
            if restored:
                restore(con)
            day = day_number(as_of, self._time_zone)
            question = Question(compiled, day, self._time_zone.key, detail)
            rows = self._rows(con, question, known_at, asked is None)
            rows = pin(con, rows, model, self._sales, self.facts, as_of, self._time_zone)
            rows = spread(rows) if several else rows
            if temperature is not None:
                # DuckDB then works out no column that the temperature does not need.
                chosen = f"temperature = {text(temperature)}"
                rows = f"SELECT source, contact_id FROM ({rows}) WHERE {chosen}"
            return fetch(con, rows)

    def _rows(
        self, con: DuckDBPyConnection, question: Question, known_at: datetime, everybody: bool
    ) -> str:
        """DuckDB's SQL for the answer's rows, over the relations that were made."""
        kind_flags, rest = _statements(question)
        con.execute(f"CREATE TEMP TABLE {_HOISTED} AS {kind_flags}")
        return rest

    def person(self, contact: Key, as_of: datetime) -> Person | None:
        """What was known at an instant of the person whom a record is of; None if it is no lead."""
        with self._lake.session(self._memory_limit) as con:
            show_people(con, self._lake, as_of, self.facts, self._identity, keys([contact]))
            return person_of(con, contact, self.facts, self._identity)

    def withheld(self, contact: Key, as_of: datetime) -> tuple[Withheld, ...]:
        """What plugins withhold of the activities of a contact's person, as known at an instant."""
        wanted = {name: self.facts[name] for name in self._sales}
        with self._lake.session(self._memory_limit) as con:
            show_people(con, self._lake, as_of, wanted, self._identity, keys([contact]))
            start_anew(con, self._sales, self.facts, as_of, self._time_zone)
            return withheld_of(con)

    def per_source(self, model: Model, as_of: datetime, contact: Key) -> pa.Table:
        """A row per source whose activities count for a contact's person, and for what they do.

        See `Happened.per_source` for the columns.
        """
        compiled, zone = self.compiled(model), self._time_zone
        question = Question(compiled, day_number(as_of, zone), zone.key, detail=True)
        with self._lake.session(self._memory_limit, joins_as_written=True) as con:
            self._relations(con, compiled, as_of, as_of, keys([contact]))
            con.execute(f"CREATE TEMP TABLE {_HOISTED} AS {_statements(question)[0]}")
            query = compiled.per_source(question.day, time_zone=zone.key)
            return fetch(con, query.sql(dialect="duckdb"))

    def _relations(
        self,
        con: DuckDBPyConnection,
        compiled: CompiledModel,
        as_of: datetime,
        known_at: datetime,
        asked: pa.Table | None,
    ) -> bool:
        wanted = {name: self.facts[name] for name in {*compiled.fields, *self._sales}}
        several = show_people(con, self._lake, known_at, wanted, self._identity, asked)
        self._lake.relation(con, "score_history", known_at)
        self._lake.relation(con, "kinds")
        start_anew(con, self._sales, self.facts, as_of, self._time_zone)
        con.execute(_PUBLISHED, {"model": compiled.model.name})
        if several:
            carry_labels(con)
        for name, rows in {"weights": compiled.weights(), **compiled.lookups()}.items():
            con.register("handed_over", rows)
            # A table and no registered batch: statistics let DuckDB choose the fast join and sum.
            con.execute(f"CREATE TEMP TABLE {name} AS SELECT * FROM handed_over")
            con.unregister("handed_over")
        return several


@lru_cache(maxsize=32)
def _statements(question: Question) -> tuple[str, str]:
    """DuckDB's SQL for the stage that is made a table first, and for all that comes after it."""
    query = question.query()
    stage = next(cte for cte in query.ctes if cte.alias == _HOISTED)
    hoisted = stage.this.sql(dialect="duckdb")
    stage.pop()
    return hoisted, query.sql(dialect="duckdb")
