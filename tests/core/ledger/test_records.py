"""The small tables: checkpoints, outbox, audit, models, settings, and what joins them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from leadline.errors import InternalError
from leadline.ledger import Ledger

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def test_a_checkpoint_is_replaced_and_cleared_by_source(ledger: Ledger) -> None:
    assert ledger.checkpoints.get("crm", "contacts") is None
    ledger.checkpoints.save("crm", "contacts", {"after": "a"}, 1, "v1")
    ledger.checkpoints.save("crm", "contacts", {"after": "b", "page": None}, 2, "v2")
    ledger.checkpoints.save("crm", "activities", {}, 9, "v1")
    ledger.checkpoints.save("shop", "contacts", {}, 1, "v1")
    saved = ledger.checkpoints.get("crm", "contacts")
    assert saved is not None
    assert (saved.value, saved.seq, saved.signature) == ({"after": "b", "page": None}, 2, "v2")
    assert saved.saved_at.utcoffset() == timedelta(0)
    ledger.checkpoints.clear("crm")
    assert ledger.checkpoints.get("crm", "contacts") is None
    assert ledger.checkpoints.get("crm", "activities") is None
    assert ledger.checkpoints.get("shop", "contacts") is not None


def test_an_event_is_added_once_and_pending_until_delivered(ledger: Ledger) -> None:
    assert ledger.outbox.add("stages", "crm/ada/mql", {"to": "mql"})
    assert not ledger.outbox.add("stages", "crm/ada/mql", {"to": "other"})
    assert ledger.outbox.add("stages", "crm/bob/mql", {"to": "mql"})
    first, second = ledger.outbox.pending(10)
    assert (first.key, first.payload, first.attempts) == ("crm/ada/mql", {"to": "mql"}, 0)
    ledger.outbox.delivered(first.event_id)
    assert ledger.outbox.pending(10) == [second]
    assert not ledger.outbox.add("stages", "crm/ada/mql", {"to": "mql"})


def test_a_failed_event_waits_for_its_time_and_keeps_the_error(ledger: Ledger) -> None:
    for key in ("waits", "due", "given up"):
        ledger.outbox.add("stages", key, {})
    waits, due, given_up = (event.event_id for event in ledger.outbox.pending(10))
    now = datetime.now(UTC)
    ledger.outbox.failed(waits, "503", now + timedelta(hours=1))
    ledger.outbox.failed(due, "timeout", now - timedelta(seconds=1))
    ledger.outbox.failed(given_up, "410 gone", None)
    [again] = ledger.outbox.pending(10)
    assert (again.event_id, again.attempts, again.error) == (due, 1, "timeout")


def test_an_unknown_event_is_a_bug(ledger: Ledger) -> None:
    with pytest.raises(InternalError, match="no event 404"):
        ledger.outbox.delivered(404)


def test_acts_are_kept_newest_first(ledger: Ledger) -> None:
    ledger.audit.record("ada", "apply", "plan.json", {"stages": 3})
    ledger.audit.record("bob", "undo", "run 1", {})
    latest, earlier = ledger.audit.recent(10)
    assert (latest.actor, latest.action, latest.subject) == ("bob", "undo", "run 1")
    assert (earlier.actor, earlier.detail) == ("ada", {"stages": 3})
    assert ledger.audit.recent(1) == [latest]


def test_a_model_version_never_changes(ledger: Ledger) -> None:
    assert ledger.models.content("3f2a") is None
    ledger.models.remember("3f2a", "b2b", "name = 'b2b'\n")
    ledger.models.remember("3f2a", "b2b", "something else")
    assert ledger.models.content("3f2a") == "name = 'b2b'\n"


@pytest.mark.parametrize("value", ["text", 0, False, None, [1, "ż"], {"b": 1, "a": {"c": None}}])
def test_a_setting_comes_back_as_it_was_set(ledger: Ledger, value: object) -> None:
    assert ledger.settings.get("key", "default") == "default"
    ledger.settings.set("key", "before")
    ledger.settings.set("key", value)
    assert ledger.settings.get("key", "default") == value


def test_a_setting_that_is_no_json_is_refused(ledger: Ledger) -> None:
    with pytest.raises(InternalError, match="cannot be kept as JSON"):
        ledger.settings.set("key", object())


def test_instants_keep_their_microseconds_and_their_moment(ledger: Ledger) -> None:
    run = ledger.runs.start("sync", {"as_of": NOON.replace(microsecond=7)})
    found = ledger.runs.get(run)
    assert found is not None
    assert found.detail == {"as_of": "2026-11-22T12:00:00.000007Z"}
    assert datetime.fromisoformat(found.detail["as_of"]) == NOON.replace(microsecond=7)


def test_what_is_done_in_one_transaction_is_taken_back_together(ledger: Ledger) -> None:
    def add_and_fail() -> None:
        with ledger.transaction():
            ledger.outbox.add("stages", "crm/ada/mql", {})
            ledger.settings.set("key", 1)
            assert ledger.settings.get("key") == 1
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        add_and_fail()
    assert ledger.outbox.pending(10) == []
    assert ledger.settings.get("key") is None
    with ledger.transaction():
        ledger.outbox.add("stages", "crm/ada/mql", {})
    assert len(ledger.outbox.pending(10)) == 1
