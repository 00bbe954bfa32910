"""What a sync of a Salesforce org costs: calls against the fewest that will do, and memory.

The org is simulated in a process of its own, and so is the pull whose memory is measured.
Run `python -m benchmarks.salesforce`; nothing here judges, so it fails no build.
"""

from __future__ import annotations

import argparse
import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload
from unittest.mock import patch
from zoneinfo import ZoneInfo

from benchmarks.crms import END, OUTPUT, pulled, served, told, written
from leadline.batches import Source
from leadline.vocabulary import STANDARD_FIELDS
from leadline_salesforce import contacts
from leadline_salesforce.api import Api
from leadline_salesforce.settings import SalesforceSettings
from leadline_salesforce.write import write

if TYPE_CHECKING:
    from leadline_sandbox.salesforce import Org

PAGE, JOB_PAGE = 2_000, 50_000  # rows of a page of a query, and of a bulk job
COLLECTION = 200  # records of an update
READ_JOB, WRITE_JOB = 2, 4  # calls beside the pages: made and looked at; sent, closed
BEGUN = 2  # calls of any sync: it signs in, and asks what the objects are like
CHANGED = 1_000
SMALL = 150  # records of a usual write-back


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.salesforce", description=__doc__)
    parser.add_argument("--contacts", type=int, default=50_000)
    parser.add_argument("--rows", type=int, default=1_000_000, help="of the pull for its memory")
    parser.add_argument("--peak", metavar="URL,KEY,SECRET", help="pull from there, tell the memory")
    given = parser.parse_args()
    if given.peak:
        _peak(*given.peak.split(","))
        return
    with served(serve, contacts=given.contacts) as (access, ask):
        _calls(access, ask)
    with served(serve, contacts=1_000, rows=given.rows) as (access, _):
        command = [sys.executable, "-m", "benchmarks.salesforce", "--peak", ",".join(access)]
        subprocess.run(command, check=True)


def _calls(access: Sequence[str], ask: Connection) -> None:
    with opened(*access) as (source, api):
        before = source.meter.calls
        ids, checkpoint = pulled(contacts.fetch(source, api, None))
        kinds = [[each for each in ids if each.startswith(key)] for key in ("00Q", "003")]
        least = BEGUN + sum(READ_JOB + math.ceil(len(each) / JOB_PAGE) for each in kinds)
        told(f"first load of {len(ids):,} in bulk", source.meter.calls - before, least)

        ask.send("touch")
        touched = ask.recv()
        api = Api(source)  # a sync of the next hour
        before = source.meter.calls
        again, _ = pulled(contacts.fetch(source, api, checkpoint))
        least = BEGUN + sum(math.ceil(number / PAGE) for number in touched)
        told(f"incremental pull of {len(again):,}", source.meter.calls - before, least)

        ask.send("live")
        live = ask.recv()
        few = [part[: SMALL // 2] for part in live]
        before = source.meter.calls
        written(partial(write, source, api), [each for part in few for each in part], JOB_PAGE)
        least = sum(math.ceil(len(each) / COLLECTION) + 1 for each in few)
        told(f"write-back of {SMALL}", source.meter.calls - before, least)
        before = source.meter.calls
        written(partial(write, source, api), [each for part in live for each in part], JOB_PAGE)
        least = sum(READ_JOB + math.ceil(len(each) / JOB_PAGE) + WRITE_JOB for each in live)
        number = sum(map(len, live))
        told(f"write-back of {number:,} in bulk", source.meter.calls - before, least)


def _peak(url: str, key: str, secret: str) -> None:
    """Peak memory of a whole load of which nothing is kept."""
    rows, began = 0, time.monotonic()
    with opened(url, key, secret) as (source, api):
        for batch in contacts.fetch(source, api, None):
            rows += batch.rows.num_rows
    # Linux only; ru_maxrss would carry over from the process that started this one.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    peak = int(status.split("VmHWM:")[1].split()[0]) / 2**20
    took = time.monotonic() - began
    print(f"peak memory of a bulk pull of {rows:,} rows in {took:.0f} s: {peak:.2f} GiB")


@contextmanager
def opened(url: str, key: str, secret: str) -> Iterator[tuple[Source, Api]]:
    """A source that wants every standard field, and its API."""
    with tempfile.TemporaryDirectory() as folder:
        login = {"consumer_key": key, "consumer_secret": secret}
        settings = SalesforceSettings.model_validate(
            {"client_credentials": login, "instance_url": url, "settle_seconds": 0}
        )
        source = Source(
            name="org",
            connector="salesforce",
            settings=settings,
            base=Path(folder),
            state=Path(folder) / "state",
            time_zone=ZoneInfo("UTC"),
            wanted=STANDARD_FIELDS,
            output=OUTPUT,
        )
        yield source, Api(source)


def serve(pipe: Connection, options: dict[str, Any]) -> None:
    from leadline_sandbox.salesforce import org

    rows = options.pop("rows", 0)
    with ExitStack() as stack:
        crm = stack.enter_context(org(activities_per_contact=0, **options))
        if rows:
            stack.enter_context(_multiplied(rows))
        pipe.send((crm.url, crm.consumer_key, crm.consumer_secret))
        while (asked := pipe.recv()) != END:
            pipe.send(_touched(crm) if asked == "touch" else _live(crm))


def _touched(crm: Org) -> list[int]:
    """Change some leads and contacts; how many of each."""
    touched = []
    # What changes a moment after a pull lies in the second that it has read already.
    crm.clock.advance(3_600)
    for kind in ("Lead", "Contact"):
        some = crm.store.records(kind)[: CHANGED // 2]
        for each in some:
            crm.store.update(kind, each.id, {"Title": "Head of IT"})
        touched.append(len(some))
    crm.clock.advance(3_600)
    return touched


def _live(crm: Org) -> list[list[str]]:
    """The ids of leads and of contacts that have a score of their own."""
    leads = [each.id for each in crm.store.records("Lead") if not each.values.get("IsConverted")]
    return [leads, [each.id for each in crm.store.records("Contact")]]


class Many(Sequence[tuple[Any, ...]]):
    """So many rows out of a few: the same ones again and again, each under an id of its own."""

    def __init__(self, rows: Sequence[Sequence[Any]], place: int, number: int) -> None:
        self._rows, self._place, self._number = rows, place, number

    def __len__(self) -> int:
        return self._number

    @overload
    def __getitem__(self, at: int) -> tuple[Any, ...]: ...
    @overload
    def __getitem__(self, at: slice) -> list[tuple[Any, ...]]: ...
    def __getitem__(self, at: int | slice) -> tuple[Any, ...] | list[tuple[Any, ...]]:
        if isinstance(at, slice):
            return [self[each] for each in range(*at.indices(self._number))]
        row = list(self._rows[at % len(self._rows)])
        first = str(row[self._place])
        row[self._place] = f"{first[:3]}{at:012d}AAA"
        return tuple(row)


@contextmanager
def _multiplied(number: int) -> Iterator[None]:
    """Let every query find so many rows, half of them leads."""
    from leadline_sandbox.salesforce import soql

    run = soql.run

    def many(*arguments: Any, **options: Any) -> soql.Result:
        found = run(*arguments, **options)
        names: Mapping[str, int] = {name: place for place, name in enumerate(found.fields)}
        if found.count is not None:
            return replace(found, count=number // 2)
        if not found.rows or "Id" not in names:
            return found
        return replace(found, rows=Many(found.rows, names["Id"], number // 2))

    with patch.object(soql, "run", many):
        yield


if __name__ == "__main__":
    main()
