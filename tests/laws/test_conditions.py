"""A condition means the same to the engine and to the reference, and neither ever fails."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from sqlglot import exp

from leadline.model.rules import Entries
from leadline.predicates import Clock, Expr, emit, parse
from leadline.scoring.engine import day_number
from leadline.vocabulary import FieldType, column_of
from tests.laws import pools
from tests.laws.conditions import conditions
from tests.laws.effort import tries
from tests.reference.logic import Facts, Today, truth
from tests.reference.words import in_list

NEPAL = ZoneInfo("Asia/Kathmandu")
SEGMENTS = {"grown_up": "age >= 18 OR consent", "dach": "in_list(email_domain, 'domains')"}
_PEOPLE = st.fixed_dictionaries(
    {name: pools.perhaps(kind) for name, kind in pools.ABOUT_PEOPLE.items()}
)
_ACTIVITIES = st.fixed_dictionaries(
    {
        **{name: pools.perhaps(kind) for name, kind in pools.ABOUT_ACTIVITIES.items()},
        "properties": st.sampled_from([*pools.PROPERTIES, None]),
    }
)
_ABOUT_PEOPLE = conditions(pools.ABOUT_PEOPLE, list(pools.LISTS), list(SEGMENTS))
_ABOUT_ACTIVITIES = conditions(pools.ABOUT_ACTIVITIES, list(pools.LISTS))

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


def read(text: str, fields: Mapping[str, FieldType]) -> Expr:
    """The condition's tree; all lists and, of people, both segments can be named."""
    segments: dict[str, Expr] = {}
    for name, condition in SEGMENTS.items():
        if fields is pools.ABOUT_PEOPLE:
            segments[name] = parse(condition, fields, lists=pools.LISTS)
    return parse(text, fields, lists=pools.LISTS, segments=segments)


def check(
    con: duckdb.DuckDBPyConnection,
    text: str,
    fields: Mapping[str, FieldType],
    rows: Sequence[Facts],
    zone: ZoneInfo = NEPAL,
) -> None:
    """The engine says of each row what the reference says."""
    today = Today.at(pools.TODAY, zone)
    clock = Clock(day_number(pools.TODAY, zone), zone.key)
    schema = pa.schema([(column_of(name), kind.arrow) for name, kind in fields.items()])
    columns = [{column_of(name): row[name] for name in fields} for row in rows]
    con.register("facts", pa.Table.from_pylist(columns, schema=schema))
    expr = read(text, fields)
    query = exp.select(emit(expr, lambda name: exp.column(column_of(name), "f"), clock))
    found = con.execute(query.from_("facts AS f").sql("duckdb")).fetchall()
    assert [row[0] for row in found] == [truth(expr, row, today) for row in rows]


@tries(200)
@given(text=_ABOUT_PEOPLE, rows=st.lists(_PEOPLE, min_size=1, max_size=6))
@example(text="CONTAINS(job_title, 'a')", rows=[dict.fromkeys(pools.ABOUT_PEOPLE)])
def test_a_condition_about_people_means_what_the_reference_says(
    engine: duckdb.DuckDBPyConnection, text: str, rows: list[Facts]
) -> None:
    check(engine, text, pools.ABOUT_PEOPLE, rows)


@tries(200)
@given(text=_ABOUT_ACTIVITIES, rows=st.lists(_ACTIVITIES, min_size=1, max_size=6))
def test_a_condition_about_activities_means_what_the_reference_says(
    engine: duckdb.DuckDBPyConnection, text: str, rows: list[Facts]
) -> None:
    check(engine, text, pools.ABOUT_ACTIVITIES, rows)


@tries(100)
@given(
    text=_ABOUT_PEOPLE,
    row=st.fixed_dictionaries(
        {name: st.sampled_from(_EXTREMES[kind]) for name, kind in pools.ABOUT_PEOPLE.items()}
    ),
)
def test_extreme_values_never_stop_the_engine(
    engine: duckdb.DuckDBPyConnection, text: str, row: Facts
) -> None:
    # The ends of the calendar have no local day in every time zone.
    check(engine, text, pools.ABOUT_PEOPLE, [row], ZoneInfo("UTC"))


_ENTRY = st.one_of(
    st.sampled_from(pools.TEXTS), st.text(pools.SIGNS, min_size=1, max_size=12)
).filter(lambda entry: _accepted(entry) is not None)


def _accepted(entry: str) -> str | None:
    try:
        return TypeAdapter(Entries).validate_python((entry,))[0]
    except ValidationError:
        return None


@tries(150)
@given(entries=st.lists(_ENTRY, min_size=1, max_size=5), texts=st.lists(_ENTRY, max_size=5))
@example(entries=["(?i)a", "[", "a|b", "\\E", "$"], texts=["a", "(?I)A", "\\e", "x [ y", "b"])
@example(entries=["'); DROP TABLE f; --"], texts=["x '); drop table f; -- y"])
@example(entries=["\u1e9e*", "\u0130"], texts=["\u1e9ea", "\u0130"])
def test_any_words_in_a_list_are_found_as_the_reference_finds_them(
    engine: duckdb.DuckDBPyConnection, entries: list[str], texts: list[str]
) -> None:
    rows = [*texts, *entries, " ".join(entries), "-".join(entries).upper()]
    text = parse("in_list(t, 'words')", {"t": FieldType.TEXT}, lists={"words": entries})
    query = exp.select(emit(text, lambda name: exp.column(name, "f"), Clock(0)))
    engine.register("facts", pa.table({"t": pa.array(rows, pa.string())}))
    found = engine.execute(query.from_("facts AS f").sql("duckdb")).fetchall()
    assert [row[0] for row in found] == [in_list(row, entries) for row in rows]
