"""What in_list finds: whole words, whatever their case and accents, in lists of any length."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from random import Random

import duckdb
import pytest
from sqlglot import exp

from leadline.predicates import Clock, emit, parse
from leadline.predicates.words import MAX_ENTRIES, MAX_ENTRY
from leadline.vocabulary import FieldType
from tests.reference.words import in_list

# Entry, texts that it stands in, and texts that it does not.
ENTRIES: list[tuple[str, list[str], list[str]]] = [
    ("founder", ["Co-Founder & CTO", "(FOUNDER)", "founder,ceo"], ["founders", "cofounder"]),
    ("founder*", ["Founders", "founder", "FounderX2 at x"], ["cofounder", "found"]),
    ("owner", ["Owner/Director", "the owner's"], ["Downer", "owner2", "coowner"]),
    ("Geschäftsführer", ["GESCHAFTSFUHRER", "geschäftsführer (m/w)"], ["Geschäftsführerin"]),
    ("geschaftsfuhrer", ["Gescha\u0308ftsfu\u0308hrer"], ["geschaeftsfuehrer"]),
    ("Łódź", ["lodz", "ŁÓDŹ-Centrum"], ["lodzki"]),
    ("head of sales", ["VP, Head  of - Sales", "head\u00a0of\u2013sales"], ["head of presales"]),
    ("acme.example", ["ACME.EXAMPLE, x", "(acme.example)"], ["not-acme.example", "acmeXexample"]),
    ("acme.example", ["acme.example"], ["acme.example.org", "sub.acme.example"]),
    ("acme.*", ["acme.example", "x, acme."], ["acme.co.uk", "lacme.x"]),
    ("c++", ["C++ developer", "c/c++"], ["c", "c+++", "objective-c++"]),
    ("R&D", ["VP r&d"], ["R and D", "R&DX"]),
    ("\u0391\u03a3", ["\u03b1\u03c3", "\u0391\u03a3", "x \u0391\u03a3"], ["\u03b1\u03c3\u03b1"]),
    ("директор", ["ДИРЕКТОР", "Ген. директор"], ["директора"]),
    ("社長", ["社長", "社長 (CEO)"], ["副社長"]),
    ("ceo", ["C\u200bE\u00adO", "“CEO”", "CEO…", "CEO\u3000x"], ["ceox", "c e o"]),
]  # fmt: skip
HOSTILE = ["'", "\\", ".*", "(", "[a-", "a|b", "$^", "(?i)x", "\\Q", "{3}", "%", "_", "a'; DROP--"]


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        yield con


def found(
    con: duckdb.DuckDBPyConnection, entries: Sequence[str], texts: Sequence[str | None]
) -> list[bool | None]:
    """What the engine says of each text."""
    read = parse("in_list(text, 'words')", {"text": FieldType.TEXT}, lists={"words": entries})
    query = exp.select(emit(read, lambda name: exp.column(name, "t"), Clock(0)))
    con.execute("CREATE OR REPLACE TEMP TABLE t (text VARCHAR)")
    con.executemany("INSERT INTO t VALUES (?)", [(text,) for text in texts])
    return [row[0] for row in con.execute(query.from_("t").sql("duckdb")).fetchall()]


@pytest.mark.parametrize(("entry", "inside", "outside"), ENTRIES, ids=lambda part: ascii(part)[:30])
def test_an_entry_stands_in_a_text_as_whole_words(
    engine: duckdb.DuckDBPyConnection, entry: str, inside: list[str], outside: list[str]
) -> None:
    texts = [*inside, *outside]
    expected = [True] * len(inside) + [False] * len(outside)
    assert found(engine, [entry], texts) == expected
    assert [in_list(text, [entry]) for text in texts] == expected


def test_an_unknown_text_is_in_no_list_and_not_outside_of_one(
    engine: duckdb.DuckDBPyConnection,
) -> None:
    assert found(engine, ["a", "b.c"], [None]) == [None]


def test_the_signs_of_patterns_and_of_sql_stand_for_themselves(
    engine: duckdb.DuckDBPyConnection,
) -> None:
    texts = [*HOSTILE, *(f"x {entry} y" for entry in HOSTILE), "x", "aab", "DROP"]
    for entry in HOSTILE:
        assert found(engine, [entry], texts) == [in_list(text, [entry]) for text in texts], entry


def long_lists() -> Iterator[list[str]]:
    chance = Random(7)

    def made(signs: str, length: int) -> str:
        return "".join(chance.choice(signs) for _ in range(length))

    count = MAX_ENTRIES
    yield [f"word{n}" for n in range(count)]
    yield [f"word{n}*" for n in range(count)]
    yield [f"head of {n}" for n in range(count)]
    yield [f"a{n}.example" for n in range(count)]
    yield [made("abcdefgh", MAX_ENTRY) for _ in range(500)]
    yield [made("社長副業務", MAX_ENTRY) for _ in range(500)]
    yield [made("ab .-+ł", MAX_ENTRY) + "x" for _ in range(500)]
    yield ["a b " * (MAX_ENTRY // 4) + str(n) for n in range(500)]


@pytest.mark.parametrize("entries", list(long_lists()), ids=lambda entries: ascii(entries[0])[:20])
def test_a_very_long_list_is_asked_in_good_time(
    engine: duckdb.DuckDBPyConnection, entries: list[str]
) -> None:
    last = entries[-1].removesuffix("*")
    begun = time.process_time()
    assert found(engine, entries, [f"x {last.upper()} y", "nothing", None]) == [True, False, None]
    assert time.process_time() - begun < 5
