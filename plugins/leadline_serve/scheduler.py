"""Puts a request into the ledger whenever a source is due; APScheduler watches the clock."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from apscheduler.schedulers.background import BackgroundScheduler

from leadline.config.schedules import Schedule
from leadline.errors import LeadlineError
from leadline.ledger import Ledger
from leadline.ledger.requests import SYNC
from leadline_serve.runner import Runner
from leadline_serve.timetable import Timetable

_LOOKED_AT = 500  # runs, of which many may be of single contacts

_log = logging.getLogger("leadline.serve")


class Scheduler:
    """The schedule of every source that has one. What was missed is caught up once at `start`."""

    def __init__(
        self, schedules: Mapping[str, Schedule], zone: ZoneInfo, ledger: Ledger, runner: Runner
    ) -> None:
        self._schedules, self._zone = dict(schedules), zone
        self._ledger, self._runner = ledger, runner
        self._clock: BackgroundScheduler | None = None

    def start(self) -> None:
        """Watch the clock from now on."""
        # A job only asks: the run itself is the runner's, and no second one is asked for meanwhile.
        options = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        self._clock = BackgroundScheduler(timezone=self._zone, job_defaults=options, daemon=True)
        for name, schedule in self._schedules.items():
            trigger = Timetable(schedule, self._zone, last_synced(self._ledger, name))
            self._clock.add_job(self._ask, trigger, args=[name], id=name)
        self._clock.start()

    def stop(self) -> None:
        """Watch it no more."""
        if self._clock is not None:
            self._clock.shutdown(wait=True)
            self._clock = None

    @property
    def schedules(self) -> Mapping[str, Schedule]:
        """Each source's schedule, where it has one."""
        return self._schedules

    def next_starts(self) -> dict[str, datetime]:
        """When each scheduled source is synced next; empty while nothing watches the clock."""
        jobs = [] if self._clock is None else self._clock.get_jobs()
        return {job.id: job.next_run_time for job in jobs if job.next_run_time is not None}

    def _ask(self, source: str) -> None:
        try:
            self._runner.ask_sync(source)
        except LeadlineError as error:
            _log.warning("the sync of %s that is due could not be asked for: %s", source, error)


def last_synced(ledger: Ledger, source: str) -> datetime | None:
    """When the whole source was last asked for or synced, by a schedule or by hand."""
    request = ledger.requests.latest(source, SYNC)
    found = [] if request is None else [request.asked_at]
    for run in ledger.runs.recent(_LOOKED_AT):
        if run.kind == "sync" and "part" not in run.detail and source in run.detail["sources"]:
            found.append(run.started_at)
            break
    return max(found, default=None)
