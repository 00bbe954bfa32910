"""A condition means the same to the engine and to the reference, and neither ever fails."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

import duckdb
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlglot import exp

from leadline.predicates import emit, parse
from leadline.vocabulary import FieldType, column_of
from tests.laws import pools
from tests.laws.conditions import conditions
from tests.laws.effort import tries
from tests.reference.logic import Facts, truth

_PEOPLE = st.fixed_dictionaries(
    {name: pools.perhaps(kind) for name, kind in pools.ABOUT_PEOPLE.items()}
)
_ACTIVITIES = st.fixed_dictionaries(
    {name: pools.perhaps(kind) for name, kind in pools.ABOUT_ACTIVITIES.items()}
)

# What a column of each type can hold at its very ends.
_EXTREMES: dict[FieldType, list[object]] = {
    FieldType.INTEGER: [-(2**63), 2**63 - 1, 0, None],
    FieldType.NUMBER: [1e308, -1e308, 5e-324, -0.0, None],
    FieldType.MONEY: [Decimal("9999999999999999.99"), Decimal("-9999999999999999.99"), None],
    FieldType.TEXT: ["x" * 100_000, "🙂" * 1_000, " ", "'", "\\", "%", None],
    FieldType.DATE: [date(1, 1, 1), date(9999, 12, 31), None],
    FieldType.INSTANT: [
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        None,
    ],
    FieldType.BOOLEAN: [True, False, None],
    FieldType.SET: [[], ["a" * 10_000], [str(n) for n in range(1_000)], None],
}


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    """One connection for all examples, in UTC as the lake's sessions are."""
    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        yield con


def answers(
    con: duckdb.DuckDBPyConnection,
    text: str,
    fields: Mapping[str, FieldType],
    rows: Sequence[Mapping[str, object]],
) -> list[bool | None]:
    """What the engine says of each row."""
    schema = pa.schema([(column_of(name), kind.arrow) for name, kind in fields.items()])
    columns = [{column_of(name): row[name] for name in fields} for row in rows]
    con.register("facts", pa.Table.from_pylist(columns, schema=schema))
    query = exp.select(emit(parse(text, fields), lambda name: exp.column(column_of(name), "f")))
    found = con.execute(query.from_("facts AS f").sql("duckdb")).fetchall()
    return [row[0] for row in found]


@tries(200)
@given(text=conditions(pools.ABOUT_PEOPLE), rows=st.lists(_PEOPLE, min_size=1, max_size=6))
@example(text="CONTAINS(job_title, 'a')", rows=[dict.fromkeys(pools.ABOUT_PEOPLE)])
def test_a_condition_about_people_means_what_the_reference_says(
    engine: duckdb.DuckDBPyConnection, text: str, rows: list[Facts]
) -> None:
    expr = parse(text, pools.ABOUT_PEOPLE)
    expected = [truth(expr, row) for row in rows]
    assert answers(engine, text, pools.ABOUT_PEOPLE, rows) == expected


@tries(200)
@given(text=conditions(pools.ABOUT_ACTIVITIES), rows=st.lists(_ACTIVITIES, min_size=1, max_size=6))
def test_a_condition_about_activities_means_what_the_reference_says(
    engine: duckdb.DuckDBPyConnection, text: str, rows: list[Facts]
) -> None:
    expr = parse(text, pools.ABOUT_ACTIVITIES)
    expected = [truth(expr, row) for row in rows]
    assert answers(engine, text, pools.ABOUT_ACTIVITIES, rows) == expected


@tries(100)
@given(
    text=conditions(pools.ABOUT_PEOPLE),
    row=st.fixed_dictionaries(
        {name: st.sampled_from(_EXTREMES[kind]) for name, kind in pools.ABOUT_PEOPLE.items()}
    ),
)
def test_extreme_values_never_stop_the_engine(
    engine: duckdb.DuckDBPyConnection, text: str, row: Facts
) -> None:
    expr = parse(text, pools.ABOUT_PEOPLE)
    assert answers(engine, text, pools.ABOUT_PEOPLE, [row]) == [truth(expr, row)]
