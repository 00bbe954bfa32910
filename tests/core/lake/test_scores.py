"""Published answers: the current one is replaced, what differs is remembered."""

from __future__ import annotations

import pyarrow as pa

from leadline.batches import Reject, Stream
from leadline.lake import Lake, Published

from .world import START, after, files, read

_TYPES = {"score": pa.int32(), "dimensions": pa.map_(pa.string(), pa.int32())}


def answers(*rows: dict[str, object]) -> pa.Table:
    """A scored table; what a row leaves out is a plain answer."""
    usual = {"source": "crm", "model_version": "v1", "score": 5, "dimensions": [("fit", 5)]}
    usual |= {"grade": "A1", "temperature": "hot", "excluded": None, "reasons": "because"}
    full = [{**usual, **row} for row in rows]
    names = [*usual, "contact_id"]
    return pa.table({n: pa.array([r[n] for r in full], _TYPES.get(n, pa.string())) for n in names})


def scores(lake: Lake, table: str = "scores") -> set[tuple[object, ...]]:
    """Who has which score, in which model, since when."""
    rows = read(lake, table)
    return {(r["model"], r["contact_id"], r["score"], r["as_of"]) for r in rows}


def test_the_same_answer_on_another_day_writes_nothing(lake: Lake) -> None:
    first = answers({"contact_id": "1", "dimensions": [("a", 2), ("b", 3)]}, {"contact_id": "2"})
    assert lake.publish("b2b", first, as_of=START) == Published(changed=2)
    before = files(lake.root)
    again = answers({"contact_id": "1", "dimensions": [("b", 3), ("a", 2)]}, {"contact_id": "2"})
    assert lake.publish("b2b", again, as_of=after(1)) == Published()
    assert files(lake.root) == before


def test_every_part_of_an_answer_counts_as_a_difference(lake: Lake) -> None:
    lake.publish("b2b", answers({"contact_id": "1"}), as_of=START)
    parts: list[dict[str, object]] = [
        {"score": None},
        {"dimensions": [("fit", 4)]},
        {"grade": "B1"},
        {"temperature": "warm"},
        {"excluded": "competitor"},
        {"model_version": "v2"},
    ]
    for day, part in enumerate(parts, start=1):
        table = answers({"contact_id": "1", **part})
        assert lake.publish("b2b", table, as_of=after(day)) == Published(changed=1), part
    assert len(read(lake, "score_history")) == 1 + len(parts)
    assert len(read(lake, "scores")) == 1


def test_history_holds_what_differs_and_the_answer_is_replaced(lake: Lake) -> None:
    lake.publish("b2b", answers({"contact_id": "1"}, {"contact_id": "2"}), as_of=START)
    table = answers({"contact_id": "1", "score": 9}, {"contact_id": "2"})
    assert lake.publish("b2b", table, as_of=after(1)) == Published(changed=1)
    assert scores(lake) == {("b2b", "1", 9, after(1)), ("b2b", "2", 5, after(1))}
    assert scores(lake, "score_history") == {
        ("b2b", "1", 5, START),
        ("b2b", "2", 5, START),
        ("b2b", "1", 9, after(1)),
    }


def test_a_contact_that_is_no_longer_scored_leaves_the_answer(lake: Lake) -> None:
    lake.publish("b2b", answers({"contact_id": "1"}, {"contact_id": "2"}), as_of=START)
    assert lake.publish("b2b", answers({"contact_id": "1"}), as_of=after(1)).changed == 1
    assert {r["contact_id"] for r in read(lake, "scores")} == {"1"}


def test_models_do_not_touch_each_other(lake: Lake) -> None:
    lake.publish("b2b", answers({"contact_id": "1"}), as_of=START)
    lake.publish("b2c", answers({"contact_id": "1", "score": 7}), as_of=START)
    lake.publish("b2c", answers({"contact_id": "1", "score": 8}), as_of=after(1), history=False)
    assert scores(lake) == {("b2b", "1", 5, START), ("b2c", "1", 8, after(1))}
    assert scores(lake, "score_history") == {("b2b", "1", 5, START), ("b2c", "1", 7, START)}


def test_history_survives_compaction(lake: Lake) -> None:
    for day in range(3):
        lake.publish("b2b", answers({"contact_id": "1", "score": day}), as_of=after(day))
    before = scores(lake, "score_history"), scores(lake)
    assert lake.compact(force=True)
    assert (scores(lake, "score_history"), scores(lake)) == before


def test_a_record_is_quarantined_once(lake: Lake) -> None:
    bad = Reject("contacts.csv:17", "no id", "a;b")
    contacts, other = Stream.CONTACTS, Stream.ACTIVITIES
    assert lake.quarantine(contacts, "crm", [bad, bad, Reject("x", "y")], START) == 2
    assert lake.quarantine(contacts, "crm", [bad], after(1)) == 0
    assert lake.quarantine(other, "crm", [bad], after(1)) == 1
    found = [(r["stream"], r["place"], r["raw"], r["learned_at"]) for r in read(lake, "quarantine")]
    assert set(found) == {
        ("contacts", "contacts.csv:17", "a;b", START),
        ("contacts", "x", "", START),
        ("activities", "contacts.csv:17", "a;b", after(1)),
    }
