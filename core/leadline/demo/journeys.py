"""The hidden truth: who goes on a buying journey, when, and whether a deal comes of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadline.demo.companies import Companies
from leadline.demo.draws import Flags, Floats, Ints, Part, chance, stream
from leadline.demo.people import DAY, People


@dataclass(frozen=True, slots=True)
class Journeys:
    """One entry per contact; days are fractional, counted from the start of the year.

    A journey makes the contact visit, ask and meet; the deal's end is drawn from the same fit and
    intent, so what is seen before a deal closes tells how it will close.
    """

    going: Flags
    start: Floats
    end: Floats
    deal: Flags  # a deal was opened before today
    opened: Ints  # seconds
    closed: Ints  # seconds; may lie after today, then the deal is open
    won: Flags
    amount: Ints

    def decided(self, seconds: int) -> Flags:
        """Deals that were won or lost before this second."""
        return np.asarray(self.deal & (self.closed < seconds))


def draw_journeys(
    seed: int, block: int, people: People, companies: Companies, days: int
) -> Journeys:
    """Journeys and deals of a block of contacts."""
    rng = stream(seed, block, Part.JOURNEYS)
    count = len(people)
    going = rng.random(count) < chance(-1.75 + 1.1 * people.intent + 0.7 * people.fit)
    going &= people.buyers
    # Colleagues decide together: their journeys start within some weeks of each other.
    start = companies.start[people.company] + rng.normal(0, 10, count)
    end = start + rng.uniform(30, 110, count)
    created = people.created / DAY
    start, end = np.maximum(start, created), np.maximum(end, created + 20)
    deal = rng.random(count) < chance(-2.3 + 0.9 * people.intent + 0.8 * people.fit)
    deal &= going
    opened = start + 0.6 * (end - start)
    closed = end + rng.exponential(15, count)
    won = rng.random(count) < chance(-2.6 + 1.0 * people.intent + 1.0 * people.fit)
    amount = companies.employees[people.company] ** 0.6 * rng.lognormal(6.2, 0.5, count)
    return Journeys(
        going=going,
        start=start,
        end=end,
        deal=deal & (opened >= 1) & (opened < days - 1),
        opened=_office_hours(rng, opened),
        closed=_office_hours(rng, closed),
        won=won,
        amount=np.maximum(500, np.round(amount, -2)).astype(np.int64),
    )


def _office_hours(rng: np.random.Generator, day: Floats) -> Ints:
    """A whole second between eight and seventeen of that day."""
    return (np.floor(day) * DAY + rng.uniform(8, 17, len(day)) * 3_600).astype(np.int64)
