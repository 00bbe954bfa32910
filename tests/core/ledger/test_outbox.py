"""Events: held, due, delivered, given up and forgotten."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from leadline.ledger import Backlog, Ledger

PAST = datetime(2020, 1, 1, tzinfo=UTC)


def _topics(ledger: Ledger) -> list[str]:
    return [event.topic for event in ledger.outbox.pending(10)]


def test_a_held_event_is_due_when_it_is_released(ledger: Ledger) -> None:
    outbox = ledger.outbox
    assert outbox.add("news:bell", "1", {"rows": [1, 2]}, hold=True)
    assert not outbox.add("news:bell", "1", {"rows": []})
    assert (_topics(ledger), outbox.backlog()) == ([], [])
    (held,) = outbox.held()
    outbox.amend(held.event_id, {"rows": [1, 2], "published": True})
    assert [event.payload["published"] for event in outbox.held()] == [True]
    outbox.release(held.event_id, {"rows": [1]})
    assert outbox.held() == []
    assert [event.payload for event in outbox.pending(10)] == [{"rows": [1]}]


def test_a_dropped_event_may_be_added_again(ledger: Ledger) -> None:
    ledger.outbox.add("news:bell", "1", {}, hold=True)
    ledger.outbox.drop(ledger.outbox.held()[0].event_id)
    assert ledger.outbox.held() == []
    assert ledger.outbox.add("news:bell", "1", {})


def test_only_the_topics_that_are_asked_for_are_pending(ledger: Ledger) -> None:
    for topic in ("one", "two", "three"):
        ledger.outbox.add(topic, "1", {})
    assert [event.topic for event in ledger.outbox.pending(10, ["three", "one"])] == [
        "one",
        "three",
    ]
    assert _topics(ledger) == ["one", "two", "three"]


def test_what_is_not_delivered_is_counted_with_its_reason(ledger: Ledger) -> None:
    outbox = ledger.outbox
    for key in ("1", "2", "3", "4"):
        outbox.add("news:bell", key, {"who": "ada"})
    first, second, third, _ = outbox.pending(10)
    outbox.delivered(first.event_id)
    outbox.failed(second.event_id, "no clapper", None)
    outbox.failed(third.event_id, "no clapper", datetime.now(UTC) + timedelta(hours=1))
    assert outbox.backlog() == [Backlog("news:bell", 2, 1, "no clapper")]
    assert [event.key for event in outbox.pending(10)] == ["4"]


def test_what_is_over_is_forgotten_and_what_waits_is_not(ledger: Ledger) -> None:
    outbox = ledger.outbox
    for key in ("1", "2", "3"):
        outbox.add("news:bell", key, {})
    first, second, third = outbox.pending(10)
    outbox.delivered(first.event_id)
    outbox.failed(second.event_id, "no clapper", None)
    outbox.sweep(PAST)
    assert outbox.backlog() == [Backlog("news:bell", 1, 1, "no clapper")]
    outbox.sweep(datetime.now(UTC) + timedelta(minutes=1))
    assert outbox.backlog() == [Backlog("news:bell", 1, 0, "")]
    assert outbox.pending(10) == [third]
