"""Requests are done once, by one runner at a time, and survive the runner."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from subprocess import Popen

import pytest

from leadline.errors import InternalError
from leadline.ledger import Ledger

Where = str | Path
Start = Callable[..., Popen[str]]


def test_the_oldest_waiting_request_is_taken_first(ledger: Ledger) -> None:
    first = ledger.requests.ask("crm", "resync", {"contacts": ["ada"]})
    second = ledger.requests.ask("shop", "resync", {})
    one, two = ledger.requests.take("worker a"), ledger.requests.take("worker b")
    assert one is not None
    assert two is not None
    assert (one.request_id, two.request_id) == (first, second)
    assert (one.source, one.kind, one.payload) == ("crm", "resync", {"contacts": ["ada"]})
    assert (one.status, one.holder, one.attempt) == ("running", "worker a", 1)
    assert ledger.requests.take("worker c") is None


def test_progress_and_the_end_are_shown(ledger: Ledger) -> None:
    request_id = ledger.requests.ask("crm", "resync", {})
    ledger.requests.take("worker")
    ledger.requests.progress(request_id, 10, 500)
    [running] = ledger.requests.list()
    assert (running.done, running.total, running.finished_at) == (10, 500, None)
    ledger.requests.finish(request_id, "succeeded", {"contacts": 500})
    [ended] = ledger.requests.list()
    assert (ended.status, ended.detail) == ("succeeded", {"contacts": 500})
    assert ended.finished_at is not None
    with pytest.raises(InternalError, match="no unfinished request"):
        ledger.requests.finish(request_id, "failed", {})


def test_a_waiting_request_that_is_cancelled_is_never_taken(ledger: Ledger) -> None:
    request_id = ledger.requests.ask("crm", "resync", {})
    ledger.requests.cancel(request_id)
    assert ledger.requests.is_cancelled(request_id)
    assert ledger.requests.take("worker") is None
    assert ledger.requests.list()[0].status == "cancelled"


def test_a_running_request_is_asked_to_stop(ledger: Ledger) -> None:
    request_id = ledger.requests.ask("crm", "resync", {})
    ledger.requests.take("worker")
    assert not ledger.requests.is_cancelled(request_id)
    ledger.requests.cancel(request_id)
    assert ledger.requests.is_cancelled(request_id)
    assert ledger.requests.list()[0].status == "running"
    ledger.requests.finish(request_id, "cancelled", {})
    assert ledger.requests.list()[0].status == "cancelled"


def test_cancelling_what_is_done_changes_nothing(ledger: Ledger) -> None:
    request_id = ledger.requests.ask("crm", "resync", {})
    ledger.requests.take("worker")
    ledger.requests.finish(request_id, "succeeded", {})
    ledger.requests.cancel(request_id)
    assert not ledger.requests.is_cancelled(request_id)
    assert ledger.requests.list()[0].status == "succeeded"


def test_what_a_dead_runner_left_is_taken_up_unless_cancelled(where: Where, start: Start) -> None:
    with Ledger.open(where) as ledger:
        kept = ledger.requests.ask("crm", "resync", {})
        stopped = ledger.requests.ask("shop", "resync", {})
        lines = """
ledger = Ledger.open(where)
for _ in range(2):
    request = ledger.requests.take("crashing")
    ledger.requests.progress(request.request_id, 3, 10)
os._exit(9)
"""
        assert start(lines).wait(timeout=60) == 9
        ledger.requests.cancel(stopped)
        again = ledger.requests.take("next")
        assert again is not None
        assert (again.request_id, again.attempt, again.holder) == (kept, 2, "next")
        assert ledger.requests.take("next") is None
        assert [request.status for request in ledger.requests.list()] == ["cancelled", "running"]


def test_takers_that_race_never_get_the_same_request(
    where: Where, start: Start, tmp_path: Path
) -> None:
    with Ledger.open(where) as ledger:
        asked = [ledger.requests.ask("crm", "resync", {"n": n}) for n in range(20)]
    lines = """
with Ledger.open(where) as ledger:
    while (request := ledger.requests.take("worker")) is not None:
        print(request.request_id)
        time.sleep(0.002)
    sys.stdout.flush()
    Path(sys.argv[2]).touch()
    while len(list(Path(sys.argv[2]).parent.glob("done-*"))) < 3:
        time.sleep(0.01)  # a process that ends would count as dead, its requests as free
"""
    processes = [start(lines, str(tmp_path / f"done-{n}")) for n in range(3)]
    taken = [int(text) for p in processes for text in p.communicate(timeout=60)[0].split()]
    assert sorted(taken) == asked
