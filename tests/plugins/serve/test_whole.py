"""`leadline serve` as a process: what was asked for survives a kill and a restart."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from leadline.ledger import Ledger
from leadline_serve.webhooks.signatures import SIGNATURE, TIME, own_signature
from tests.e2e.world import CONFIG, World, make_world, run_process, start

from .test_runner import wait_for

SECRET = "a secret of more than sixteen"
TABLES = f"""
[schedule]
crm = "every 1 hour"
[webhooks.incoming.crm]
secret = "{SECRET}"
"""


@contextmanager
def serving(world: World) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process and its address; it is killed at the end if it still lives."""
    command = [*start(), "serve", "--port", "0", "-c", str(world.config)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        said = re.search(r"http://\S+", process.stdout.readline())
        assert said is not None
        yield process, said[0]
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A workspace that was never synced."""
    return make_world(tmp_path / "world", CONFIG + TABLES)


def tell(url: str, *contacts: str) -> httpx.Response:
    body, stamp = json.dumps({"contacts": contacts}).encode(), str(int(time.time()))
    headers = {TIME: stamp, SIGNATURE: own_signature(SECRET, body, stamp)}
    return httpx.post(f"{url}/webhooks/crm", content=body, headers=headers)


def test_schedule_webhook_and_resync_survive_a_kill(world: World) -> None:
    with Ledger.open(world.folder / "var" / "ledger.db") as ledger:
        with serving(world) as (process, url):
            # Never synced, so the schedule begins at once.
            wait_for(lambda: ledger.runs.recent(1), "the scheduled sync")
            wait_for(lambda: not ledger.requests.unfinished(), "its end")
            assert set(world.scores()) == {"ada", "bob", "cyd", "dan"}
            assert world.scores()["bob"] == "0"
            world.change("contacts.csv", "Developer,10,", "Head of R&D,900,")
            assert tell(url, "bob").status_code == 202
            process.send_signal(signal.SIGKILL)
            process.wait()
        assert [each.kind for each in ledger.requests.unfinished()] == ["contacts"]
        with serving(world) as (process, _):
            wait_for(lambda: not ledger.requests.unfinished(), "the webhook's sync")
            assert world.scores()["bob"] == "35"
            assert len(ledger.requests.list()) == 2  # the schedule was not due again
            done = run_process("resync", "crm", "--json", "-c", str(world.config))
            assert (done.status, done.document["sources"]["crm"]["contacts"]) == (0, 4)
            assert ledger.requests.list()[0].holder.startswith("serve")
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0
        assert ledger.servers.living() is None
