"""A condition means the same to Spark and to DuckDB, whatever is in the row."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from leadline.predicates import Clock, emit, parse
from leadline.scoring.dialect import Dialect
from leadline.scoring.dialects import said
from leadline.vocabulary import FieldType, column_of
from tests.laws import pools, worlds
from tests.laws.conditions import conditions

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

FACTS = {**pools.ABOUT_PEOPLE, "properties": FieldType.TEXT}
PROPERTIES = [
    '{"plan": "pro", "a.b c": "x", "seats": 3}',
    '{"plan": null, "seats": 1.50}',
    '{"plan": true, "seats": -1e3, "a.b c": ""}',
    "{}",
    None,
]
CLOCK = Clock((pools.TODAY.date() - pools.TODAY.date().replace(1970, 1, 1)).days, "Asia/Kathmandu")
LISTS = {"words": ["chief*", "geschäftsführer", "head of sales", "ß"], "domains": ["acme.example"]}
WRITTEN = [
    "UPPER(job_title) = 'GESCHÄFTSFÜHRER'",
    "UPPER(job_title) = 'STRAẞE'",
    "LENGTH(UPPER(job_title)) = LENGTH(job_title)",
    "LOWER(job_title) = 'istanbul'",
    "LOWER(job_title) = '\u03b1\u03c3'",
    "job_title ILIKE '\u03b1\u03c3'",
    "job_title ILIKE '%İ%'",
    "job_title ILIKE 'STRAßE'",
    "job_title LIKE 'a\\_b'",
    "job_title LIKE '%\\%'",
    "TRIM(job_title) = 'padded'",
    "REGEXP_MATCHES(job_title, 'end$')",
    "REGEXP_MATCHES(job_title, 'two.lines')",
    "REGEXP_MATCHES(job_title, '^.$')",
    r"REGEXP_MATCHES(job_title, '\w+\W\w+')",
    "CONTAINS(job_title, '''')",
    "CONTAINS(product_interest, 'O''Brien')",
    "NOT CONTAINS(product_interest, 'ß')",
    "age / rating > 1",
    "budget * 3 = 29.97",
    "rating IN (0.1, 50)",
    "(age > 3) = (rating > 3)",
    "(consent = TRUE) IS NOT TRUE",
    "in_list(job_title, 'words')",
    "in_list(email_domain, 'domains')",
    "days_since(created_at) = 0",
    "days_until(planned_purchase_date) BETWEEN 0 AND 90",
    "age_years(planned_purchase_date) = 1",
    "properties['plan'] = 'pro'",
    "properties['plan'] IS NULL",
    "properties['a.b c'] IS NOT NULL",
    "properties['seats'] IN ('3', '1.50', '-1e3')",
]


def _rows(seed: int, count: int) -> pa.Table:
    chance = Random(seed)
    people = [worlds.person(chance) for _ in range(count)]
    texts = [*pools.TEXTS, None]
    rows = [
        {
            **{column_of(name): person.get(name) for name in pools.ABOUT_PEOPLE},
            "job_title": texts[i % len(texts)],
            "properties": PROPERTIES[i % len(PROPERTIES)],
            "place": i,
        }
        for i, person in enumerate(people)
    ]
    kinds = [(column_of(name), kind.arrow) for name, kind in FACTS.items()]
    return pa.Table.from_pylist(rows, schema=pa.schema([*kinds, ("place", pa.int32())]))


def _differences(spark: SparkSession, rows: pa.Table, texts: list[str], folder: Path) -> list[str]:
    """The conditions that the two engines answer differently, with a row for each."""
    tests = [
        emit(
            parse(text, FACTS, lists=LISTS), lambda name: exp.column(column_of(name), "f"), CLOCK
        ).as_(f"t{i}")
        for i, text in enumerate(texts)
    ]
    query = exp.select("place", *tests).from_("facts AS f").order_by("place")
    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        con.register("facts", rows)
        expected = con.execute(query.sql("duckdb")).fetchall()
    pq.write_table(rows, folder / "facts.parquet")
    spark.read.parquet(str(folder / "facts.parquet")).createOrReplaceTempView("facts")
    found = [tuple(row) for row in spark.sql(said(query, Dialect.SPARK).sql("spark")).collect()]
    facts = rows.to_pylist()
    return [
        f"{text}: DuckDB says {one[i]}, Spark {other[i]} of {facts[one[0]]}"
        for one, other in zip(expected, found, strict=True)
        for i, text in enumerate(texts, start=1)
        if one[i] != other[i]
    ]


def test_every_construct_means_the_same(spark: SparkSession, tmp_path: Path) -> None:
    assert _differences(spark, _rows(1, 60), WRITTEN, tmp_path) == []


@settings(max_examples=4)
@given(
    texts=st.lists(conditions(pools.ABOUT_PEOPLE), min_size=15, max_size=15),
    seed=st.integers(0, 1000),
)
def test_any_condition_means_the_same(
    spark: SparkSession, tmp_path_factory: pytest.TempPathFactory, texts: list[str], seed: int
) -> None:
    folder = tmp_path_factory.mktemp("facts")
    assert _differences(spark, _rows(seed, 60), texts, folder) == []
