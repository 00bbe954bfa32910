"""What a condition may not say: each refusal says why, and where it can, points at the place."""

from __future__ import annotations

import pytest
from sqlglot import exp

from leadline.predicates import Clock, Expr, PredicateError, emit, parse
from leadline.vocabulary import RECORD_FIELDS, STANDARD_FIELDS, FieldType

FACTS = {**RECORD_FIELDS, **STANDARD_FIELDS}
# Of an activity, where a property can be asked for.
PROPERTIES = {"properties": FieldType.TEXT, "url": FieldType.TEXT}
LISTS = {"founders": ["founder*"]}
SEGMENTS = {"dach": parse("country IN ('DE', 'AT', 'CH')", FACTS)}

# The condition, what the message begins with, and the text from the caret on ("": no caret).
REFUSED = [
    # nothing outside the row can be reached
    ("read_csv('/etc/passwd') = 'x'", "'READCSV' is not allowed", ""),
    ("read_text('/etc/passwd') = 'x'", "'READ_TEXT' is not allowed", ""),
    ("getenv('HOME') = 'x'", "'GETENV' is not allowed", ""),
    ("age > (SELECT 1)", "'SUBQUERY' is not allowed", ""),
    ("age IN (SELECT age FROM contacts)", "'IN' is not allowed", "age IN (SELECT"),
    ("EXISTS (SELECT 1)", "'EXISTS' is not allowed", ""),
    ("SELECT 1", "not a SQL condition", "SELECT 1"),
    ("DROP TABLE contacts", "not a SQL condition", "DROP TABLE"),
    ("age = $1", "'PLACEHOLDER' is not allowed", ""),
    ("age = ?", "'PLACEHOLDER' is not allowed", ""),
    ("age = :a", "'PLACEHOLDER' is not allowed", ""),
    ("COLUMNS(*) > 1", "'COLUMNS' is not allowed", ""),
    ("*", "'STAR' is not allowed", ""),
    ("now() > created_at", "'NOW' is not allowed in a condition: ages are counted", ""),
    ("random() > 1", "'RAND' is not allowed", ""),
    # one condition, and nothing hidden in it
    ("age = 1; DROP TABLE x", "one condition only: no semicolon", "; DROP"),
    ("consent -- AND consumer", "comments are not allowed", "consent --"),
    ("/* or */ consent", "comments are not allowed", "consent"),
    ("-- consent", "the condition holds nothing but a comment", ""),
    ("  \n ", "the condition is empty", ""),
    ("consent AND", "not a SQL condition: something is missing or too much", "AND"),
    ("consent)", "not a SQL condition", ")"),
    ("city = 'x", "not a SQL condition", ""),
    ("city = 'a\0b'", "a character here is not text", "\0b'"),
    ("city = '\ud83d'", "a character here is not text", "\ud83d'"),
    # no more of SQL than is named
    ("age::text = 'a'", "'CAST' is not allowed", "age::text"),
    ("CAST(age AS TEXT) = 'a'", "'CAST' is not allowed", "age AS TEXT"),
    ("DATE '2026-01-01' = planned_purchase_date", "'CAST' is not allowed", ""),
    ("SUM(age) OVER () > 1", "'WINDOW' is not allowed", "age) OVER"),
    ("COUNT(DISTINCT age) > 1", "'COUNT' is not allowed", "age) > 1"),
    ("@age > 1", "'ABS' is not allowed", "age > 1"),
    ("city || 'a' = 'b'", "'DPIPE' is not allowed", "city ||"),
    ("age % 2 = 1", "'MOD' is not allowed", "age %"),
    ("age // 2 = 1", "'INTDIV' is not allowed", "age //"),
    ("age ** 2 = 4", "'POW' is not allowed", "age **"),
    ("CASE WHEN consent THEN TRUE END", "'CASE' is not allowed", "consent THEN"),
    ("city[1] = 'a'", "'BRACKET' is not allowed", "city[1]"),
    ("city COLLATE nocase = 'a'", "'COLLATE' is not allowed", "city COLLATE"),
    ("city IS DISTINCT FROM 'a'", "'NULLSAFENEQ' is not allowed", "city IS"),
    ("city SIMILAR TO 'a'", "'SIMILARTO' is not allowed", "city SIMILAR"),
    ("city GLOB 'a*'", "'GLOB' is not allowed", "city GLOB"),
    ("city LIKE 'a' ESCAPE '!'", "'ESCAPE' is not allowed", "city LIKE"),
    ("city LIKE ANY ('a')", "LIKE takes a constant text", ""),
    ("TRIM(BOTH 'x' FROM city) = 'a'", "'TRIM' is not allowed", "city) = 'a'"),
    ("age BETWEEN SYMMETRIC 3 AND 1", "'BETWEEN' is not allowed", "age BETWEEN"),
    ("consent AS x", "not a SQL condition", "AS x"),
    # names
    ("jobtitle = 'x'", "unknown field 'jobtitle'; did you mean 'job_title'?", "jobtitle ="),
    ("age > 1 AND employees > 1", "unknown field 'employees'", "employees > 1"),
    ("Country = 'PL'", "unknown field 'Country'; did you mean 'country'?", "Country ="),
    ("zzzz = 1", "unknown field 'zzzz'", "zzzz = 1"),
    # what is missing
    ("city = NULL", "comparing with NULL is never true: write IS NULL", ""),
    ("NULL <> city", "comparing with NULL is never true: write IS NULL", ""),
    ("city = ''", "'' is a missing value here: write IS NULL", ""),
    ("city IN ('a', '')", "'' is a missing value here: write IS NULL", ""),
    ("city IN ('a', NULL)", "'NULL' is not allowed", ""),
    ("city IN ()", "IN needs at least one value", ""),
    ("city IN (country)", "IN takes constants only", ""),
    # types
    ("age", "a condition must be true or false, this is integer", ""),
    ("'yes'", "a condition must be true or false, this is text", ""),
    ("NOT age", "AND, OR and NOT join conditions, this is integer", ""),
    ("consent AND age", "AND, OR and NOT join conditions, this is integer", ""),
    ("age IS TRUE", "AND, OR and NOT join conditions, this is integer", ""),
    ("age = 'x'", "cannot compare integer with text", ""),
    ("city > 1", "cannot compare text with number", ""),
    ("consent = 1", "cannot compare boolean with number", ""),
    ("consent < TRUE", "true and false have no order", ""),
    ("created_at > planned_purchase_date", "cannot compare instant with date", ""),
    ("product_interest = 'x'", "cannot compare set with text", ""),
    ("COALESCE(city, 1) = 'x'", "cannot compare text with number", ""),
    ("COALESCE('2026-01-01', planned_purchase_date) = 'x'", "'x' is not a date", ""),
    ("age + city > 1", "'+' needs numbers, this is text", ""),
    ("-city = 1", "'-' needs numbers, this is text", ""),
    ("LOWER(age) = 'x'", "LOWER needs a text, this is integer", ""),
    ("LENGTH(product_interest) > 0", "LENGTH needs a text, this is set", ""),
    ("age LIKE '1%'", "LIKE needs a text, this is integer", ""),
    ("CONTAINS(age, '1')", "CONTAINS looks into a set or a text, not integer", ""),
    ("CONTAINS(city, country)", "CONTAINS takes a constant text", ""),
    # constants
    ("planned_purchase_date > '2026-02-30'", "'2026-02-30' is not a date", ""),
    ("created_at > 'yesterday'", "'yesterday' is not an instant", ""),
    ("created_at > '0001-01-01T00:00:00+05:00'", "'0001-01-01T00:00:00+05:00' is not an", ""),
    ("age = 1e5", "write the number 1e5 plainly", ""),
    ("age = 1234567890123456789", "write the number 1234567890123456789 plainly", ""),
    # regular expressions that not every engine reads, or reads alike
    (r"REGEXP_MATCHES(city, '(?=a)')", "the pattern '(?=a)' says something not allowed at", ""),
    (r"REGEXP_MATCHES(city, '(a)\1')", r"the pattern '(a)\1' says something not allowed at", ""),
    (r"REGEXP_MATCHES(city, 'a\s')", r"the pattern 'a\s' says something not allowed at '\s'", ""),
    ("REGEXP_MATCHES(city, 'a*+')", "the pattern 'a*+' says something not allowed at '*+'", ""),
    ("REGEXP_MATCHES(city, 'a{2}{3}')", "the pattern 'a{2}{3}' says something not allowed", ""),
    ("REGEXP_MATCHES(city, '[a--b]')", "the pattern '[a--b]' says something not allowed", ""),
    ("REGEXP_MATCHES(city, '(a')", "the pattern '(a' is not a regular expression", ""),
    ("REGEXP_MATCHES(city, '*a')", "the pattern '*a' is not a regular expression", ""),
    ("REGEXP_MATCHES(city, 'a{101}')", "a pattern may repeat at most 100 times", ""),
    ("REGEXP_MATCHES(city, '(a{100}){100}')", "the pattern '(a{100}){100}' repeats a repeat", ""),
    (f"REGEXP_MATCHES(city, '{'a' * 201}')", "a pattern may have 200 characters, this has 201", ""),
    ("REGEXP_MATCHES(city, 'a', 'i')", "'REGEXPLIKE' is not allowed", "city, 'a'"),
    ("REGEXP_MATCHES(city, country)", "REGEXP_MATCHES takes a constant text", ""),
    # lists, segments and dates
    (
        "in_list(city, 'foundrs')",
        "there is no list 'foundrs'; did you mean 'founders'?",
        "'foundrs",
    ),
    ("in_list(city)", "write in_list(field, 'name of the list')", "city)"),
    ("in_list(city, country)", "in_list takes the name in quotes", ""),
    ("in_list(age, 'founders')", "in_list looks into a text, this is integer", "age, '"),
    ("in_list(city, 'founders', 1)", "write in_list(field, 'name of the list')", "city, '"),
    ("in_list(city, 'x'' OR 1=1 --')", "there is no list 'x' OR 1=1 --'", ""),
    ("in_segment(dach)", "in_segment takes the name in quotes", ""),
    ("in_segment('dahc')", "there is no segment 'dahc'; did you mean 'dach'?", "'dahc'"),
    ("in_segment('dach', 'dach')", "in_segment takes the name in quotes", ""),
    ("days_since(city) > 1", "days_since counts from a date or an instant, this is text", ""),
    ("days_until('2026-01-01') > 1", "days_until counts from a date or an instant", ""),
    ("age_years(age) > 1", "age_years counts from a date or an instant, this is integer", ""),
    ("days_since() > 1", "write days_since(field)", ""),
    ("days_since(created_at, 1) > 1", "write days_since(field)", ""),
    ("days_since(created_at)", "a condition must be true or false, this is integer", ""),
    ("properties['plan'] = 'x'", "'BRACKET' is not allowed", "properties["),
    # size
    ("(" * 33 + "consent" + ")" * 33, "nested deeper than 32 levels", "(consent"),
    ("NOT " * 33 + "consent", "nested deeper than 32 levels", "NOT consent"),
    ("age" + " + 1" * 33 + " > 0", "nested deeper than 32 levels", "+ 1 > 0"),
    ("consent" + " = TRUE" * 400, "nested too deeply", ""),
    ("consent" + " IS NULL" * 400, "nested too deeply", ""),
    (("NOT " * 31 + "(") * 25 + "consent" + ")" * 25, "nested too deeply", ""),
    ("age = 1 OR " * 400 + "age = 2", "longer than 4,000 characters (4,407)", ""),
]


