"""How many calls, how much of the permitted rate and how much CPU a HubSpot account costs.

The portal is simulated in a process of its own, so that the CPU measured is the connector's alone;
for that its answers are replayed.
Run `python -m benchmarks.hubspot`; nothing here judges, so it fails no build.
"""

from __future__ import annotations

import argparse
import math
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from benchmarks.crms import END, OUTPUT, pulled, served, told, written
from benchmarks.replay import replayed
from leadline.batches import Meter, Source
from leadline.vocabulary import STANDARD_FIELDS, FieldType
from leadline_hubspot import checking, contacts, paths
from leadline_hubspot.api import Api, rows_of
from leadline_hubspot.mapping import CONTACTS
from leadline_hubspot.settings import HubSpotSettings
from leadline_hubspot.write import write

PAGE, SEARCHED = 100, 200  # records per call, as HubSpot allows
BURST = 190  # calls in ten seconds of a Professional account
ROUNDS = 3  # of each measurement of CPU; the least is told, which other work disturbs least
# What a team scores by beside the standard fields.
MORE = (
    "address",
    "state",
    "zip",
    "website",
    "mobilephone",
    "salutation",
    "job_function",
    "numemployees",
    "budget",
    "lead_source",
    "hs_analytics_num_page_views",
    "hs_analytics_num_visits",
    "hs_analytics_last_timestamp",
    "hs_analytics_source_data_1",
    "hs_email_domain",
    "hs_email_delivered",
    "hs_email_open",
    "hs_email_click",
    "hs_email_last_open_date",
    "hs_email_last_click_date",
    "num_conversion_events",
    "recent_conversion_date",
    "recent_conversion_event_name",
    "notes_last_updated",
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.hubspot", description=__doc__)
    parser.add_argument("--contacts", type=int, default=20_000)
    given = parser.parse_args()
    with served(serve, contacts=given.contacts, limited=False) as ((url, token), _):
        _calls_and_cpu(url, token, given.contacts)
    options = {"limited": True, "real_time": True, "tier": "pro"}
    with served(serve, contacts=given.contacts, **options) as ((url, token), pipe):
        _rate(url, token)
        pipe.send("refused")
        print(f"calls refused as too many: {pipe.recv()}")


def _calls_and_cpu(url: str, token: str, number: int) -> None:
    with opened(url, token) as (source, api):
        list(checking.fix(source, api))
        pages = math.ceil(number / PAGE)
        before = source.meter.calls
        ids, checkpoint = pulled(contacts.fetch(source, api, None))
        # One call lists the archived ones.
        told("initial load", source.meter.calls - before, pages + 1)
        _cpu("before the first write-back", url, token, number)
        before = source.meter.calls
        written(partial(write, source, api), ids, PAGE)
        told("write-back", source.meter.calls - before, pages)
        before = source.meter.calls
        again, _ = pulled(contacts.fetch(source, api, checkpoint))
        # All were modified: searched 200 at a time, then read by their ids.
        least = math.ceil(number / SEARCHED) + pages + 1
        told(f"incremental sync of {len(again):,} changed", source.meter.calls - before, least)
        _cpu("with scores in the CRM", url, token, number)


def _cpu(when: str, url: str, token: str, number: int) -> None:
    """The CPU of the whole load, here and through the client's models, in turns."""
    ours, models = list[float](), list[float]()
    with replayed(url) as address, opened(address, token) as (source, api):
        # Neither waits for a limit: a processor that slept is slower, and only one of them would.
        api.limits.learn({"X-HubSpot-RateLimit-Max": "1000000"})
        names = contacts.reader(source).properties
        filled = _filled(api, names)
        for _ in range(1 + ROUNDS):
            ours.append(cpu_of(lambda: loaded(source, api)))
            models.append(cpu_of(lambda: through_models(address, token, names)))
    # In the first round the answers were still made.
    del ours[0], models[0]
    print(
        f"CPU per contact pulled {when}, {len(names)} properties of which {filled:.0f} are filled: "
        f"{min(ours) / number * 1e6:.1f} µs, through the client's models "
        f"{min(models) / number * 1e6:.1f} µs: ratio {min(ours) / min(models):.3f}"
    )


def _filled(api: Api, names: tuple[str, ...]) -> float:
    """How many of these properties a contact of the first page has, on average."""
    query = {"limit": PAGE, "properties": names}
    rows = rows_of(api.get(paths.OBJECTS, query.items(), kind=CONTACTS))
    return sum(bool(row["properties"].get(name)) for row in rows for name in names) / len(rows)


def cpu_of(work: Callable[[], object]) -> float:
    """The CPU seconds that this process and its threads spend on some work."""
    began = time.process_time()
    work()
    return time.process_time() - began


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
            pulled(contacts.fetch(source, api, None))
    # From the end of the first burst, which nothing holds up, to the end of the fourth.
    spent = meter.times[4 * BURST - 1] - meter.times[BURST - 1]
    share = 3 * BURST / (BURST / 10 * spent)
    print(f"{3 * BURST} calls in {spent:.1f} s: {share:.0%} of the permitted rate in use")


def loaded(source: Source, api: Api) -> None:
    """A whole load, of which nothing is kept."""
    for batch in contacts.fetch(source, api, None):
        assert batch.rows.num_columns


def through_models(url: str, token: str, names: tuple[str, ...]) -> None:
    """The same load through hubspot-api-client's models, into plain tables."""
    from hubspot import HubSpot

    page = HubSpot(access_token=token, host=url).crm.contacts.basic_api.get_page
    after = None
    while True:
        answer = page(limit=PAGE, after=after, properties=list(names))
        rows = [
            {
                "contact_id": each.id,
                "created_at": each.created_at,
                "updated_at": each.updated_at,
                **each.properties,
            }
            for each in answer.results
        ]
        assert pa.Table.from_pylist(rows).num_rows == len(rows)
        if answer.paging is None:
            return
        after = answer.paging.next.after


@contextmanager
def opened(url: str, token: str, meter: Meter | None = None) -> Iterator[tuple[Source, Api]]:
    """A source that wants every standard field and `MORE`, and its API."""
    with tempfile.TemporaryDirectory() as folder:
        settings = HubSpotSettings.model_validate({"access_token": token, "base_url": url})
        source = Source(
            name="hub",
            connector="hubspot",
            settings=settings,
            base=Path(folder),
            state=Path(folder) / "state",
            time_zone=ZoneInfo("UTC"),
            fields={name: name for name in MORE},
            wanted={**STANDARD_FIELDS, **dict.fromkeys(MORE, FieldType.TEXT)},
            output=OUTPUT,
            meter=meter or Meter(),
        )
        yield source, Api(source)


def serve(pipe: Connection, options: dict[str, Any]) -> None:
    from leadline_sandbox.hubspot import portal

    with portal(activities_per_contact=0.1, **options) as hub:
        pipe.send((hub.url, hub.token))
        while pipe.recv() != END:
            pipe.send(hub.limits.refused)


if __name__ == "__main__":
    main()
