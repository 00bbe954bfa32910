"""When a source is due: a schedule as a trigger of APScheduler."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.combining import OrTrigger
from apscheduler.triggers.cron import CronTrigger

from leadline.config.cron import Cron
from leadline.config.schedules import Schedule

# By name: to APScheduler, 0 is Monday.
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_LEAST = timedelta(microseconds=1)


class Timetable(BaseTrigger):  # type: ignore[misc]  # APScheduler has no types
    """A source's next start. What was missed is caught up once, and quiet hours are waited for.

    last: when the source was last synced, None for never. chance: a share of the jitter, 0 to 1.
    """

    def __init__(
        self,
        schedule: Schedule,
        zone: ZoneInfo,
        last: datetime | None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._schedule, self._zone, self._chance = schedule, zone, chance
        self._planned = last
        self._cron = None if schedule.cron is None else cron_trigger(schedule.cron, zone)

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime | None:
        """The next start, at once where one was missed; None if there will be none."""
        due = self._after(self._planned, now)
        if due is None:
            return None
        self._planned = self._schedule.out_of_quiet(max(due, now), self._zone)
        return self._planned + self._schedule.jitter * self._chance()

    def _after(self, last: datetime | None, now: datetime) -> datetime | None:
        if self._cron is not None:
            found: datetime | None = self._cron.get_next_fire_time(None, (last or now) + _LEAST)
            return found
        every = self._schedule.every or timedelta()
        return now if last is None else last.astimezone(self._zone) + every


def cron_trigger(cron: Cron, zone: ZoneInfo) -> BaseTrigger:
    """The trigger of a cron expression; day or weekday is enough where it names both."""
    days, weekdays = {"day": _listed(cron.days)}, {"day_of_week": _named(cron.weekdays)}
    clock = {
        "minute": _listed(cron.minutes),
        "hour": _listed(cron.hours),
        "month": _listed(cron.months),
        "second": 0,
        "timezone": zone,
    }
    if cron.either:
        return OrTrigger([CronTrigger(**clock, **days), CronTrigger(**clock, **weekdays)])
    return CronTrigger(**clock, **days, **weekdays)


def _listed(numbers: tuple[int, ...]) -> str:
    return ",".join(map(str, numbers))


def _named(weekdays: tuple[int, ...]) -> str:
    return ",".join(_WEEKDAYS[each] for each in weekdays)