@pytest.mark.parametrize(("text", "message", "at"), REFUSED, ids=lambda part: ascii(part)[:40])
def test_a_condition_is_refused_with_a_reason(text: str, message: str, at: str) -> None:
    with pytest.raises(PredicateError) as refused:
        parse(text, FACTS, lists=LISTS, segments=SEGMENTS)
    assert str(refused.value).startswith(message)
    caret = refused.value.caret()
    if not at:
        assert caret == ""
    else:
        line, mark = caret.split("\n")
        assert line[mark.index("^") :].startswith(at)


OF_PROPERTIES = [
    ("properties = 'x'", "ask for one property: properties['name']"),
    ("properties IS NULL", "ask for one property: properties['name']"),
    ("in_list(properties, 'founders')", "ask for one property: properties['name']"),
    ("properties[1] = 'x'", "properties takes the name in quotes"),
    ("properties[url] = 'x'", "properties takes the name in quotes"),
    ("properties['a', 'b'] = 'x'", ""),
    ("properties['a':'b'] = 'x'", "properties takes the name in quotes"),
    ("properties['a']['b'] = 'x'", "'BRACKET' is not allowed"),
    ("properties.plan = 'x'", "unknown field 'properties.plan'"),
    ("properties -> 'plan' = 'x'", ""),
    ("properties ->> 'plan' = 'x'", ""),
    ("properties[''] = 'x'", "'' cannot be the name of a property"),
    ("properties['a''b'] = 'x'", "'a'b' cannot be the name of a property"),
    ("properties['a\"b'] = 'x'", "'a\"b' cannot be the name of a property"),
    ("properties['*'] = 'x'", "'*' cannot be the name of a property"),
    ("properties['$.a'] = 'x'", "'$.a' cannot be the name of a property"),
    ("properties['a[0]'] = 'x'", "'a[0]' cannot be the name of a property"),
    ("properties['a\\b'] = 'x'", "'a\\b' cannot be the name of a property"),
    ("properties['ü'] = 'x'", "'ü' cannot be the name of a property"),
    (f"properties['{'a' * 101}'] = 'x'", f"'{'a' * 101}' cannot be the name of a property"),
    ("url['a'] = 'x'", "'BRACKET' is not allowed"),
]


