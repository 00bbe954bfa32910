"""What ran, what is running, and what was interrupted."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import Popen

import pytest

from leadline.errors import InternalError
from leadline.ledger import Ledger

Where = str | Path
Start = Callable[..., Popen[str]]


def test_a_run_is_running_and_then_as_it_ended(ledger: Ledger) -> None:
    started = datetime.now(UTC)
    run_id = ledger.runs.start("sync", {"sources": ["crm"], "as_of": started})
    running = ledger.runs.get(run_id)
    assert running is not None
    assert (running.kind, running.status, running.finished_at) == ("sync", "running", None)
    assert running.detail["sources"] == ["crm"]
    assert abs(running.started_at - started) < timedelta(seconds=5)
    assert running.started_at.utcoffset() == timedelta(0)

    ledger.runs.finish(run_id, "partial", {"written": 3, "errors": ["żółć"]})
    ended = ledger.runs.get(run_id)
    assert ended is not None
    assert ended.finished_at is not None
    assert (ended.status, ended.summary) == ("partial", {"written": 3, "errors": ["żółć"]})
    assert ended.finished_at >= ended.started_at


def test_ids_are_readable_and_the_newest_run_comes_first(ledger: Ledger) -> None:
    ids = [ledger.runs.start("sync", {}) for _ in range(5)]
    assert all(re.fullmatch(r"\d{8}T\d{6}-[0-9a-f]{4}", run_id) for run_id in ids)
    assert [run.run_id for run in ledger.runs.recent(3)] == ids[:1:-1]


def test_an_unknown_run(ledger: Ledger) -> None:
    assert ledger.runs.get("20261122T093011-ab12") is None
    with pytest.raises(InternalError, match="never started"):
        ledger.runs.finish("20261122T093011-ab12", "succeeded", {})


def test_a_beat_moves_the_heartbeat(ledger: Ledger) -> None:
    run_id = ledger.runs.start("sync", {})
    before = ledger.runs.get(run_id)
    ledger.runs.beat(run_id)
    after = ledger.runs.get(run_id)
    assert before is not None
    assert after is not None
    assert after.heartbeat_at > before.heartbeat_at == before.started_at


def test_a_silent_run_of_a_living_process_is_running(ledger: Ledger) -> None:
    ledger.runs.start("sync", {})
    [run] = ledger.runs.recent(1, stale_after=timedelta(0))
    assert run.status == "running"


def test_a_run_whose_process_died_is_interrupted_once_its_heartbeat_is_old(
    where: Where, start: Start
) -> None:
    lines = """
ledger = Ledger.open(where)
ledger.runs.finish(ledger.runs.start("first", {}), "succeeded", {})
ledger.runs.start("second", {})
os._exit(9)
"""
    assert start(lines).wait(timeout=60) == 9
    with Ledger.open(where) as ledger:
        dead = ledger.runs.recent(2, stale_after=timedelta(0))
        assert [run.status for run in dead] == ["interrupted", "succeeded"]
        assert ledger.runs.recent(1, stale_after=timedelta(hours=1))[0].status == "running"
