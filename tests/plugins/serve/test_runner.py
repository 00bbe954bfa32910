"""Requests reach whichever process serves, are done once, and stop where they can be stopped."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copytree

import pytest

from leadline.errors import UsageError
from leadline.ledger import Ledger, Request
from leadline.workspace import open_workspace
from leadline_serve.server import Server
from tests.e2e.world import run_process

PATIENCE = 60.0


def wait_for(found: Callable[[], object], what: str) -> None:
    """Wait until something is true; fails when it never is."""
    until = time.monotonic() + PATIENCE
    while not found():
        assert time.monotonic() < until, f"{what} never came"
        time.sleep(0.02)


@contextmanager
def started(folder: Path) -> Iterator[Server]:
    """A server whose background work goes on, without its HTTP."""
    with Server.open(folder / "config.toml") as server:
        server.start("http://127.0.0.1:1")
        yield server


@pytest.fixture
def folder(synced: Path, tmp_path: Path) -> Path:
    """A synced workspace of one's own."""
    return copytree(synced, tmp_path / "mine")


def ended(ledger: Ledger, request_id: int) -> Request | None:
    request = ledger.requests.get(request_id)
    return request if request is not None and request.finished_at is not None else None


def test_a_server_that_is_told_to_end_while_it_starts_ends_in_order(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = threading.Thread.start

    def told(thread: threading.Thread) -> None:
        if thread.name == "leadline-heart":
            raise KeyboardInterrupt
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", told)
    with pytest.raises(KeyboardInterrupt), started(folder):
        pass


def test_a_resync_is_done_by_the_server(folder: Path) -> None:
    with started(folder) as server:
        asked = server.runner.ask("crm", asked_by="ada")
        wait_for(lambda: ended(server.ledger, asked), "the end")
        request = server.ledger.requests.get(asked)
        assert request is not None
        assert (request.status, request.payload["by"]) == ("succeeded", "ada")
        run = server.ledger.runs.get(request.detail["run_id"])
        assert run is not None
        assert run.detail["request"] == asked
        assert run.summary["sources"]["crm"]["contacts"] == 60


def test_an_unknown_source_is_refused_at_once(folder: Path) -> None:
    with Server.open(folder / "config.toml") as server, pytest.raises(UsageError, match="crm"):
        server.runner.ask("cmr")


def test_a_sync_that_waits_is_enough(folder: Path) -> None:
    with Server.open(folder / "config.toml") as server:
        assert server.runner.ask_sync("crm") == server.runner.ask_sync("crm")
        assert len(server.ledger.requests.unfinished()) == 1


def test_a_shell_hands_its_resync_to_the_server_and_follows_it(folder: Path) -> None:
    with started(folder) as server:
        done = run_process("resync", "crm", "--json", "-c", str(folder / "config.toml"))
        assert (done.status, done.document["sources"]["crm"]["contacts"]) == (0, 60)
        (request,) = server.ledger.requests.list()
        assert request.holder.startswith("serve")
        assert request.detail["run_id"] == done.document["run_id"]


def test_a_shell_without_a_server_runs_its_resync_itself(folder: Path) -> None:
    with started(folder):
        pass
    done = run_process("resync", "crm", "-c", str(folder / "config.toml"))
    assert done.status == 0
    with open_workspace(folder / "config.toml") as workspace:
        assert not workspace.ledger.requests.list()[0].holder.startswith("serve")


def test_a_waiting_request_is_cancelled_at_once(folder: Path) -> None:
    with Server.open(folder / "config.toml") as server:
        asked = server.runner.ask("crm")
        server.runner.cancel(asked)
        assert ended(server.ledger, asked) is not None


def test_a_running_request_stops_between_two_batches(folder: Path) -> None:
    slow(folder)
    with started(folder) as server:
        asked = server.runner.ask("crm")
        wait_for(lambda: has_step(server.ledger, asked), "the first batch")
        server.runner.cancel(asked)
        wait_for(lambda: ended(server.ledger, asked), "the end")
        request = server.ledger.requests.get(asked)
        assert request is not None
        assert request.status == "cancelled"
        assert server.ledger.runs.recent(1)[0].status == "cancelled"
        assert server.ledger.intents.open("crm") == []
        again = server.runner.ask_sync("crm")
        wait_for(lambda: has_step(server.ledger, again), "the next one")


def test_a_server_that_stops_leaves_its_request_to_the_next(folder: Path) -> None:
    slow(folder)
    with started(folder) as server:
        asked = server.runner.ask("crm")
        wait_for(lambda: has_step(server.ledger, asked), "the first batch")
    with Ledger.open(folder / "var" / "ledger.db") as ledger:
        request = ledger.requests.get(asked)
        assert request is not None
        assert request.status == "waiting"
        assert ledger.runs.recent(1)[0].status == "interrupted"
    quick(folder)
    with started(folder) as server:
        wait_for(lambda: ended(server.ledger, asked), "the end")
        request = server.ledger.requests.get(asked)
        assert request is not None
        assert (request.status, request.attempt) == ("succeeded", 2)


def test_what_a_killed_server_ran_is_done_by_the_next(folder: Path) -> None:
    slow(folder)
    lines = """
import sys
from pathlib import Path
from threading import Event
from leadline_serve.server import Server
with Server.open(Path(sys.argv[1])) as server:
    server.start("http://127.0.0.1:1")
    Event().wait()
"""
    config = str(folder / "config.toml")
    process = subprocess.Popen([sys.executable, "-c", lines, config])
    try:
        with Ledger.open(folder / "var" / "ledger.db") as ledger:
            wait_for(lambda: ledger.servers.living(), "the server")
            asked = ledger.requests.ask("crm", "resync", {"contacts": [], "since": None})
            wait_for(lambda: has_step(ledger, asked), "the first batch")
            process.send_signal(signal.SIGKILL)
            process.wait()
            assert ledger.servers.living() is None
    finally:
        process.kill()
        process.wait()
    quick(folder)
    with started(folder) as server:
        wait_for(lambda: ended(server.ledger, asked), "the end")
        request = server.ledger.requests.get(asked)
        assert request is not None
        assert (request.status, request.attempt) == ("succeeded", 2)


def test_a_request_that_cannot_even_begin_is_noted_as_failed(folder: Path) -> None:
    with started(folder) as server:
        (folder / "model.toml").rename(folder / "away.toml")
        asked = server.runner.ask("crm")
        wait_for(lambda: ended(server.ledger, asked), "the end")
        request = server.ledger.requests.get(asked)
        assert request is not None
        assert request.status == "failed"
        assert "there is no model file" in request.detail["error"]


SLOW = """
import time
from pathlib import Path
from leadline.hookspecs import hookimpl

@hookimpl(wrapper=True)
def fetch_contacts():
    return held((yield))

def held(pages):
    for page in pages:
        yield page
        if Path(__file__).with_name("slow").exists():
            time.sleep(0.2)
"""


def slow(folder: Path) -> None:
    """Let each batch take its time, by a plugin of the config."""
    (folder / "slow.py").write_text(SLOW, "utf-8")
    (folder / "slow").touch()
    config = folder / "config.toml"
    text = config.read_text("utf-8")
    assert 'connector = "csv"' in text
    text = text.replace('connector = "csv"', 'connector = "csv"\nbatch_rows = 3', 1)
    config.write_text(text + '\n[plugins]\nfiles = ["slow.py"]\n', "utf-8")


def quick(folder: Path) -> None:
    """Let it hold nothing up any more."""
    (folder / "slow").unlink()
    config = folder / "config.toml"
    config.write_text(config.read_text("utf-8").replace("batch_rows = 3\n", ""), "utf-8")


def has_step(ledger: Ledger, asked: int) -> bool:
    request = ledger.requests.get(asked)
    return request is not None and "step" in request.detail
