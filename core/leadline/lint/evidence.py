"""What the lake shows about a model: its people with their points, and what happened."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from leadline.lake.sql import name
from leadline.lint.subject import Subject
from leadline.predicates import Clock, Expr, emit
from leadline.scoring import sql
from leadline.scoring.compiler import CompiledModel
from leadline.scoring.engine import day_number
from leadline.scoring.people import show_people
from leadline.vocabulary import KIND_FIELDS, column_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from leadline.workspace import Workspace

# Shares of fewer people than these say nothing.
ENOUGH = 30

_KINDS = (
    "CREATE TEMP TABLE happened AS SELECT k.*, a.times FROM kinds k JOIN "
    "(SELECT kind, count(*) AS times FROM activities GROUP BY kind) a ON a.kind = k.kind"
)


@dataclass(frozen=True)
class Evidence:
    """A session with what is known at one instant.

    Tables: `everybody` (a row per person, facts as columns), `happened` (each kind of activity with
    its `times`), and for model m `people_{m}`: the persons it scores, each fact, signal and look-up
    as `x_FACT`, and the columns of the scoring query with detail.
    """

    con: DuckDBPyConnection
    subjects: Sequence[Subject]
    clock: Clock
    counts: dict[str, int] = field(default_factory=dict)

    @cached_property
    def everybody(self) -> int:
        return self.number("SELECT count(*) FROM everybody")

    @cached_property
    def types(self) -> Mapping[str, int]:
        """The types of activity that ever came, with how many."""
        return dict(self.rows("SELECT type, sum(times)::BIGINT FROM happened GROUP BY type"))

    def people(self, subject: Subject) -> str:
        """The table of the persons whom a model scores."""
        return f"people_{self.subjects.index(subject)}"

    def size(self, subject: Subject) -> int:
        """How many persons a model scores, those it excludes included."""
        table = self.people(subject)
        if table not in self.counts:
            self.counts[table] = self.number(f"SELECT count(*) FROM {table}")
        return self.counts[table]

    def person_sql(self, expr: Expr) -> str:
        """A condition about a person, over `people_{m}`."""
        return self._sql(expr, lambda fact: sql.column(sql.fact(fact)))

    def kind_sql(self, expr: Expr, lookups: Collection[str]) -> str:
        """A condition on an activity's kind, over `happened` and its joined look-ups."""
        return self._sql(
            expr, lambda fact: sql.column(f"z_{fact}" if fact in lookups else fact, "h")
        )

    def _sql(self, expr: Expr, column: Any) -> str:
        return emit(expr, column, self.clock).sql(dialect="duckdb")

    def rows(self, query: str, parameters: object = None) -> list[tuple[Any, ...]]:
        return self.con.execute(query, parameters).fetchall()

    def number(self, query: str) -> int:
        return int(self.rows(query)[0][0] or 0)

    def one(self, columns: Sequence[str], table: str) -> tuple[Any, ...]:
        """One row of aggregates; empty for none."""
        return self.rows(f"SELECT {', '.join(columns)} FROM {table}")[0] if columns else ()


@contextmanager
def gather(
    workspace: Workspace, subjects: Sequence[Subject], as_of: datetime
) -> Iterator[Evidence]:
    """Score every model once and keep the answer beside the facts, in one session."""
    config, engine = workspace.config, workspace.engine
    compiled = [engine.compiled(subject.model) for subject in subjects]
    wanted = sorted(frozenset().union(*(each.fields for each in compiled)))
    clock = Clock(day_number(as_of, config.time_zone), config.time_zone.key)
    with ExitStack() as stack:
        con = workspace.lake.session(config.memory_limit)
        stack.callback(con.close)
        kinds_of = {fact: engine.facts[fact] for fact in wanted}
        show_people(con, workspace.lake, as_of, kinds_of, workspace.identity)
        workspace.lake.relation(con, "kinds")
        facts = "".join(f", {name(column_of(f))} AS {name(sql.fact(f))}" for f in wanted)
        con.execute(
            f"CREATE TEMP TABLE everybody AS SELECT source, contact_id{facts} FROM contacts "
            "WHERE NOT coalesce(deleted, false) AND merged_into IS NULL"
        )
        con.execute(_KINDS)
        for m, subject in enumerate(subjects):
            con.register(f"wide_{m}", engine.score(subject.model, as_of, detail=True))
            _show_model(con, m, compiled[m])
        yield Evidence(con, subjects, clock)


def _show_model(con: DuckDBPyConnection, m: int, compiled: CompiledModel) -> None:
    # Facts that labels read stand in the scores as well; those of `everybody` are the same.
    con.execute(f"CREATE TEMP TABLE scored_{m} AS FROM wide_{m}")
    scored = {row[0] for row in con.execute(f"DESCRIBE scored_{m}").fetchall()}
    known = {row[0] for row in con.execute("DESCRIBE everybody").fetchall()}
    twice = sorted(known & scored - {"source", "contact_id"})
    less = f" EXCLUDE ({', '.join(map(name, twice))})" if twice else ""
    con.execute(
        f"CREATE TEMP TABLE people_{m} AS SELECT * FROM everybody "
        f"JOIN (SELECT *{less} FROM scored_{m}) USING (source, contact_id)"
    )
    for relation, rows in compiled.lookups().items():
        con.register(f"{relation}_{m}", rows)


def happened_with_lookups(evidence: Evidence, subject: Subject) -> str:
    """A FROM of `happened` as h with each look-up of an activity's fact as `z_NAME`."""
    m = evidence.subjects.index(subject)
    joins, columns = "", ""
    for lookup, each in subject.model.lookups.items():
        if each.key in KIND_FIELDS:
            columns += f", {name(f'l_{lookup}')}.value AS {name(f'z_{lookup}')}"
            joins += (
                f" LEFT JOIN {name(f'lookup_{lookup}_{m}')} {name(f'l_{lookup}')} "
                f"ON {name(f'l_{lookup}')}.key = o.{each.key}"
            )
    return f"(SELECT o.*{columns} FROM happened o{joins}) h"


def kind_test(evidence: Evidence, subject: Subject, i: int) -> str | None:
    """The condition over kinds under which rule i pays; None where a kind does not settle it."""
    rule = subject.model.rules[i]
    lookups = subject.model.lookups.items()
    settled = {*KIND_FIELDS, *(n for n, each in lookups if each.key in KIND_FIELDS)}
    if not subject.rule_facts(i).keys() <= settled:
        return None
    tests = [
        "true" if branch.test is None else evidence.kind_sql(branch.test, subject.model.lookups)
        for branch in subject.meaning.rules[i]
        if branch.points
    ]
    either = " OR ".join(f"({test})" for test in tests) or "false"
    types = rule.activity or ()
    if "*" in types:
        return f"({either})"
    listed = ", ".join(exp.Literal.string(kind).sql(dialect="duckdb") for kind in types)
    return f"h.type IN ({listed}) AND ({either})"
