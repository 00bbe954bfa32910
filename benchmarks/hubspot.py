"""How many calls, how much of the permitted rate and how much CPU a HubSpot account costs.

The portal is simulated in a process of its own, so that the CPU measured is the connector's alone.
Run `python -m benchmarks.hubspot`; nothing here judges, so it fails no build.
"""

from __future__ import annotations

import argparse
import math
import multiprocessing
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from leadline.batches import Checkpoint, Meter, Outcome, Source, output_schema
from leadline.vocabulary import STANDARD_FIELDS
from leadline_hubspot import checking, contacts
from leadline_hubspot.api import Api
from leadline_hubspot.settings import HubSpotSettings
from leadline_hubspot.write import write

PAGE, SEARCHED = 100, 200  # records per call, as HubSpot allows
BURST, BURST_SHARE = 190, 0.9  # calls in ten seconds of a Professional account, and of them ours
DIMENSIONS = ("fit", "engagement")


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.hubspot", description=__doc__)
    parser.add_argument("--contacts", type=int, default=20_000)
    given = parser.parse_args()
    with served(contacts=given.contacts, limited=False) as (url, token):
        _calls_and_cpu(url, token, given.contacts)
    with served(contacts=given.contacts, limited=True, real_time=True, tier="pro") as (url, token):
        _rate(url, token)


def _calls_and_cpu(url: str, token: str, number: int) -> None:
    with opened(url, token) as (source, api):
        list(checking.fix(source, api))
        pages = math.ceil(number / PAGE)
        before, began = source.meter.calls, time.process_time()
        ids, checkpoint = pulled(source, api, None)
        cpu = time.process_time() - began
        # One call lists the archived ones.
        told("initial load", source.meter.calls - before, pages + 1)
        before = source.meter.calls
        written(source, api, ids)
        told("write-back", source.meter.calls - before, pages)
        before = source.meter.calls
        again, _ = pulled(source, api, checkpoint)
        # All were modified: searched 200 at a time, then read by their ids.
        least = math.ceil(number / SEARCHED) + pages + 1
        told(f"incremental sync of {len(again):,} changed", source.meter.calls - before, least)
        models = client_cpu(url, token, source)
        print(
            f"CPU per contact pulled: {cpu / number * 1e6:.0f} µs, through the client's models "
            f"{models / number * 1e6:.0f} µs: ratio {cpu / models:.2f}"
        )


class Timed(Meter):
    """Remembers when each call was made."""

    def __init__(self) -> None:
        super().__init__()
        self.times: list[float] = []

    def count(self, calls: int = 1) -> None:
        super().count(calls)
        self.times += [time.monotonic()] * calls


def _rate(url: str, token: str) -> None:
    """The share of the permitted calls that are made where the limit is what holds them up."""
    meter = Timed()
    with opened(url, token, meter) as (source, api):
        while meter.calls < 4 * BURST:
            pulled(source, api, None)
    # From the end of the first burst, which nothing holds up, to the end of the fourth.
    spent = meter.times[4 * BURST - 1] - meter.times[BURST - 1]
    share = 3 * BURST / (BURST / 10 * spent)
    print(
        f"{3 * BURST} calls in {spent:.1f} s: {share:.0%} of the permitted rate in use, "
        f"{share / BURST_SHARE:.0%} of the part that burst_share gives to leadline"
    )


def told(what: str, calls: int, least: int) -> None:
    print(f"{what}: {calls:,} calls, {least:,} at least: ratio {calls / least:.3f}")


def pulled(
    source: Source, api: Api, since: Checkpoint | None
) -> tuple[list[str], Checkpoint | None]:
    """The contacts that come, each once, and the last checkpoint."""
    found: dict[str, None] = {}
    checkpoint = since
    for batch in contacts.fetch(source, api, since):
        found |= dict.fromkeys(batch.rows["contact_id"].to_pylist())
        checkpoint = batch.checkpoint
    return list(found), checkpoint


def written(source: Source, api: Api, ids: list[str]) -> None:
    """A score for each contact."""
    row = {"score": 40, "fit": 30, "engagement": 10, "grade": "A2", "temperature": "warm"}
    row |= {"reasons": "Head of IT", "model_version": "v1", "scored_at": datetime.now(UTC)}
    for start in range(0, len(ids), PAGE):
        rows = [{"contact_id": each, **row} for each in ids[start : start + PAGE]]
        changes = pa.Table.from_pylist(rows, schema=output_schema(DIMENSIONS))
        results = list(write(source, api, changes))
        assert {each.outcome for each in results} == {Outcome.WRITTEN}


def client_cpu(url: str, token: str, source: Source) -> float:
    """CPU seconds of the same load through hubspot-api-client's models, into plain tables."""
    from hubspot import HubSpot

    names = list(contacts.reader(source).properties)
    page = HubSpot(access_token=token, host=url).crm.contacts.basic_api.get_page
    began, after = time.process_time(), None
    while True:
        answer = page(limit=PAGE, after=after, properties=names)
        rows = [{"contact_id": each.id, **each.properties} for each in answer.results]
        assert pa.Table.from_pylist(rows).num_rows == len(rows)
        if answer.paging is None:
            return time.process_time() - began
        after = answer.paging.next.after


@contextmanager
def opened(url: str, token: str, meter: Meter | None = None) -> Iterator[tuple[Source, Api]]:
    """A source that wants every standard field, and its API."""
    with tempfile.TemporaryDirectory() as folder:
        settings = HubSpotSettings.model_validate({"access_token": token, "base_url": url})
        source = Source(
            name="hub",
            connector="hubspot",
            settings=settings,
            base=Path(folder),
            state=Path(folder) / "state",
            time_zone=ZoneInfo("UTC"),
            wanted=STANDARD_FIELDS,
            output=output_schema(DIMENSIONS).remove(0),
            meter=meter or Meter(),
        )
        yield source, Api(source)


@contextmanager
def served(**options: Any) -> Iterator[tuple[str, str]]:
    """A portal in another process: its address and its token."""
    mine, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs, options))
    process.start()
    try:
        yield mine.recv()
    finally:
        mine.send("end")
        process.join()


def serve(pipe: Connection, options: dict[str, Any]) -> None:
    from leadline_sandbox.hubspot import portal

    with portal(activities_per_contact=0.1, **options) as hub:
        pipe.send((hub.url, hub.token))
        pipe.recv()


if __name__ == "__main__":
    main()
