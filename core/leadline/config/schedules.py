"""When a source is synced by itself: `[schedule]`, read and frozen."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from leadline.config.cron import Cron

_SPAN = re.compile(r"(\d{1,6})\s+(second|minute|hour|day|week)s?")
_QUIET = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")
_SHORTEST, _LONGEST = timedelta(seconds=10), timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours of the workspace's day in which nothing starts; they may pass midnight."""

    begins: time
    ends: time

    @classmethod
    def parse(cls, text: str) -> Quiet:
        """Read "22:00-06:00"; ValueError says how it is written."""
        match = _QUIET.fullmatch(text.strip())
        try:
            if match is None:
                raise ValueError
            begins, ends = time(int(match[1]), int(match[2])), time(int(match[3]), int(match[4]))
        except ValueError:
            raise ValueError(f'"{text}": write two times of day, such as "22:00-06:00"') from None
        if begins == ends:
            raise ValueError(f'"{text}" begins when it ends: leave it out, or name two times')
        return cls(begins, ends)

    def end_after(self, moment: datetime) -> datetime | None:
        """When the hours that the moment lies in end; None outside of them."""
        now, day = moment.time(), moment.date()
        if self.begins < self.ends:
            inside = self.begins <= now < self.ends
        else:
            inside = now >= self.begins or now < self.ends
            day += timedelta(days=1 if now >= self.begins else 0)
        return datetime.combine(day, self.ends, moment.tzinfo) if inside else None


@dataclass(frozen=True, slots=True)
class Schedule:
    """One source's schedule: `every` or `cron`. jitter: the most that a start is put off."""

    every: timedelta | None = None
    cron: Cron | None = None
    jitter: timedelta = timedelta()
    quiet: tuple[Quiet, ...] = ()

    def out_of_quiet(self, moment: datetime, zone: ZoneInfo) -> datetime:
        """The moment itself, or the end of the quiet hours that it lies in."""
        here = moment.astimezone(zone)
        for _ in range(len(self.quiet) + 1):  # one window may end inside another
            ends = [end for each in self.quiet if (end := each.end_after(here)) is not None]
            if not ends:
                break
            here = max(ends)
        return here

    def __str__(self) -> str:
        if self.cron is not None:
            return f"cron {self.cron.text}"
        return f"every {span_text(self.every or timedelta())}"


def parse_span(text: str) -> timedelta:
    """The length of "90 seconds", "15 minutes", "2 hours" or "1 day"; ValueError says how."""
    match = _SPAN.fullmatch(text.strip().lower())
    if match is None:
        raise ValueError(f'"{text}" is no length of time: write "15 minutes", "2 hours" or "1 day"')
    return timedelta(**{f"{match[2]}s": int(match[1])})


def parse_every(text: str) -> timedelta:
    """The interval of "15 minutes" or "every 15 minutes"; ValueError for one of no use."""
    words = text.strip()
    if words.lower().startswith("every "):
        words = words[len("every ") :]
    every = parse_span(words)
    if not _SHORTEST <= every <= _LONGEST:
        raise ValueError(f'"{text}": an interval lies between 10 seconds and 366 days')
    return every


def span_text(span: timedelta) -> str:
    """A length of time as a config says it."""
    seconds = round(span.total_seconds())
    for size, word in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds and seconds % size == 0:
            count = seconds // size
            return f"{count} {word}{'' if count == 1 else 's'}"
    return f"{seconds} seconds"
