"""When a source is due, what is caught up after a standstill, and who is asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copytree, rmtree
from zoneinfo import ZoneInfo

import pytest

from leadline.config.cron import Cron
from leadline.config.schedules import Quiet, Schedule, parse_every
from leadline_serve.scheduler import last_synced
from leadline_serve.server import Server
from leadline_serve.timetable import Timetable

from .test_runner import started, wait_for

WARSAW = ZoneInfo("Europe/Warsaw")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=WARSAW)


def starts(schedule: Schedule, last: str | None, now: str, count: int = 4) -> list[str]:
    """The next starts, each asked for when the one before has come."""
    timetable = Timetable(schedule, WARSAW, None if last is None else at(last), lambda: 0.0)
    found, moment = [], at(now)
    for _ in range(count):
        due = timetable.get_next_fire_time(None, moment)
        assert due is not None
        found.append(due.astimezone(WARSAW).strftime("%a %d %H:%M"))
        moment = max(moment, due)
    return found


def cron(text: str) -> Schedule:
    return Schedule(cron=Cron.parse(text))


def test_an_interval_goes_on_from_the_last_run() -> None:
    schedule = Schedule(every=parse_every("every 2 hours"))
    assert starts(schedule, "2026-11-20T08:15", "2026-11-20T09:00", 3) == [
        "Fri 20 10:15",
        "Fri 20 12:15",
        "Fri 20 14:15",
    ]


def test_a_source_that_was_never_synced_is_due_at_once() -> None:
    schedule = Schedule(every=parse_every("1 day"))
    assert starts(schedule, None, "2026-11-20T09:00", 2) == ["Fri 20 09:00", "Sat 21 09:00"]


def test_a_cron_that_was_never_run_waits_for_its_time() -> None:
    assert starts(cron("0 6 * * *"), None, "2026-11-20T09:00", 1) == ["Sat 21 06:00"]


def test_what_was_missed_is_caught_up_once() -> None:
    hourly = Schedule(every=parse_every("1 hour"))
    assert starts(hourly, "2026-11-18T08:00", "2026-11-20T09:30", 2) == [
        "Fri 20 09:30",
        "Fri 20 10:30",
    ]
    assert starts(cron("0 6 * * *"), "2026-11-17T06:00", "2026-11-20T09:30", 2) == [
        "Fri 20 09:30",
        "Sat 21 06:00",
    ]


def test_the_weekdays_are_those_of_cron() -> None:
    assert starts(cron("0 6 * * 1-5"), "2026-11-20T06:00", "2026-11-20T07:00", 2) == [
        "Mon 23 06:00",
        "Tue 24 06:00",
    ]


def test_day_or_weekday_is_enough_where_both_are_named() -> None:
    assert starts(cron("0 0 1 * 0"), "2026-11-20T00:00", "2026-11-20T07:00", 3) == [
        "Sun 22 00:00",
        "Sun 29 00:00",
        "Tue 01 00:00",
    ]


def test_what_is_due_in_quiet_hours_starts_when_they_end() -> None:
    schedule = Schedule(every=parse_every("3 hours"), quiet=(Quiet.parse("22:00-06:00"),))
    assert starts(schedule, "2026-11-20T18:30", "2026-11-20T19:00", 3) == [
        "Fri 20 21:30",
        "Sat 21 06:00",
        "Sat 21 09:00",
    ]


def test_a_start_is_put_off_by_chance_and_the_next_one_not_by_that() -> None:
    schedule = Schedule(cron=Cron.parse("0 * * * *"), jitter=timedelta(minutes=10))
    timetable = Timetable(schedule, WARSAW, at("2026-11-20T08:00"), lambda: 0.5)
    first = timetable.get_next_fire_time(None, at("2026-11-20T08:30"))
    assert first == at("2026-11-20T09:05")
    assert timetable.get_next_fire_time(first, at("2026-11-20T09:05")) == at("2026-11-20T10:05")


def test_a_clock_that_is_put_forward_skips_nothing() -> None:
    found = starts(cron("30 2 * * *"), "2026-03-28T02:30", "2026-03-28T03:00", 2)
    assert [each.split()[1] for each in found] in (["29", "30"], ["30", "31"])


@pytest.fixture
def folder(synced: Path, tmp_path: Path) -> Path:
    """A workspace that is synced every hour."""
    made = copytree(synced, tmp_path / "mine")
    config = made / "config.toml"
    text = config.read_text("utf-8")
    config.write_text(f'{text}\n[schedule]\ncrm = "every 1 hour"\n', "utf-8")
    return made


def test_a_scheduled_source_is_synced_without_anybody_asking(folder: Path) -> None:
    with Server.open(folder / "config.toml") as server:
        before = last_synced(server.ledger, "crm")
        assert before is not None  # by hand
        server.ledger.requests.ask("crm", "resync", {"contacts": ["x"], "since": None})
        assert last_synced(server.ledger, "crm") == before
    with started(folder) as server:
        due = server.scheduler.next_starts()["crm"]
        assert timedelta(minutes=50) < due - datetime.now(UTC) <= timedelta(hours=1)


def test_what_is_due_at_the_start_is_run_once(folder: Path) -> None:
    rmtree(folder / "var")
    with started(folder) as server:
        requests = server.ledger.requests
        wait_for(lambda: requests.latest("crm", "sync"), "a sync")
        wait_for(lambda: not requests.unfinished(), "its end")
        (request,) = requests.list()
        assert (request.source, request.status) == ("crm", "succeeded")
        run = server.ledger.runs.get(request.detail["run_id"])
        assert run is not None
        assert run.detail == {"sources": ["crm"], "full": False, "request": request.request_id}
