"""What a condition may say, and the SQL it becomes."""

from __future__ import annotations

import pytest
from sqlglot import exp

from leadline.predicates import Clock, emit, fields_of, parse
from leadline.predicates.tree import Compare, Field, Literal
from leadline.vocabulary import RECORD_FIELDS, STANDARD_FIELDS, FieldType, column_of

FACTS = {**RECORD_FIELDS, **STANDARD_FIELDS}
CLOCK = Clock(20_513, "Europe/Warsaw")  # 2026-03-01
LISTS = {"founders": ["Founder*", "Geschäftsführer"], "rivals": ["rival.example"]}
SEGMENTS = {
    "dach": parse("country IN ('DE', 'AT', 'CH')", FACTS),
    "grown_up": parse("age >= 18 OR consent", FACTS),
}

ADMITTED = {
    # comparisons
    "age >= 18": "age >= 18",
    "age == 18": "age = 18",
    "age != 18": "age <> 18",
    "18 < age": "18 < age",
    "age = -1": "age = (-1)",
    "age = - - 1": "age = 1",
    "((age)) = 1": "age = 1",
    "country = 'PL'": "country = 'PL'",
    "last_name = 'O''Brien'": "last_name = 'O''Brien'",
    'country = "city"': "country = city",
    "company.employees > 50": "company__employees > 50",
    "company.revenue >= 1000000.50": "company__revenue >= 1000000.50",
    "age < budget": "age < budget",
    "(age = 1) = consent": "(age = 1) = consent",
    # dates and instants are constants of text, read as what stands beside them
    "planned_purchase_date > '2026-01-31'": "planned_purchase_date > CAST('2026-01-31' AS DATE)",
    "'2026-01-31' > planned_purchase_date": "CAST('2026-01-31' AS DATE) > planned_purchase_date",
    "created_at < '2026-01-31'": "created_at < CAST('2026-01-31T00:00:00+00:00' AS TIMESTAMPTZ)",
    "created_at < '2026-01-31T12:00:00+02:00'": (
        "created_at < CAST('2026-01-31T10:00:00+00:00' AS TIMESTAMPTZ)"
    ),
    # logic
    "consent": "consent",
    "TRUE": "TRUE",
    "NOT consent": "NOT consent",
    "NOT NOT consent": "NOT (NOT consent)",
    "consent AND age > 1 OR consumer": "((consent AND age > 1) OR consumer)",
    "consent AND (age > 1 OR consumer)": "(consent AND (age > 1 OR consumer))",
    "NOT (consent OR consumer)": "NOT (consent OR consumer)",
    # unknown facts
    "city IS NULL": "city IS NULL",
    "city IS NOT NULL": "NOT (city IS NULL)",
    "product_interest IS NULL": "product_interest IS NULL",
    "consent IS TRUE": "consent IS TRUE",
    "(age > 1) IS NOT FALSE": "NOT ((age > 1) IS FALSE)",
    "(age > 1) IS UNKNOWN": "(age > 1) IS NULL",
    "COALESCE(age, 0) > 1": "COALESCE(age, 0) > 1",
    "IFNULL(age, 0) > 1": "COALESCE(age, 0) > 1",
    "COALESCE('2026-01-31', planned_purchase_date) > '2026-01-01'": (
        "COALESCE(CAST('2026-01-31' AS DATE), planned_purchase_date) > CAST('2026-01-01' AS DATE)"
    ),
    # lists and ranges
    "country IN ('PL', 'RO')": "country IN ('PL', 'RO')",
    "country NOT IN ('PL')": "NOT (country IN ('PL'))",
    "age IN (1, -2, 1.5)": "age IN (1, -2, 1.5)",
    "age BETWEEN 18 AND 65": "(age >= 18 AND age <= 65)",
    "age NOT BETWEEN 18 AND 65": "NOT (age >= 18 AND age <= 65)",
    "planned_purchase_date BETWEEN '2026-01-01' AND '2026-12-31'": (
        "(planned_purchase_date >= CAST('2026-01-01' AS DATE) "
        "AND planned_purchase_date <= CAST('2026-12-31' AS DATE))"
    ),
    # texts and sets
    "job_title LIKE '%head%'": "job_title LIKE '%head%'",
    "job_title NOT LIKE '%head%'": "NOT (job_title LIKE '%head%')",
    "job_title ILIKE '%head%'": "job_title ILIKE '%head%'",
    "job_title NOT ILIKE '%head%'": "NOT (job_title ILIKE '%head%')",
    "job_title LIKE 'a\\_b'": "job_title LIKE 'a\\_b'",
    "LOWER(TRIM(job_title)) = 'ceo'": "LOWER(TRIM(job_title)) = 'ceo'",
    "UPPER(country) = 'PL'": "UPPER(country) = 'PL'",
    "LENGTH(city) > 3": "LENGTH(city) > 3",
    "CONTAINS(product_interest, 'shoes')": "ARRAY_CONTAINS(product_interest, 'shoes')",
    "CONTAINS(job_title, 'head')": "CONTAINS(job_title, 'head')",
    r"REGEXP_MATCHES(job_title, '^(head|chief)\b?')".replace(r"\b?", " of$"): (
        "REGEXP_MATCHES(job_title, '^(head|chief) of$')"
    ),
    # arithmetic is done in floats, and nothing divides by zero
    "age * 2 + 1 > budget": (
        "(CAST((CAST(age AS DOUBLE) * CAST(2 AS DOUBLE)) AS DOUBLE) + CAST(1 AS DOUBLE)) > budget"
    ),
    "budget / company.employees > 10": (
        "(CAST(budget AS DOUBLE) / NULLIF(CAST(company__employees AS DOUBLE), 0)) > 10"
    ),
    "-age < 0": "(CAST(0 AS DOUBLE) - CAST(age AS DOUBLE)) < 0",
    # days are those of the workspace, counted to the day of scoring
    "days_since(planned_purchase_date) > 90": (
        "(20513 - DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), planned_purchase_date)) > 90"
    ),
    "days_until(planned_purchase_date) <= 90": (
        "(DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), planned_purchase_date) - 20513) <= 90"
    ),
    "days_since(created_at) = 0": (
        "(20513 - DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), "
        "CAST(created_at AT TIME ZONE 'Europe/Warsaw' AS DATE))) = 0"
    ),
    "age_years(planned_purchase_date) >= 18": (
        "(2026 - YEAR(planned_purchase_date) - CASE WHEN MONTH(planned_purchase_date) * 100 "
        "+ DAY(planned_purchase_date) > 301 THEN 1 ELSE 0 END) >= 18"
    ),
    "DAYS_SINCE(COALESCE(created_at, updated_at)) > 1": (
        "(20513 - DATE_DIFF('DAY', CAST('1970-01-01' AS DATE), "
        "CAST(COALESCE(created_at, updated_at) AT TIME ZONE 'Europe/Warsaw' AS DATE))) > 1"
    ),
    # a segment stands for its condition, whole
    "in_segment('dach')": "country IN ('DE', 'AT', 'CH')",
    "NOT in_segment('grown_up') AND consumer": "(NOT (age >= 18 OR consent) AND consumer)",
}  # fmt: skip


