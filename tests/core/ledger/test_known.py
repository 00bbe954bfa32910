"""The last known values: of two sightings the newer wins, and equal ones cost nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadline.errors import InternalError
from leadline.ledger import Ledger, Origin

NOON = datetime(2026, 11, 22, 12, 0, 0, 123456, tzinfo=UTC)
LATER = NOON + timedelta(minutes=5)


def rows(**scores: int | None) -> pa.Table:
    ids, values = list(scores), pa.array(list(scores.values()), pa.int32())
    return pa.table({"contact_id": pa.array(ids, pa.string()), "score": values})


def known(ledger: Ledger, source: str = "crm") -> dict[str, object]:
    table = ledger.known.table(source)
    ids, texts = table.column("contact_id").to_pylist(), table.column("values").to_pylist()
    return {one: json.loads(text)["score"] for one, text in zip(ids, texts, strict=True)}


def test_what_was_learned_comes_back_as_canonical_json(ledger: Ledger) -> None:
    warsaw = pa.timestamp("ms", tz="Europe/Warsaw")
    table = pa.table(
        {
            "contact_id": ["ada", "bob"],
            "temperature": pa.array(['ho"t\n', None]),
            "score": pa.array([71, None], pa.int32()),
            "scored_at": pa.array([datetime(2026, 11, 22, 9, 30, 11, tzinfo=UTC), None], warsaw),
            "due": pa.array([date(2027, 1, 31), None]),
            "budget": pa.array([Decimal("1200.50"), None], pa.decimal128(18, 2)),
            "rate": pa.array([0.1, float("nan")]),
            "consent": pa.array([True, None]),
            "interests": pa.array([["crm", "żółć"], None]),
        }
    )
    ledger.known.learn("crm", table, "pull", NOON)
    ada, bob = ledger.known.table("crm").to_pylist()
    assert ada == {
        "contact_id": "ada",
        "values": '{"budget":1200.5,"consent":true,"due":"2027-01-31","interests":["crm","żółć"],'
        '"rate":0.1,"score":71,"scored_at":"2026-11-22T09:30:11.000000Z",'
        '"temperature":"ho\\"t\\n"}',
        "seen_at": NOON,
        "origin": "pull",
    }
    assert set(json.loads(bob["values"]).values()) == {None}


def test_a_newer_sighting_replaces_and_an_older_does_not(ledger: Ledger) -> None:
    assert ledger.known.learn("crm", rows(ada=1, bob=1), Origin.PULL, NOON) == 2
    assert ledger.known.learn("crm", rows(ada=2), Origin.WRITE, LATER) == 1
    assert ledger.known.learn("crm", rows(ada=3), Origin.PULL, NOON) == 0
    assert known(ledger) == {"ada": 2, "bob": 1}


def test_a_pull_of_what_is_stored_writes_nothing(ledger: Ledger) -> None:
    ledger.known.learn("crm", rows(ada=1, bob=None), Origin.WRITE, NOON)
    before = ledger.known.table("crm")
    assert ledger.known.learn("crm", rows(bob=None, ada=1), Origin.PULL, LATER) == 0
    assert ledger.known.table("crm").equals(before)


def test_our_own_write_of_equal_values_moves_the_instant(ledger: Ledger) -> None:
    ledger.known.learn("crm", rows(ada=1), Origin.PULL, NOON)
    ledger.known.learn("crm", rows(ada=1), Origin.WRITE, LATER)
    [ada] = ledger.known.table("crm").to_pylist()
    assert (ada["seen_at"], ada["origin"]) == (LATER, "write")


def test_of_one_instant_our_write_beats_a_pull_in_either_order(ledger: Ledger) -> None:
    for source, order in {
        "a": (Origin.PULL, Origin.WRITE),
        "b": (Origin.WRITE, Origin.PULL),
    }.items():
        for origin in order:
            ledger.known.learn(source, rows(ada=1 if origin == Origin.WRITE else 2), origin, NOON)
        assert known(ledger, source) == {"ada": 1}


def test_of_repeated_rows_the_last_counts(ledger: Ledger) -> None:
    pages = pa.concat_tables([rows(ada=1, bob=5), rows(ada=2)])
    assert ledger.known.learn("crm", pages, Origin.PULL, NOON) == 2
    assert known(ledger) == {"ada": 2, "bob": 5}


def test_a_complete_pull_forgets_those_not_seen_since(ledger: Ledger) -> None:
    ledger.known.learn("crm", rows(ada=1, bob=1, eve=1), Origin.PULL, NOON)
    ledger.known.learn("shop", rows(bob=1), Origin.PULL, NOON)
    ledger.known.learn("crm", rows(eve=2), Origin.WRITE, LATER + timedelta(seconds=1))
    ledger.known.learn("crm", rows(ada=1), Origin.PULL, LATER, complete=True)
    assert known(ledger) == {"ada": 1, "eve": 2}
    assert known(ledger, "shop") == {"bob": 1}
    ledger.known.learn("shop", rows(), Origin.PULL, LATER, complete=True)
    assert known(ledger, "shop") == {}


def test_more_than_a_chunk_is_kept_and_forgotten_whole(ledger: Ledger) -> None:
    many = pa.table(
        {"contact_id": [f"{n:06d}" for n in range(45_000)], "score": pa.array(range(45_000))}
    )
    assert ledger.known.learn("crm", many, Origin.PULL, NOON) == 45_000
    stored = ledger.known.table("crm").column("contact_id")
    assert stored.to_pylist() == many.column("contact_id").to_pylist()
    assert ledger.known.learn("crm", many[:2], Origin.PULL, LATER, complete=True) == 44_998
    assert known(ledger) == {"000000": 0, "000001": 1}


def test_whatever_characters_an_id_or_a_value_has_come_back(ledger: Ledger) -> None:
    odd = ["\x01", '"', "'", "\\", "a\nb", "a\x1fb", "{}", "Zoë", "zażółć", "名", "🙂"]
    learned = pa.table({"contact_id": odd, "score": [f"{each} +1" for each in odd]})
    ledger.known.learn("crm", learned, "pull", NOON)
    assert known(ledger) == {each: f"{each} +1" for each in odd}


def test_rows_without_an_id_or_a_zone_are_refused(ledger: Ledger) -> None:
    nobody = pa.table({"contact_id": pa.array([None], pa.string()), "score": [1]})
    naive = pa.table({"contact_id": ["ada"], "scored_at": pa.array([0], pa.timestamp("us"))})
    with pytest.raises(InternalError, match="contact_id"):
        ledger.known.learn("crm", nobody, Origin.PULL, NOON)
    with pytest.raises(InternalError, match=r"'scored_at'.*without a zone"):
        ledger.known.learn("crm", naive, Origin.PULL, NOON)
    with pytest.raises(InternalError, match="without a zone"):
        ledger.known.learn("crm", rows(ada=1), Origin.PULL, NOON.replace(tzinfo=None))
    assert known(ledger) == {}


_SIGHTINGS = st.lists(
    st.tuples(st.sampled_from(["ada", "bob", "eve"]), st.integers(0, 40), st.sampled_from(Origin)),
    max_size=12,
    unique_by=lambda sighting: sighting[:2],
).flatmap(lambda found: st.tuples(st.just(found), st.permutations(found)))


@given(_SIGHTINGS)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_newest_wins_in_whatever_order_it_is_learned(
    ledger: Ledger,
    sightings: tuple[Sequence[tuple[str, int, Origin]], Sequence[tuple[str, int, Origin]]],
) -> None:
    """Values here differ from instant to instant; a pull of equal values is another test's."""
    found, learned = sightings
    ledger.known.learn("crm", rows(), Origin.PULL, datetime.max.replace(tzinfo=UTC), complete=True)
    for contact, minute, origin in learned:
        at = NOON + timedelta(minutes=minute)
        ledger.known.learn("crm", rows(**{contact: minute}), origin, at)
    newest: dict[str, int] = {}
    for contact, minute, _ in found:
        newest[contact] = max(newest.get(contact, 0), minute)
    assert known(ledger) == newest


def test_two_ledgers_on_one_file_see_each_other(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "l.db") as one, Ledger.open(tmp_path / "l.db") as other:
        one.known.learn("crm", rows(ada=1), Origin.PULL, NOON)
        assert known(other) == {"ada": 1}


def test_some_contacts_are_known_as_among_all(ledger: Ledger) -> None:
    ledger.known.learn("crm", rows(ada=1, bob=2, cyd=None), Origin.PULL, NOON)
    ledger.known.learn("web", rows(ada=9), Origin.PULL, NOON)
    whole = ledger.known.table("crm")
    some = ledger.known.table("crm", ["cyd", "ada", "nobody"])
    assert some.sort_by("contact_id").equals(whole.take([0, 2]))
    assert ledger.known.table("crm", []).num_rows == 0
