"""`[schedule]` and `[webhooks]`: what they mean, and what is said about one that is wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from leadline.config.cron import Cron
from leadline.config.schedules import Quiet, Schedule

from .conftest import CONFIG, Break, Load

WARSAW = ZoneInfo("Europe/Warsaw")
SECRET = "0123456789abcdef-secret"


def add(text: str) -> tuple[str, str]:
    """A change that puts tables behind the config."""
    last = 'call = "Call"\n'
    assert last in CONFIG
    return last, f"{last}{text}\n"


def test_an_interval_alone_is_a_text(load: Load) -> None:
    schedule = load(add('[schedule]\ncrm = "every 15 minutes"')).schedule["crm"]
    assert schedule == Schedule(every=timedelta(minutes=15))
    assert str(schedule) == "every 15 minutes"


def test_a_table_says_cron_jitter_and_quiet_hours(load: Load) -> None:
    table = 'crm = { cron = "0 6 * * 1-5", jitter = "2 minutes", quiet = ["22:00-06:00"] }'
    schedule = load(add(f"[schedule]\n{table}")).schedule["crm"]
    assert schedule.cron is not None
    assert (schedule.cron.minutes, schedule.cron.hours) == ((0,), (6,))
    assert schedule.cron.weekdays == (1, 2, 3, 4, 5)
    assert schedule.jitter == timedelta(minutes=2)
    assert [str(each.begins) for each in schedule.quiet] == ["22:00:00"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('crm = "hourly"', 'write "15 minutes", "2 hours" or "1 day"'),
        ('crm = "every 1 second"', "between 10 seconds and 366 days"),
        ('crm = { cron = "0 6 * *" }', "has 4 fields"),
        ('crm = { cron = "0 26 * * *" }', "the hour '26' is none: it lies between 0 and 23"),
        ('crm = { cron = "0 6 31 2 *" }', "a day that none of its months has"),
        ('crm = { cron = "0 6 * * 5-1" }', "ends before it begins"),
        ('crm = { cron = "0 6 * * *", every = "1 hour" }', "say either every"),
        ('crm = { jitter = "1 minute" }', "say either every"),
        ('crm = { every = "1 hour", jitter = "2 days" }', "at most"),
        ('crm = { every = "1 hour", quiet = ["22-6"] }', "two times of day"),
        ('crm = { every = "1 hour", quiet = ["22:00-22:00"] }', "begins when it ends"),
        ('crm = { evry = "1 hour" }', "evry"),
        ('cmr = "every 1 hour"', "there is no source 'cmr'; did you mean 'crm'?"),
    ],
)
def test_what_is_wrong_in_a_schedule_is_said(broken: Break, line: str, said: str) -> None:
    problems = broken(add(f"[schedule]\n{line}"))
    assert said in " ".join(str(each) for each in problems)
    assert problems[0].line is not None


def test_weekdays_are_those_of_cron() -> None:
    assert Cron.parse("0 0 * * sun").weekdays == Cron.parse("0 0 * * 7").weekdays == (0,)
    assert Cron.parse("*/20 8-18/5 1,15 jan-mar *").minutes == (0, 20, 40)
    assert Cron.parse("0 8-18/5 * * *").hours == (8, 13, 18)
    assert not Cron.parse("0 0 1 * *").either
    assert Cron.parse("0 0 1 * mon").either


@pytest.mark.parametrize(
    ("moment", "starts"),
    [
        ("2026-01-10T21:59", "2026-01-10T21:59"),
        ("2026-01-10T22:00", "2026-01-11T06:00"),
        ("2026-01-11T05:59", "2026-01-11T06:00"),
        ("2026-01-11T06:00", "2026-01-11T06:00"),
    ],
)
def test_quiet_hours_end_in_the_time_zone_of_the_workspace(moment: str, starts: str) -> None:
    schedule = Schedule(every=timedelta(hours=1), quiet=(Quiet.parse("22:00-06:00"),))
    here = datetime.fromisoformat(moment).replace(tzinfo=WARSAW)
    found = schedule.out_of_quiet(here.astimezone(UTC), WARSAW)
    assert found == datetime.fromisoformat(starts).replace(tzinfo=WARSAW)


def test_quiet_hours_that_meet_are_one() -> None:
    quiet = tuple(map(Quiet.parse, ("20:00-23:00", "22:30-01:00")))
    moment = datetime(2026, 1, 10, 20, 30, tzinfo=WARSAW)
    assert Schedule(quiet=quiet).out_of_quiet(moment, WARSAW).hour == 1


def test_webhooks_are_read_and_their_secrets_shown_nowhere(load: Load) -> None:
    config = load(
        add(
            f'[webhooks.incoming.crm]\nkind = "hubspot"\nsecret = "{SECRET}"\n'
            f'[webhooks.outgoing.desk]\nurl = "https://desk.example/in?key=k"\nsecret = "{SECRET}"'
        )
    )
    assert config.webhooks.incoming["crm"].secret == SECRET
    desk = config.webhooks.outgoing["desk"]
    assert (desk.url, desk.events) == (
        "https://desk.example/in?key=k",
        ("temperature", "grade", "stage"),
    )
    assert SECRET not in repr(config) + repr(config.webhooks)
    assert "key=k" not in repr(config.webhooks)


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        ('[webhooks.incoming.crm]\nsecret = "short-one"', "at least 16 characters"),
        (f'[webhooks.incoming.cmr]\nsecret = "{SECRET}"', "did you mean 'crm'?"),
        (f'[webhooks.outgoing.Desk]\nurl = "https://x.example"\nsecret = "{SECRET}"', "lower-case"),
        (f'[webhooks.outgoing.desk]\nurl = "desk-token"\nsecret = "{SECRET}"', "web service"),
    ],
)
def test_what_is_wrong_in_webhooks_is_said_without_a_secret(
    broken: Break, tables: str, said: str
) -> None:
    told = " ".join(str(each) for each in broken(add(tables)))
    assert said in told
    for secret in ("short-one", SECRET, "desk-token"):
        assert secret not in told