@pytest.mark.parametrize("text", ADMITTED)
def test_an_admitted_condition_becomes_this_sql(text: str) -> None:
    read = parse(text, FACTS, lists=LISTS, segments=SEGMENTS)
    emitted = emit(read, lambda name: exp.column(column_of(name)), CLOCK)
    assert emitted.sql("duckdb") == ADMITTED[text]


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("plan", "$.plan"),
        ("a b", '$."a b"'),
        ("a.b", '$."a.b"'),
        ("0", '$."0"'),
        ("utm:source-1", '$."utm:source-1"'),
    ],
)
def test_a_property_is_one_key_whatever_its_signs(key: str, path: str) -> None:
    read = parse(f"properties['{key}'] = 'x'", {"properties": FieldType.TEXT})
    emitted = emit(read, exp.column, CLOCK).sql("duckdb")
    assert emitted == f"NULLIF(properties ->> '{path}', '') = 'x'"
    assert fields_of(read) == {"properties"}


def test_a_list_becomes_one_pattern_for_each_way_of_standing_in_a_text() -> None:
    read = parse("in_list(job_title, 'founders') OR in_list(email, 'rivals')", FACTS, lists=LISTS)
    emitted = emit(read, exp.column, CLOCK)
    found = [each.expression.name for each in emitted.find_all(exp.RegexpLike)]
    assert {pattern for pattern in found if "?:" in pattern} == {
        r"(?:^|[^\p{L}\p{N}])(?:geschaftsfuhrer)(?:$|[^\p{L}\p{N}])",
        r"(?:^|[^\p{L}\p{N}])(?:founder)[\p{L}\p{N}]*(?:$|[^\p{L}\p{N}])",
        r"(?:^|[\s,;|/()])(?:rival\.example)(?:$|[\s,;|/()])",
    }


@pytest.mark.parametrize("name", ["comment", "show", "set", "describe", "order", "group", "plan"])
def test_a_field_of_ones_own_may_be_called_what_sql_uses_elsewhere(name: str) -> None:
    text = f"{name} = 'x'"
    assert parse(text, {name: FieldType.TEXT}) == Compare(
        "=", Field(name, FieldType.TEXT), Literal("x", FieldType.TEXT)
    )


def test_the_facts_that_a_condition_reads_are_known() -> None:
    text = "company.employees > 1 AND (city IS NULL OR NOT COALESCE(consent, consumer))"
    assert fields_of(parse(text, FACTS)) == {"company.employees", "city", "consent", "consumer"}


def test_a_long_chain_of_ors_is_one_level_deep() -> None:
    text = " OR ".join(f"age = {n}" for n in range(300))
    assert len(text) < 4_000
    emitted = emit(parse(text, FACTS), exp.column, CLOCK).sql("duckdb")
    assert emitted == f"({text})"


@pytest.mark.parametrize(
    "text",
    [
        "(" * 32 + "consent" + ")" * 32,
        "NOT " * 32 + "consent",
        "NOT (" * 20 + "consent" + ")" * 20,
        "consent" + " = TRUE" * 60,
        "age" + " + 1" * 32 + " > 0",
    ],
)
def test_what_is_admitted_can_be_emitted_however_deep(text: str) -> None:
    emit(parse(text, FACTS), exp.column, CLOCK).sql("duckdb")
