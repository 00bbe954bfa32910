"""Whatever is typed, parsing gives a tree or a reason, soon."""

from __future__ import annotations

import time
from contextlib import suppress
from random import Random

from hypothesis import example, given
from hypothesis import strategies as st
from sqlglot import exp

from leadline.predicates import Clock, PredicateError, emit, parse
from leadline.vocabulary import FieldType, column_of
from tests.laws import pools
from tests.laws.conditions import conditions
from tests.laws.effort import tries

SECONDS = 0.1
CLOCK = Clock(20_513, "Europe/Warsaw")
FIELDS = {**pools.ABOUT_PEOPLE, "properties": FieldType.TEXT}
SEGMENTS = {"grown_up": parse("age >= 18", FIELDS)}

_SQL = r"""
( ) [ ] { } , ; : :: . .. ' '' " $1 $$ ? @ # % ^ & * ** + - -- / // /* */ | || ~ ~~ !~ ! != < <= <>
> >= = == => -> ->> <=> NOT AND OR IS NULL TRUE FALSE IN LIKE ILIKE BETWEEN ESCAPE ANY ALL SOME
EXISTS CASE WHEN THEN ELSE END CAST( TRY_CAST( SELECT FROM WHERE UNION WITH VALUES DISTINCT OVER(
FILTER( COLUMNS( UNNEST( read_csv( INTERVAL DATE TIMESTAMP LAMBDA COLLATE SIMILAR TO GLOB ISNULL
NOTNULL PIVOT DESCRIBE SET COPY ATTACH INSTALL PRAGMA CALL SHOW 0x1F 1e9 1_0 .5 5. 1..2 ² ٣ ∞ é
e'x' x'0' N'a' \ 😀 LENGTH( TRIM( COALESCE( CONTAINS( REGEXP_MATCHES( '[' '(?' '\'
in_list( in_segment( 'titles' 'grown_up' days_since( days_until( age_years( properties['plan']
properties[ properties
"""
_WORDS = [*_SQL.split(), "\n", "\t", "\r", "\x0b", "\u2028", "\ufeff", "\u200b"]


def verdict(text: str) -> PredicateError | None:
    """Parse the text, and emit it if it is admitted; nothing but a PredicateError may come out."""
    try:
        expr = parse(text, FIELDS, lists=pools.LISTS, segments=SEGMENTS)
    except PredicateError as refused:
        return refused
    emit(expr, lambda name: exp.column(column_of(name)), CLOCK).sql("duckdb")
    return None


def judged(text: str) -> None:
    """The verdict comes soon, and a refusal is one line with at most one caret under one line."""
    refused = verdict(text)
    if refused is not None:
        assert str(refused)
        assert "\n" not in str(refused)
        assert refused.caret().count("\n") in (0, 1)
    # The least of three: the machine may pause, and the first time may load a module.
    assert min(_seconds(text) for _ in range(3)) < SECONDS


def _seconds(text: str) -> float:
    begun = time.process_time()
    with suppress(PredicateError):
        parse(text, FIELDS, lists=pools.LISTS, segments=SEGMENTS)
    return time.process_time() - begun


def spoiled(text: str, seed: int) -> str:
    """The text with a few words put in, taken out, doubled or swapped."""
    chance = Random(seed)
    parts = text.split(" ")
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(parts) + 1)
        what = chance.randrange(4)
        if what == 0:
            parts.insert(place, chance.choice(_WORDS))
        elif what == 1:
            parts[place : place + 1] = []
        elif what == 2:
            parts[place:place] = parts[place : place + 3]
        else:
            parts[place : place + 1] = [chance.choice(_WORDS)]
    return chance.choice([" ", " ", ""]).join(parts)


@tries(300)
@given(text=st.text(max_size=60))
@example(text="\ufeff")
@example(text="'")
@example(text="\\")
def test_any_text_is_judged(text: str) -> None:
    judged(text)


@tries(400)
@given(
    words=st.lists(st.sampled_from([*_WORDS, "age", "city", "consent", "1", "'a'"]), max_size=12)
)
def test_any_words_of_sql_are_judged(words: list[str]) -> None:
    judged(" ".join(words))


@tries(500)
@given(
    text=conditions(FIELDS, lists=list(pools.LISTS), segments=["grown_up"]),
    seed=st.integers(0, 2**32),
)
def test_a_spoiled_condition_is_judged(text: str, seed: int) -> None:
    judged(spoiled(text, seed))


@tries(60)
@given(
    text=st.sampled_from(
        [
            *(*_WORDS, "age = 1 OR", "NOT", "consent =", "- ", "a.", "(1,", "COALESCE(age,"),
            *("in_list(job_title, 'titles') OR", "in_segment('grown_up') AND", "properties['x']"),
        ]
    ),
    count=st.integers(10, 4000),
)
def test_the_same_again_and_again_is_judged(text: str, count: int) -> None:
    judged(f"{text} " * min(count, 4000 // (len(text) + 1)))
