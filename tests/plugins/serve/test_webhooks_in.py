"""Events that come in: who is believed, what is kept, and whose score is written."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree

import httpx
import pytest

from leadline_sandbox.hubspot import Hub, portal
from leadline_serve.server import Server
from leadline_serve.webhooks.events import NotEvents, contacts_of
from leadline_serve.webhooks.signatures import (
    HUBSPOT_SIGNATURE,
    HUBSPOT_TIME,
    SIGNATURE,
    TIME,
    hubspot_signature,
    own_signature,
)

from .conftest import answer
from .portals import synced_portal
from .test_runner import wait_for

SECRET = "a secret of more than sixteen"
HOOK = f"""
[webhooks.incoming.hub]
kind = "hubspot"
secret = "{SECRET}"
"""
MODEL = """
name = "small"
[dimensions.fit]
max = 60
[[rules]]
name = "Head of something"
dimension = "fit"
when = "job_title ILIKE 'head of%'"
points = 40
[[temperatures]]
name = "hot"
from = 40
[[temperatures]]
name = "cold"
from = 0
"""


@dataclass(frozen=True)
class Telling:
    """A server, and somebody who knows the secret."""

    server: Server
    url: str

    def post(self, body: bytes, secret: str = SECRET, late: float = 0.0) -> httpx.Response:
        """Signed as leadline signs."""
        stamp = str(int(time.time() - late))
        headers = {TIME: stamp, SIGNATURE: own_signature(secret, body, stamp)}
        return httpx.post(f"{self.url}/webhooks/crm", content=body, headers=headers)

    def hubspot(self, *events: object) -> httpx.Response:
        """Signed as HubSpot signs."""
        body, stamp = json.dumps(events).encode(), str(int(time.time() * 1000))
        uri = f"{self.url}/webhooks/hub"
        signature = hubspot_signature(SECRET, "POST", uri, body, stamp)
        headers = {HUBSPOT_TIME: stamp, HUBSPOT_SIGNATURE: signature}
        return httpx.post(uri, content=body, headers=headers)


@pytest.fixture
def telling(synced: Path, tmp_path: Path) -> Iterator[Telling]:
    """A server over CSV files that takes events about "crm" and runs nothing yet."""
    folder = copytree(synced, tmp_path / "mine")
    config = folder / "config.toml"
    table = f'\n[webhooks.incoming.crm]\nsecret = "{SECRET}"\n'
    config.write_text(config.read_text("utf-8") + table, "utf-8")
    with Server.open(config, port=0) as server, answer(server) as url:
        yield Telling(server, url)


def waiting(server: Server) -> list[list[str]]:
    return [list(each.payload["contacts"]) for each in server.ledger.requests.unfinished()]


def test_signed_events_wait_in_the_ledger_together(telling: Telling) -> None:
    assert telling.post(b'{"contacts": ["7", 8]}').json() == {"contacts": 2}
    assert telling.post(b'{"contacts": ["8", "9"]}').status_code == 202
    assert waiting(telling.server) == [["7", "8", "9"]]
    assert telling.server.ledger.requests.take("at once") is None


@pytest.mark.parametrize(
    ("send", "status"),
    [
        (lambda each: each.post(b'{"contacts": ["7"]}', secret="another secret"), 401),
        (lambda each: each.post(b'{"contacts": ["7"]}', late=600), 401),
        (lambda each: httpx.post(f"{each.url}/webhooks/crm", json={"contacts": ["7"]}), 401),
        (lambda each: httpx.post(f"{each.url}/webhooks/other", json={}), 404),
        (lambda each: each.post(b"not json"), 400),
        (lambda each: each.post(b'{"contacts": "7"}'), 400),
        (lambda each: each.post(b"[" * 3_000_000), 413),
    ],
)
def test_what_is_not_believed_leaves_nothing(
    telling: Telling, send: Callable[[Telling], httpx.Response], status: int
) -> None:
    answered = send(telling)
    assert answered.status_code == status
    assert isinstance(answered.json()["detail"], str)
    assert SECRET not in answered.text
    assert waiting(telling.server) == []


def test_a_changed_contact_is_read_scored_and_written(telling: Telling) -> None:
    folder = telling.server.config.base
    best = (folder / "contacts.csv").read_text("utf-8").splitlines()[1].split(",")[0]
    telling.post(json.dumps({"contacts": [best]}).encode())
    telling.server.start(telling.url)
    wait_for(lambda: not telling.server.ledger.requests.unfinished(), "the end")
    (request,) = telling.server.ledger.requests.list()
    assert (request.kind, request.status) == ("contacts", "succeeded")
    run = telling.server.ledger.runs.get(request.detail["run_id"])
    assert run is not None
    assert run.summary["sources"]["crm"]["contacts"] == 1


def own(name: str) -> bool:
    return name.startswith("leadline_")


def test_hubspots_events_name_contacts_in_several_places() -> None:
    events = [
        {"subscriptionType": "contact.creation", "objectId": 1},
        {"subscriptionType": "contact.propertyChange", "objectId": 2, "propertyName": "jobtitle"},
        {"subscriptionType": "contact.propertyChange", "objectId": 3, "propertyName": "leadline_x"},
        {"subscriptionType": "contact.merge", "primaryObjectId": 4, "mergedObjectIds": [5, 6]},
        {"subscriptionType": "object.deletion", "objectTypeId": "0-1", "objectId": 7},
        {"subscriptionType": "company.creation", "objectId": 8},
        {"subscriptionType": "contact.associationChange", "associationType": "CONTACT_TO_COMPANY",
         "fromObjectId": 9, "toObjectId": 10},
        "nonsense",
    ]  # fmt: skip
    found = contacts_of("hubspot", json.dumps(events).encode(), own)
    assert found == {"1", "2", "4", "5", "6", "7", "9"}


@pytest.mark.parametrize("body", [b"{}", b"null", b"\xff", b"[" * 100_000])
def test_a_body_without_events_is_said_to_be_none(body: bytes) -> None:
    with pytest.raises(NotEvents, match="body must be"):
        contacts_of("hubspot", body, own)


@pytest.fixture
def hub() -> Iterator[Hub]:
    """A portal whose search never catches up while the test runs."""
    with portal(contacts=300, lag_seconds=3600.0, tier="pro", real_time=True) as made:
        yield made


@pytest.fixture
def hubspot(hub: Hub, tmp_path: Path) -> Iterator[Telling]:
    """A server over a portal that was synced, and takes HubSpot's events."""
    config = synced_portal(tmp_path, hub, MODEL, HOOK)
    with Server.open(config, port=0) as server, answer(server) as url:
        server.start(url)
        yield Telling(server, url)


def test_a_burst_is_one_small_sync_that_touches_those_persons_alone(
    hub: Hub, hubspot: Telling
) -> None:
    changed = [each.id for each in hub.store.records("contacts")][:60]
    other = hub.store.records("contacts")[100].id
    for contact in (*changed, other):
        hub.store.update("contacts", contact, {"jobtitle": "Head of IT"})
    hub.journal.clear()
    events = [
        {"subscriptionType": "contact.propertyChange", "objectId": int(each), "propertyName": "x"}
        for each in changed * 5
    ]
    random.Random(7).shuffle(events)
    for place in range(0, len(events), 100):
        assert hubspot.hubspot(*events[place : place + 100]).status_code == 202
    wait_for(lambda: not hubspot.server.ledger.requests.unfinished(), "the end")
    scores = {each.id: each.value("leadline_score") for each in hub.store.records("contacts")}
    assert {scores[each] for each in changed} == {"40"}
    assert scores[other] != "40"
    assert len(hubspot.server.ledger.requests.list()) == 1
    assert hub.journal.calls("contacts.search") == []
    written = [
        each["id"]
        for call in hub.journal.calls("contacts.batch_update")
        for each in call.json["inputs"]
    ]
    assert set(written) <= set(changed)
