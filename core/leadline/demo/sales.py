"""What sales does: demos, trials, calls and meetings along a deal, and the deal itself."""

from __future__ import annotations

import numpy as np

from leadline.demo.catalogue import Catalogue
from leadline.demo.clock import DAYS, YEAR, Clock
from leadline.demo.draws import Flags, Floats, Ints, Part, stream
from leadline.demo.events import Events, join_events, make_events
from leadline.demo.journeys import Journeys
from leadline.demo.people import DAY, People


def sales_events(
    seed: int, block: int, people: People, journeys: Journeys, catalogue: Catalogue, clock: Clock
) -> Events:
    """Activities of deals, and cold calls to contacts who never asked for one."""
    rng = stream(seed, block, Part.SALES)
    return join_events(
        [
            *_deals(journeys, catalogue),
            *_requests(rng, journeys, catalogue, clock),
            *_talks(rng, journeys, catalogue),
            _cold_calls(rng, people, catalogue, clock),
        ]
    )


def _deals(journeys: Journeys, catalogue: Catalogue) -> list[Events]:
    plain = catalogue.source("", "direct")

    def booked(who: Flags, time: Ints, key: str) -> Events:
        row = np.flatnonzero(who)
        kind = np.full(len(row), catalogue.ids[key])
        return make_events(time[row], row, kind, np.full(len(row), plain), journeys.amount[row])

    decided = journeys.decided(YEAR)
    return [
        booked(journeys.deal, journeys.opened, "deal"),
        booked(decided & journeys.won, journeys.closed, "won"),
        booked(decided & ~journeys.won, journeys.closed, "lost"),
    ]


def _requests(
    rng: np.random.Generator, journeys: Journeys, catalogue: Catalogue, clock: Clock
) -> list[Events]:
    """Most deals begin with a demo request, some with a trial; few journeys stop at one."""
    made = []
    for key, with_deal, without, share in (("demo", 0.7, 0.12, 0.5), ("trial", 0.4, 0.08, 0.4)):
        asks = rng.random(len(journeys.going)) < np.where(journeys.deal, with_deal, without)
        day = journeys.start + share * (journeys.end - journeys.start)
        row = np.flatnonzero(asks & journeys.going & (day >= 0) & (day < DAYS))
        source = np.full(len(row), catalogue.source("", "organic"))
        made.append(
            make_events(
                clock.working(rng, day[row]), row, np.full(len(row), catalogue.ids[key]), source
            )
        )
    return made


def _talks(rng: np.random.Generator, journeys: Journeys, catalogue: Catalogue) -> list[Events]:
    """One to three calls and meetings between the opening of a deal and its end (or today)."""
    plain = catalogue.source("", "direct")
    made = []
    for key, choices, minutes in (("call", 2, (4, 25)), ("meeting", 4, (25, 75))):
        row = np.flatnonzero(journeys.deal)
        row = np.repeat(row, rng.integers(1, 4, len(row)))
        opened = journeys.opened[row] / DAY
        until = np.minimum(journeys.closed[row] / DAY, DAYS)
        day = np.floor(opened + rng.random(len(row)) * (until - opened))
        time = (day * DAY + rng.integers(16, 34, len(row)) * 1_800).astype(np.int64)
        kind = catalogue.ids[key] + rng.integers(0, choices, len(row))
        value = rng.integers(*minutes, len(row))
        made.append(make_events(time, row, kind, np.full(len(row), plain), value))
    return made


def _cold_calls(
    rng: np.random.Generator, people: People, catalogue: Catalogue, clock: Clock
) -> Events:
    row = np.flatnonzero(people.buyers & (rng.random(len(people)) < 0.06))
    since = np.maximum(people.created[row] / DAY, 0)
    day: Floats = since + rng.random(len(row)) * (DAYS - since)
    kind = np.full(len(row), catalogue.ids["call"] + 2)
    source = np.full(len(row), catalogue.source("", "direct"))
    return make_events(clock.working(rng, day), row, kind, source, rng.integers(1, 9, len(row)))
