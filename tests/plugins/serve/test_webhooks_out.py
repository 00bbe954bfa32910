"""Webhooks out: a receiver on loopback is told of leads that change, signed, until it has it."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from leadline.config.webhooks import Label, Outgoing
from leadline.ledger import Event, Ledger
from leadline_serve.webhooks.sending import Sender, document_of, retry_at
from leadline_serve.webhooks.signatures import is_signed
from tests.e2e.world import CONFIG, World, make_world

SECRET = "a secret of more than sixteen"
TABLE = """
[webhooks.outgoing.desk]
url = "{url}/in?key=hush-hush"
secret = "{secret}"
events = ["temperature"]
"""


@dataclass
class Receiver:
    """Notes what it is told, and answers as it is told to."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    told: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def changes(self) -> list[dict[str, Any]]:
        return [change for _, body in self.told for change in json.loads(body)["changes"]]


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.told.append((dict(self.headers.items()), body))
            self.send_response(receiver.answers.pop(0) if receiver.answers else 204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Nothing on the terminal."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{http.server_port}"
    thread = threading.Thread(target=http.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        http.shutdown()
        http.server_close()
        thread.join(5)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Somebody who listens."""
    with receiving() as made:
        yield made


@pytest.fixture
def world(receiver: Receiver, tmp_path: Path) -> World:
    """A workspace that tells the receiver, synced once."""
    table = TABLE.format(url=receiver.url, secret=SECRET)
    made = make_world(tmp_path / "world", CONFIG + table)
    made.sync("--as-of", "2024-05-01")
    return made


def outgoing(receiver: Receiver, *events: Label) -> dict[str, Outgoing]:
    url = f"{receiver.url}/in?key=hush-hush"
    return {"desk": Outgoing("desk", url, SECRET, events or ("temperature",))}


def send(world: World, receiver: Receiver, *events: Label) -> int:
    with Ledger.open(world.folder / "var" / "ledger.db") as ledger:
        return Sender(outgoing(receiver, *events), ledger).send_due()


def cool_down(world: World) -> None:
    """Ada is no head of anything any more: she falls from hot to warm."""
    world.change("contacts.csv", "Head of IT,200", "Clerk,20")
    world.sync("--as-of", "2024-05-02")


def test_the_first_sync_tells_nobody_and_a_change_is_told_with_old_and_new(
    world: World, receiver: Receiver
) -> None:
    assert send(world, receiver) == 0
    cool_down(world)
    assert send(world, receiver) == 1
    (change,) = receiver.changes
    assert (change["contact_id"], change["what"], change["old"], change["new"]) == (
        "ada",
        "temperature",
        "hot",
        "warm",
    )
    assert change["score"] == 49
    assert "ada@north.example" not in str(receiver.told)
    assert send(world, receiver) == 0


def test_what_is_told_is_signed(world: World, receiver: Receiver) -> None:
    cool_down(world)
    send(world, receiver)
    ((headers, body),) = receiver.told
    assert is_signed(SECRET, body, headers, time.time())
    assert not is_signed(SECRET, body + b" ", headers, time.time())
    assert headers["X-Leadline-Delivery"] == json.loads(body)["delivery"]


def test_a_receiver_that_fails_is_told_again_later(
    world: World, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    cool_down(world)
    receiver.answers = [500]
    with caplog.at_level(logging.DEBUG):
        assert send(world, receiver) == 0
    assert "webhook 'desk' answered 500" in caplog.text
    assert "hush-hush" not in caplog.text
    with Ledger.open(world.folder / "var" / "ledger.db") as ledger:
        (waiting,) = ledger.outbox.backlog()
        assert (waiting.waiting, waiting.error) == (1, "answered 500")
        assert ledger.outbox.pending(1) == []
        ledger.outbox.failed(1, "due at once", datetime.now(UTC))
    assert send(world, receiver) == 1
    assert [body for _, body in receiver.told] == [receiver.told[0][1]] * 2


def test_nobody_there_is_said_without_the_address(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    cool_down(world)
    with receiving() as gone:
        pass
    with caplog.at_level(logging.DEBUG):
        assert send(world, gone) == 0
    assert "could not be reached (ConnectError)" in caplog.text
    assert "hush-hush" not in caplog.text


def test_only_what_is_asked_for_is_told(world: World, receiver: Receiver) -> None:
    cool_down(world)
    assert send(world, receiver, "stage") == 1
    assert receiver.told == []


def test_the_waits_grow_and_end_after_three_days() -> None:
    now = datetime(2026, 1, 10, tzinfo=UTC)

    def event(attempts: int, age: timedelta) -> Event:
        return Event(1, "t", "k", {}, now - age, attempts, "")

    waits = [retry_at(event(tries, timedelta()), now) for tries in range(9)]
    seconds = [(each - now).total_seconds() for each in waits if each is not None]
    assert seconds[:3] == [10, 30, 90]
    assert seconds == sorted(seconds)
    assert seconds[-1] == 6 * 3600
    assert retry_at(event(3, timedelta(days=3)), now) is None


def test_a_document_holds_nothing_personal() -> None:
    row = {
        "what": "grade",
        "contact_id": "7",
        "email": "a@b.example",
        "last_name": "B",
        "new": "A1",
    }
    event = Event(1, "t", "run/1", {"rows": [row]}, datetime.now(UTC), 0, "")
    told = document_of(event, Outgoing("desk", "", SECRET))
    assert "a@b.example" not in str(told)
    changes = told["changes"]
    assert isinstance(changes, list)
    assert changes[0]["new"] == "A1"
