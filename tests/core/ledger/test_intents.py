"""Nothing is sent that is not in the journal, and nothing is believed before the answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import Popen

import pyarrow as pa
import pytest

from leadline.batches import output_schema
from leadline.errors import InternalError, RetryLater
from leadline.ledger import Ledger, Origin

Where = str | Path
Start = Callable[..., Popen[str]]
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SCHEMA = output_schema(["fit"])
REJECTED = pa.schema([("contact_id", pa.string()), ("reason", pa.string())])


def batch(**scores: int | None) -> pa.Table:
    return pa.Table.from_pylist(
        [{"contact_id": one, "score": score, "scored_at": NOON} for one, score in scores.items()],
        schema=SCHEMA,
    )


def refused(**reasons: str) -> pa.Table:
    found = [{"contact_id": one, "reason": reason} for one, reason in reasons.items()]
    return pa.Table.from_pylist(found, schema=REJECTED)


def test_an_intent_is_open_until_it_is_settled(ledger: Ledger) -> None:
    run = ledger.runs.start("sync", {})
    intent = ledger.intents.begin("crm", run, 1, 7, batch(ada=71, bob=3), batch(ada=60, bob=None))
    [open_] = ledger.intents.open("crm")
    assert (open_.intent_id, open_.run_id, open_.batch_no, open_.fence) == (intent, run, 1, 7)
    assert ledger.intents.open("shop") == []
    assert ledger.known.table("crm").num_rows == 0

    ledger.intents.settle(intent, batch(ada=71), refused(bob="no such record"), NOON)

    assert ledger.intents.open("crm") == []
    [ada] = ledger.known.table("crm").to_pylist()
    assert (ada["contact_id"], ada["origin"], ada["seen_at"]) == ("ada", "write", NOON)
    assert '"score":71' in ada["values"]
    [rejection] = ledger.rejections.of_run(run)
    assert (rejection.source, rejection.contact_id, rejection.reason, rejection.rejected_at) == (
        "crm",
        "bob",
        "no such record",
        NOON,
    )
    assert ledger.rejections.recent("crm", 10) == [rejection]


def test_the_journal_keeps_old_and_new_values_with_their_types(ledger: Ledger) -> None:
    run = ledger.runs.start("sync", {})
    new, old = batch(ada=71, bob=3), batch(ada=60, bob=None)
    intent = ledger.intents.begin("crm", run, 1, 1, new, old)
    assert ledger.intents.written(intent).num_rows == 0
    ledger.intents.settle(intent, new[:1], refused(), NOON)
    changes, before = ledger.intents.read(intent)
    assert changes.equals(new)
    assert before.equals(old)
    assert ledger.intents.written(intent).to_pylist() == [{"contact_id": "ada"}]
    assert [settled.settled_at for settled in ledger.intents.of_run(run)] == [NOON]


def test_settling_again_changes_nothing(ledger: Ledger) -> None:
    run = ledger.runs.start("sync", {})
    intent = ledger.intents.begin("crm", run, 1, 1, batch(ada=71), batch(ada=60))
    ledger.intents.settle(intent, batch(ada=71), refused(), NOON)
    later = NOON + timedelta(hours=1)
    ledger.intents.settle(intent, batch(ada=99), refused(ada="too late"), later)
    assert '"score":71' in ledger.known.table("crm").column("values")[0].as_py()
    assert ledger.rejections.of_run(run) == []


def test_settling_is_all_or_nothing(ledger: Ledger) -> None:
    run = ledger.runs.start("sync", {})
    intent = ledger.intents.begin("crm", run, 1, 1, batch(ada=71, bob=3), batch(ada=60, bob=None))
    no_reason = pa.table({"contact_id": ["bob"], "reason": pa.array([None], pa.string())})
    with pytest.raises(InternalError):
        ledger.intents.settle(intent, batch(ada=71), no_reason, NOON)
    assert [open_.intent_id for open_ in ledger.intents.open("crm")] == [intent]
    assert ledger.known.table("crm").num_rows == 0


def test_an_earlier_holder_of_the_lease_cannot_begin_any_more(ledger: Ledger) -> None:
    run = ledger.runs.start("sync", {})
    ledger.intents.begin("crm", run, 1, 8, batch(ada=1), batch(ada=None))
    with pytest.raises(RetryLater, match=r"source 'crm'.*nothing of this batch was sent"):
        ledger.intents.begin("crm", run, 2, 7, batch(ada=2), batch(ada=None))
    ledger.intents.begin("shop", run, 2, 7, batch(ada=2), batch(ada=None))
    assert len(ledger.intents.open("crm")) == 1


def test_an_unknown_intent_is_a_bug(ledger: Ledger) -> None:
    with pytest.raises(InternalError, match="no intent 404"):
        ledger.intents.settle(404, batch(), refused(), NOON)
    with pytest.raises(InternalError, match="no intent 404"):
        ledger.intents.read(404)


def test_a_crash_between_begin_and_settle_leaves_the_intent_in_doubt(
    where: Where, start: Start
) -> None:
    lines = """
ledger = Ledger.open(where)
run = ledger.runs.start("sync", {})
lease = ledger.leases.take("push:crm", run, ttl=3600)
changes = pa.table({"contact_id": ["ada"], "score": pa.array([71], pa.int32())})
before = pa.table({"contact_id": ["ada"], "score": pa.array([60], pa.int32())})
ledger.known.learn("crm", before, "pull", datetime(2026, 11, 22, tzinfo=UTC))
ledger.intents.begin("crm", run, 1, lease.fence, changes, before)
print(run, flush=True)
os.kill(os.getpid(), 9)
"""
    crashed = start(lines)
    run = crashed.communicate(timeout=60)[0].strip()
    assert crashed.returncode != 0
    with Ledger.open(where) as ledger:
        [doubt] = ledger.intents.open("crm")
        assert doubt.run_id == run
        changes, before = ledger.intents.read(doubt.intent_id)
        assert (changes.column("score").to_pylist(), before.column("score").to_pylist()) == (
            [71],
            [60],
        )
        assert '"score":60' in ledger.known.table("crm").column("values")[0].as_py()
        found = ledger.runs.get(run, stale_after=timedelta(0))
        assert found is not None
        assert found.status == "interrupted"
        # The next run takes over at once, asks the CRM, and settles with what it found.
        with ledger.leases.take("push:crm", "next") as lease:
            assert lease.fence > doubt.fence
        ledger.intents.settle(doubt.intent_id, changes, refused(), NOON)
        assert ledger.intents.open("crm") == []
        assert ledger.known.table("crm").column("origin").to_pylist() == [Origin.WRITE]
