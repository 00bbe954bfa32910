"""How long a burst of webhooks takes until every changed contact's new score is in HubSpot.

The portal is simulated in a process of its own with the limits of a Professional account, and its
search index never catches up. Run `python -m benchmarks.webhooks`; nothing here judges.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import httpx

from benchmarks.crms import END, served
from leadline.ledger import Ledger
from leadline.sync.run import sync
from leadline.workspace import open_workspace
from leadline_serve.app import build
from leadline_serve.listening import answering, listen, url_of
from leadline_serve.server import Server
from leadline_serve.webhooks.signatures import (
    HUBSPOT_SIGNATURE,
    HUBSPOT_TIME,
    hubspot_signature,
)

SECRET = "the secret of a benchmark"
A_POST = 100  # events, the most that HubSpot sends at once
CONFIG = f"""
workspace = "var"
models = ["model.toml"]
[write]
max_changes = {{{{ share = 1.0, stages = 100000, first = "allow" }}}}
[sources.hub]
connector = "hubspot"
access_token = "{{token}}"
base_url = "{{url}}"
activities = []
[webhooks.incoming.hub]
kind = "hubspot"
secret = "{SECRET}"
"""
MODEL = """
name = "bench"
[dimensions.fit]
max = 100
[[rules]]
name = "Head of something"
dimension = "fit"
when = "job_title ILIKE 'head of the burst%'"
points = 100
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.webhooks", description=__doc__)
    parser.add_argument("--contacts", type=int, default=10_000)
    parser.add_argument("--events", type=int, default=5_000)
    parser.add_argument("--changed", type=int, default=5_000, help="contacts that they are about")
    parser.add_argument("--seconds", type=float, default=2.0, help="over which they arrive")
    given = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        served(serve, contacts=given.contacts) as ((url, token), portal),
    ):
        config = Path(folder) / "config.toml"
        config.write_text(CONFIG.format(url=url, token=token), "utf-8")
        config.with_name("model.toml").write_text(MODEL, "utf-8")
        with open_workspace(config) as workspace:
            list(workspace.host.fix("hub"))
            assert sync(workspace).status == "succeeded"
        time.sleep(10)  # the calls of the first sync are out of the limit's window
        with Server.open(config, port=0) as server, answered(server) as address:
            _burst(server.ledger, address, portal, given.events, given.changed, given.seconds)


def _burst(
    ledger: Ledger, address: str, portal: Connection, events: int, changed: int, seconds: float
) -> None:
    portal.send(("change", changed))
    ids = portal.recv()
    told = [ids[place % len(ids)] for place in range(events)]
    random.Random(7).shuffle(told)
    first: dict[str, float] = {}
    posts = [told[place : place + A_POST] for place in range(0, events, A_POST)]
    with httpx.Client(base_url=address) as client:
        for post in posts:
            began = time.time()
            for each in post:
                first.setdefault(each, began)
            _post(client, address, post)
            time.sleep(max(0.0, seconds / len(posts) - (time.time() - began)))
    while ledger.requests.unfinished():
        time.sleep(0.05)
    portal.send(("written", ids))
    written = portal.recv()
    waits = sorted(written[each] - first[each] for each in first if each in written)
    print(f"{events:,} events about {len(first):,} contacts, {len(waits):,} of them written")
    for share in (0.5, 0.95, 1.0):
        print(f"  {share:.0%} within {waits[max(0, int(len(waits) * share) - 1)]:.1f} s")
    for request in reversed(ledger.requests.list()):
        number = len(request.payload["contacts"])
        spent = (request.finished_at or request.asked_at) - request.asked_at
        print(f"  {request.status}: {number:,} contacts, {spent.total_seconds():.1f} s in all")


def _post(client: httpx.Client, address: str, ids: list[str]) -> None:
    kind = "contact.propertyChange"
    events = [
        {"subscriptionType": kind, "objectId": int(each), "propertyName": "jobtitle"}
        for each in ids
    ]
    body, stamp = json.dumps(events).encode(), str(int(time.time() * 1000))
    signature = hubspot_signature(SECRET, "POST", f"{address}/webhooks/hub", body, stamp)
    headers = {HUBSPOT_TIME: stamp, HUBSPOT_SIGNATURE: signature}
    client.post("/webhooks/hub", content=body, headers=headers).raise_for_status()


@contextmanager
def answered(server: Server) -> Iterator[str]:
    """The server's address while it answers and works."""
    with listen(server.serve) as opened:
        http = answering(build(server), server.serve)
        thread = threading.Thread(target=http.run, kwargs={"sockets": [opened]}, daemon=True)
        thread.start()
        server.start(url_of(opened))
        yield url_of(opened)
        http.should_exit = True
        thread.join()


def serve(pipe: Connection, options: dict[str, Any]) -> None:
    """Answer the pipe: change contacts, or say when each one's score was last written."""
    from leadline_sandbox.hubspot import portal

    habits: dict[str, Any] = {"tier": "pro", "real_time": True, "lag_seconds": 3_600.0}
    with portal(activities_per_contact=0.1, **habits, **options) as hub:
        pipe.send((hub.url, hub.token))
        while (asked := pipe.recv()) != END:
            if asked[0] == "change":
                ids = [each.id for each in hub.store.records("contacts")[: asked[1]]]
                for each in ids:
                    hub.store.update("contacts", each, {"jobtitle": "Head of the burst"})
                pipe.send(ids)
            else:
                scored = (hub.store.get("contacts", each) for each in asked[1])
                pipe.send(
                    {
                        each.id: each.modified / 1000
                        for each in scored
                        if each is not None and each.value("leadline_score") == "100"
                    }
                )


if __name__ == "__main__":
    main()
