"""What the ledger says about runs and requests, as numbers for Prometheus."""

from __future__ import annotations

import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    Metric,
    SummaryMetricFamily,
)
from prometheus_client.registry import Collector

from leadline.ledger import Ledger, Run

_CONTACTS = {
    "contacts": "pulled",
    "scored": "scored",
    "written": "written",
    "unchanged": "unchanged",
    "rejected": "rejected",
    "quarantined": "quarantined",
}
# A run may come into sight a little after one that ended later: another process wrote it.
_OVERLAP = timedelta(minutes=10)


class Tallies(Collector):
    """Counts each run of the ledger once, whichever process it ran in; reads only what is new."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger, self._lock = ledger, threading.Lock()
        self._latest: datetime | None = None
        self._seen: dict[str, datetime] = {}
        self._runs: Counter[tuple[str, str]] = Counter()
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._contacts: Counter[tuple[str, str]] = Counter()
        self._calls: Counter[str] = Counter()
        self._good: dict[str, datetime] = {}

    def describe(self) -> Iterator[Metric]:
        """Nothing: registering must not read the ledger."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        with self._lock:
            self._read()
            yield from self._families()
        waiting = self._ledger.requests.unfinished()
        queue = GaugeMetricFamily("leadline_queue", "Requests by state.", labels=["state"])
        for state in ("waiting", "running"):
            queue.add_metric([state], sum(each.status == state for each in waiting))
        yield queue

    def _read(self) -> None:
        since = None if self._latest is None else self._latest - _OVERLAP
        for run in self._ledger.runs.finished_since(since):
            if run.run_id not in self._seen and run.finished_at is not None:
                self._seen[run.run_id] = self._latest = run.finished_at
                self._count(run, run.finished_at)
        if self._latest is not None:
            old = self._latest - _OVERLAP
            self._seen = {name: at for name, at in self._seen.items() if at >= old}

    def _count(self, run: Run, finished_at: datetime) -> None:
        self._runs[run.kind, run.status] += 1
        self._seconds[run.kind] += (finished_at - run.started_at).total_seconds()
        for source, counts in (run.summary.get("sources") or {}).items():
            for name, outcome in _CONTACTS.items():
                self._contacts[source, outcome] += counts.get(name, 0)
            self._calls[source] += counts.get("api_calls", 0)
            # A contact that a CRM refuses for good makes a run partial, and the source no worse.
            whole = run.kind == "sync" and "part" not in run.detail
            if whole and (run.status == "succeeded" or counts.get("scored")):
                self._good[source] = finished_at

    def _families(self) -> Iterator[Metric]:
        runs = CounterMetricFamily("leadline_runs", "Runs ended.", labels=["kind", "status"])
        for labels, number in self._runs.items():
            runs.add_metric(labels, number)
        yield runs
        seconds = SummaryMetricFamily(
            "leadline_run_seconds", "How long runs took.", labels=["kind"]
        )
        for kind, spent in self._seconds.items():
            ended = sum(number for (name, _), number in self._runs.items() if name == kind)
            seconds.add_metric([kind], count_value=ended, sum_value=spent)
        yield seconds
        contacts = CounterMetricFamily(
            "leadline_contacts", "What became of contacts.", labels=["source", "outcome"]
        )
        for labels, number in self._contacts.items():
            contacts.add_metric(labels, number)
        yield contacts
        calls = CounterMetricFamily("leadline_api_calls", "Calls to a CRM.", labels=["source"])
        for source, number in self._calls.items():
            calls.add_metric([source], number)
        yield calls
        age = GaugeMetricFamily(
            "leadline_last_good_sync_age_seconds",
            "How long ago a source was last read and scored.",
            labels=["source"],
        )
        for source, at in self._good.items():
            age.add_metric([source], max(0.0, time.time() - at.timestamp()))
        yield age
