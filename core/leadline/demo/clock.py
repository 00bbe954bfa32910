"""When people work: days of the week and hours of the day, in seconds from the year's start."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np

from leadline.demo.draws import Floats, Ints, cumulative, pick_at
from leadline.demo.people import DAY

DAYS = 365
YEAR = DAYS * DAY
# Page views by hour of the day, UTC: Europe's office hours, a low at lunch, a small evening.
_MORNING = (0.1, 0.1, 0.1, 0.1, 0.1, 0.2, 0.5, 1.6, 4.0, 5.4, 5.6, 4.8)
_AFTERNOON = (3.6, 4.6, 5.2, 4.8, 3.9, 2.4, 1.4, 1.2, 1.3, 1.0, 0.5, 0.2)
_HOURS = cumulative((*_MORNING, *_AFTERNOON))


@dataclass(frozen=True, slots=True)
class Clock:
    """The exported year: 365 days up to midnight (UTC) at the start of `today`."""

    today: date

    @property
    def start(self) -> date:
        """The first day of the year."""
        return self.today - timedelta(days=DAYS)

    @property
    def epoch(self) -> int:
        """The year's first second in Unix time."""
        return int(datetime(*self.start.timetuple()[:3], tzinfo=UTC).timestamp())

    def weekday(self, day: Ints) -> Ints:
        """0 is Monday."""
        return np.asarray((day + self.start.weekday()) % 7, dtype=np.int64)

    def working(self, rng: np.random.Generator, day: Floats) -> Ints:
        """Seconds on about these days: three weekend visits in four move to Friday or Monday."""
        whole = np.floor(day).astype(np.int64)
        week = self.weekday(whole)
        draw = rng.random(len(whole))
        to_friday = (week >= 5) & (draw < 0.45) & (whole >= 2)
        to_monday = (week >= 5) & (draw >= 0.45) & (draw < 0.75) & (whole < DAYS - 2)
        whole = np.where(to_friday, whole - (week - 4), whole)
        whole = np.where(to_monday, whole + (7 - week), whole)
        within = pick_at(_HOURS, rng.random(len(whole))) * 3_600 + rng.integers(
            0, 3_600, len(whole)
        )
        return np.maximum(whole * DAY + within, 0)
