"""A model printed in a dialect is what that dialect's own parser and engine take."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import duckdb
import psycopg
import pytest
import sqlglot
from sqlglot import exp

from leadline.cli.demo import run as make_demo
from leadline.config import Config, facts, load_config
from leadline.errors import UsageError
from leadline.predicates import Clock, emit, parse
from leadline.queries import fetch
from leadline.scoring.compiler import CompiledModel
from leadline.scoring.dialect import Dialect
from leadline.scoring.dialects import said
from leadline.scoring.engine import day_number
from leadline.scoring.people import Identity, show_people
from leadline.scoring.readable import model_sql
from leadline.vocabulary import FieldType, column_of
from leadline.workspace import open_workspace
from tests.postgres import new_database

CLOCK = Clock(20_513, "Europe/Warsaw")
FACTS = {
    "title": FieldType.TEXT,
    "other": FieldType.TEXT,
    "age": FieldType.INTEGER,
    "rating": FieldType.NUMBER,
    "budget": FieldType.MONEY,
    "born": FieldType.DATE,
    "seen": FieldType.INSTANT,
    "consent": FieldType.BOOLEAN,
    "interests": FieldType.SET,
    "properties": FieldType.TEXT,
}
ROWS = [
    (
        r"a\b",
        "100%",
        3,
        0.1,
        "9.99",
        "2026-02-28",
        "2026-02-28 23:30Z",
        True,
        ["a"],
        '{"a b": "x"}',
    ),
    ("two\nlines", "a_b", None, 50.0, "0.00", "1990-03-01", "2026-03-01 00:00Z", None, [], "{}"),
    ("line end\n", "O'Brien", -7, None, None, None, None, False, None, None),
    (
        " pad\u00a0",
        "CEO",
        50,
        -0.5,
        "50.00",
        "2000-02-29",
        "1999-12-31 23:59Z",
        True,
        ["O'B"],
        "{}",
    ),
    (None, "x1 2", 0, 1e9, "-1.00", "2026-03-02", "2026-06-01 22:30Z", None, ["b", "a"], None),
]
CONDITIONS = [
    r"title LIKE 'a\b'",
    r"title ILIKE 'A\B' OR other LIKE '%\%'",
    "other LIKE 'a_b'",
    "other ILIKE 'ceo'",
    "REGEXP_MATCHES(title, 'end$')",
    "REGEXP_MATCHES(title, 'two.lines')",
    r"REGEXP_MATCHES(other, '^\w+ ?[\d]*$')",
    "REGEXP_MATCHES(other, '(?:a|C)+?')",
    "CONTAINS(other, '''B')",
    "CONTAINS(interests, 'a')",
    "NOT CONTAINS(interests, 'O''B')",
    "TRIM(title) = 'pad'",
    "LENGTH(title) > 3",
    "age / rating > 1",
    "budget * 2 = 19.98",
    "rating IN (0.1, 50)",
    "age BETWEEN -7 AND 3",
    "(consent = TRUE) IS NOT TRUE",
    "(age > 3) = (rating > 3)",
    "COALESCE(rating, age) > 0",
    "days_since(seen) >= 1",
    "days_until(born) BETWEEN -30 AND 3",
    "age_years(born) = 36",
    "seen > '2026-02-28T23:00:00Z'",
    "born <= '2026-02-28'",
    "properties['a b'] = 'x'",
    "title IS NULL AND NOT consent",
]
_TYPES = {
    FieldType.TEXT: "TEXT",
    FieldType.INTEGER: "BIGINT",
    FieldType.NUMBER: "DOUBLE PRECISION",
    FieldType.MONEY: "DECIMAL(18, 2)",
    FieldType.DATE: "DATE",
    FieldType.INSTANT: "TIMESTAMPTZ",
    FieldType.BOOLEAN: "BOOLEAN",
    FieldType.SET: "TEXT[]",
}
TABLE = (
    "CREATE TABLE facts (place INT, "
    + ", ".join(f"{name} {_TYPES[kind]}" for name, kind in FACTS.items())
    + ")"
)


@pytest.fixture(scope="module")
def postgres(server: str) -> Iterator[psycopg.Connection]:
    """A database of this module's own."""
    with psycopg.connect(new_database(server), autocommit=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    folder = tmp_path_factory.mktemp("demo") / "demo"
    make_demo(folder, 300, 7)
    return load_config(folder / "config.toml")


def _query() -> exp.Select:
    tests = [
        emit(parse(text, FACTS), lambda name: exp.column(column_of(name), "f"), CLOCK)
        for text in CONDITIONS
    ]
    columns = [test.as_(f"t{i}") for i, test in enumerate(tests)]
    return exp.select("place", *columns).from_("facts AS f").order_by("place")


def test_every_condition_means_the_same_to_postgres(postgres: psycopg.Connection) -> None:
    rows = [(i, *row) for i, row in enumerate(ROWS)]
    postgres.execute(TABLE.encode())
    marks = ", ".join(["%s"] * len(rows[0]))
    with postgres.cursor() as cursor:
        cursor.executemany(f"INSERT INTO facts VALUES ({marks})".encode(), rows)
    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        con.execute(TABLE)
        con.executemany(f"INSERT INTO facts VALUES ({', '.join('?' * len(rows[0]))})", rows)
        expected = con.execute(said(_query(), Dialect.DUCKDB).sql("duckdb")).fetchall()
    text = said(_query(), Dialect.POSTGRES).sql("postgres")
    found = postgres.execute(text.encode()).fetchall()
    for i, condition in enumerate(CONDITIONS, start=1):
        assert [row[i] for row in found] == [row[i] for row in expected], condition
    answers = {row[i] for row in expected for i in range(1, len(row))}
    assert answers == {True, False, None}


@pytest.mark.parametrize("dialect", Dialect)
def test_every_dialect_parses_what_it_is_given(config: Config, dialect: Dialect) -> None:
    compiled = CompiledModel(config.models[0], facts(config))
    printed = model_sql(compiled, CLOCK.day, dialect)
    parsed = sqlglot.parse(printed, read=dialect.value)
    assert len(parsed) == 1
    assert isinstance(parsed[0], exp.Select)
    assert "/* Pricing page */" in printed
    assert "2026-03-01" in printed.splitlines()[0]
    tables = {table.name for table in parsed[0].find_all(exp.Table)}
    inside = {cte.alias for cte in parsed[0].ctes}
    assert tables - inside - {""} == {"contacts", "activities", "kinds", "published"}


@pytest.mark.parametrize("dialect", Dialect)
def test_every_condition_parses(dialect: Dialect) -> None:
    assert sqlglot.parse_one(said(_query(), dialect).sql(dialect.value), read=dialect.value)


def test_the_printed_query_gives_the_scores_of_the_engine(
    config: Config, postgres: psycopg.Connection
) -> None:
    as_of = datetime.now(UTC)
    with open_workspace(config.path) as workspace:
        model = workspace.model
        expected = {
            row["contact_id"]: (row["score"], row["grade"])
            for row in workspace.engine.score(model, as_of).to_pylist()
        }
        compiled, day = CompiledModel(model, facts(config)), day_number(as_of, config.time_zone)
        with workspace.lake.session() as con:
            wanted = {name: workspace.engine.facts[name] for name in compiled.fields}
            show_people(con, workspace.lake, as_of, wanted, Identity())
            workspace.lake.relation(con, "kinds")
            con.execute(
                "CREATE TEMP TABLE published (source TEXT, contact_id TEXT, temperature TEXT)"
            )
            printed = model_sql(compiled, day, Dialect.DUCKDB)
            rows = con.execute(f"SELECT contact_id, score, grade FROM ({printed[:-2]})").fetchall()
            _copy(con, postgres)
    printed = model_sql(compiled, day, Dialect.POSTGRES)
    query = f"SELECT contact_id, score, grade FROM ({printed[:-2]}) AS answer"
    assert len(rows) > 200
    assert {row[0]: row[1:] for row in rows}.items() <= expected.items()
    assert sorted(postgres.execute(query.encode()).fetchall()) == sorted(rows)


def _copy(con: duckdb.DuckDBPyConnection, postgres: psycopg.Connection) -> None:
    """The relations of a model as tables in PostgreSQL."""
    for table in ("contacts", "activities", "kinds", "published"):
        described = con.execute(f"DESCRIBE {table}").fetchall()
        columns = ", ".join(
            f"{row[0]} {row[1].replace('DOUBLE', 'DOUBLE PRECISION')}" for row in described
        )
        postgres.execute(f"CREATE TABLE {table} ({columns})".encode())
        into = ", ".join(row[0] for row in described)
        with (
            postgres.cursor() as cursor,
            cursor.copy(f"COPY {table} ({into}) FROM STDIN".encode()) as copy,
        ):
            for row in fetch(con, f"SELECT {into} FROM {table}").to_pylist():
                copy.write_row(tuple(row.values()))


def _select(text: str) -> exp.Select:
    column = emit(
        parse(text, FACTS, lists={"words": ["founder"]}), lambda name: exp.column(name), CLOCK
    )
    return exp.select(column.as_("f0_0")).from_("facts")


@pytest.mark.parametrize("dialect", [Dialect.SNOWFLAKE, Dialect.POSTGRES])
def test_what_a_dialect_cannot_say_is_refused_by_name(dialect: Dialect) -> None:
    with pytest.raises(UsageError, match=rf"{dialect} cannot .*IN_LIST \(Founder\).*bigquery"):
        said(_select("in_list(title, 'words')"), dialect, {"f0_0": "Founder"})


def test_a_function_that_was_never_tried_is_refused() -> None:
    query = exp.select(exp.func("LEVENSHTEIN", exp.column("a"), exp.column("b")).as_("r0"))
    with pytest.raises(UsageError, match=r"LEVENSHTEIN.*has not been tried"):
        said(query, Dialect.SPARK)
    assert said(query, Dialect.DUCKDB).sql("duckdb") == query.sql("duckdb")


@pytest.mark.parametrize(
    ("dialect", "text", "expected"),
    [
        (Dialect.SPARK, r"title LIKE 'a\b'", r"title LIKE 'a\\\\b'"),
        (Dialect.SNOWFLAKE, r"title LIKE 'a\b'", r"title LIKE 'a\\b'"),
        (Dialect.SPARK, "REGEXP_MATCHES(title, 'a$')", r"title RLIKE 'a\\z'"),
        (Dialect.SNOWFLAKE, "REGEXP_MATCHES(title, '(?:a)*?')", "REGEXP_INSTR(title, '(a)*') > 0"),
        (Dialect.BIGQUERY, "CONTAINS(title, 'a')", "INSTR(title, 'a') > 0"),
        (Dialect.SNOWFLAKE, "consent IS TRUE", "COALESCE(consent, FALSE)"),
        (Dialect.SNOWFLAKE, "consent IS FALSE", "NOT COALESCE(consent, TRUE)"),
        (Dialect.BIGQUERY, "title ILIKE 'A'", "LOWER(title) LIKE LOWER('A')"),
    ],
)
def test_a_dialect_says_it_its_own_way(dialect: Dialect, text: str, expected: str) -> None:
    printed = said(_select(text), dialect).sql(dialect.value)
    assert printed == f"SELECT {expected} AS f0_0 FROM facts"


def test_clamps_leave_unknown_values_out_in_bigquery() -> None:
    least = exp.Least(this=exp.column("a"), expressions=[exp.Literal.number(3)], ignore_nulls=True)
    printed = said(exp.select(least.as_("l0")), Dialect.BIGQUERY).sql("bigquery")
    assert printed == "SELECT LEAST(COALESCE(a, 3), 3) AS l0"


def test_the_name_of_a_rule_cannot_end_its_comment(config: Config) -> None:
    model = config.models[0]
    rule = model.rules[0].model_copy(update={"name": "*/ DROP TABLE leads; --"})
    hostile = model.model_copy(update={"rules": (rule, *model.rules[1:])})
    printed = model_sql(CompiledModel(hostile, facts(config)), CLOCK.day, Dialect.DUCKDB)
    assert not re.search(r"(?<![/*])\*/ DROP", printed)
    assert [type(each) for each in sqlglot.parse(printed, read="duckdb")] == [exp.Select]