@pytest.mark.parametrize(("text", "message"), OF_PROPERTIES, ids=lambda part: ascii(part)[:40])
def test_a_property_is_asked_for_by_its_plain_name_alone(text: str, message: str) -> None:
    with pytest.raises(PredicateError) as refused:
        parse(text, PROPERTIES, lists=LISTS)
    assert str(refused.value).startswith(message)


def doubled(times: int, condition: str) -> dict[str, Expr]:
    """Segments that each ask twice for the one before."""
    segments = {"s0": parse(condition, FACTS, lists=LISTS)}
    for n in range(times):
        text = f"in_segment('s{n}') AND (in_segment('s{n}') OR consent)"
        segments[f"s{n + 1}"] = parse(text, FACTS, segments=segments)
    return segments


def chained(times: int) -> dict[str, Expr]:
    """Segments that each ask for the one before."""
    segments = {"s0": parse("age > 1", FACTS)}
    for n in range(times):
        segments[f"s{n + 1}"] = parse(f"NOT in_segment('s{n}')", FACTS, segments=segments)
    return segments


def test_segments_that_grow_by_doubling_are_refused_early() -> None:
    with pytest.raises(PredicateError, match="too large with its segments"):
        doubled(30, "age > 1")


def test_segments_one_inside_the_other_are_refused_before_they_are_too_deep() -> None:
    with pytest.raises(PredicateError, match="nested too deeply with its segments"):
        chained(100)


