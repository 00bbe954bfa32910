"""Worlds of facts: people and what they did, around the days on which something changes.

Hypothesis chooses a world's size and seed; the facts are dealt from the seed, which is a hundred
times faster than drawing each of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from leadline.vocabulary import FieldType
from tests.laws import pools
from tests.laws.models import TYPES
from tests.reference.logic import Value
from tests.reference.world import Record, World

# The facts of a first pull count as known since ever.
SINCE_EVER = datetime(1970, 1, 1, tzinfo=UTC)
ZONES = [ZoneInfo(name) for name in ("UTC", "Europe/Warsaw", "America/New_York", "Asia/Kathmandu")]
_AGES = [0, 1, 2, 3, 6, 7, 8, 13, 14, 15, 29, 30, 31, 59, 60, 61, 89, 90, 91, 200, 365, 366, 9000]
_EMAILS = ["ada@Acme.example", "bob@example.com ", "nobody", "x@y@acme.example", None]


def worlds(learned: Sequence[datetime] = (SINCE_EVER,)) -> SearchStrategy[World]:
    """Records of one source, each learned once, at one of these instants."""
    sizes = st.tuples(st.integers(1, 12), st.integers(0, 120), st.integers(0, 2**32))
    return sizes.map(lambda size: _deal(Random(size[2]), size[0], size[1], learned))


def _deal(chance: Random, people: int, activities: int, learned: Sequence[datetime]) -> World:
    return World(
        [Record(f"person {i}", chance.choice(learned), person(chance)) for i in range(people)],
        [
            Record(f"activity {i}", chance.choice(learned), activity(chance, people))
            for i in range(activities)
        ],
    )


def person(chance: Random) -> dict[str, Value]:
    """The facts of one contact record."""
    facts = {
        name: some(chance, kind)
        for name, kind in pools.ABOUT_PEOPLE.items()
        if name != "email_domain"
    }
    facts["email"] = chance.choice(_EMAILS)
    facts["deleted"] = chance.choice([*[None] * 8, False, True])
    facts["merged_into"] = chance.choice([*[None] * 12, "another"])
    return facts


def activity(chance: Random, people: int) -> dict[str, Value]:
    """The facts of one activity, now and then of nobody who is known."""
    facts = {name: some(chance, kind) for name, kind in pools.ABOUT_ACTIVITIES.items()}
    facts["contact_id"] = f"person {chance.randint(0, people)}"
    facts["type"] = chance.choice([*TYPES, TYPES[0], "purchase"])
    facts["occurred_at"] = moment(chance)
    facts["properties"] = chance.choice([*pools.PROPERTIES, None])
    return facts


def moment(chance: Random) -> datetime:
    """When something happened: days ago at any hour, just now, or only to come."""
    if chance.random() < 0.1:
        return pools.TODAY + timedelta(microseconds=chance.randint(-1, 1))
    ago = timedelta(days=chance.choice(_AGES), hours=chance.randint(-26, 26))
    return pools.TODAY - ago


def some(chance: Random, kind: FieldType) -> Value:
    """Some value of a type, or unknown."""
    if chance.random() < 0.15:
        return None
    if kind is FieldType.SET:
        return chance.sample(pools.MEMBERS, chance.randint(0, 3))
    if kind is FieldType.MONEY:
        return Decimal(chance.choice(pools.MONEY))
    values: dict[FieldType, Sequence[Value]] = {
        FieldType.TEXT: pools.TEXTS,
        FieldType.INTEGER: [*pools.WHOLE, chance.randint(-60, 1200)],
        FieldType.NUMBER: [*pools.FRACTIONS, chance.uniform(-100, 1200)],
        FieldType.DATE: pools.DAYS,
        FieldType.INSTANT: pools.INSTANTS,
        FieldType.BOOLEAN: [True, False],
    }
    return chance.choice(values[kind])