def test_segments_as_deep_as_they_may_be_can_be_emitted() -> None:
    segments = chained(79)
    emit(segments["s79"], exp.column, Clock(0)).sql("duckdb")


def test_a_long_list_asked_for_again_and_again_is_refused() -> None:
    words = {"words": [f"word {n}" for n in range(5_000)]}
    parse(" OR ".join(["in_list(city, 'words')"] * 5), FACTS, lists=words)
    with pytest.raises(PredicateError, match="too large with its segments and lists"):
        parse(" OR ".join(["in_list(city, 'words')"] * 100), FACTS, lists=words)


def test_the_caret_stands_in_the_line_of_the_fault() -> None:
    text = "age > 1\n  AND ctiy = 'Gdańsk'\n  AND consent"
    with pytest.raises(PredicateError) as refused:
        parse(text, FACTS)
    assert refused.value.caret() == "  AND ctiy = 'Gdańsk'\n      ^"


def test_a_long_line_is_cut_around_the_caret() -> None:
    text = " OR ".join(f"age = {n}" for n in range(50)) + " OR agee = 1"
    with pytest.raises(PredicateError) as refused:
        parse(text, FACTS)
    line, mark = refused.value.caret().split("\n")
    assert len(line) <= 100
    assert line[mark.index("^") :] == "agee = 1"


def test_a_hint_is_added_where_the_caller_knows_better() -> None:
    with pytest.raises(PredicateError, match="unknown field 'xyz'; declare it under"):
        parse("xyz = 1", FACTS, elsewhere="; declare it under [fields]")
