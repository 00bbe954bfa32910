"""Visits to the site: bursts of page views, and what visitors ask for at the end of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from leadline.demo.catalogue import CHANNELS, Catalogue
from leadline.demo.clock import DAYS, YEAR, Clock
from leadline.demo.draws import Floats, Ints, Part, cumulative, pick_at, stream
from leadline.demo.events import Events, join_events, make_events, ranks
from leadline.demo.journeys import Journeys
from leadline.demo.people import DAY, People

BROWSING, BUYING, NEVER = 0, 1, 2  # how a visitor is disposed; see Catalogue.pages
_PAGES = 3.2  # page views a visit, on average
EACH_VISIT = _PAGES + 0.2
_CHANNEL_WEIGHTS = np.array([30, 34, 4, 8, 16, 8])
_CAMPAIGN_SHARE = 0.12
# How often a visit ends with a request, by disposition, and which.
_ASKS = np.array([0.10, 0.24, 0.08])
_REQUESTS = ("download", "webinar", "form", "signup", "chat", "comment", "social", "demo", "trial")
_RUNS = np.array([20, 20, 4, 1, 1, 20, 3, 1, 1])  # kinds behind each key
_REQUEST_SUMS = (
    cumulative([40, 22, 6, 14, 5, 4, 8, 0.5, 0.5]),
    cumulative([36, 20, 15, 4, 11, 2, 4, 5, 3]),
    cumulative([45, 14, 2, 18, 3, 8, 10, 0, 0]),
)


@dataclass(frozen=True, slots=True)
class _Visits:
    """One entry per visit."""

    row: Ints
    mood: Ints
    start: Ints
    pages: Ints


def visit_events(
    seed: int,
    block: int,
    people: People,
    journeys: Journeys,
    catalogue: Catalogue,
    clock: Clock,
    wanted: float,
) -> Events:
    """About `wanted` activities on the site."""
    rng = stream(seed, block, Part.VISITS)
    visits = _visits(rng, people, journeys, clock, wanted / EACH_VISIT)
    views = _page_views(rng, visits, catalogue)
    return join_events([views, *_requests(rng, visits, catalogue)])


def _visits(
    rng: np.random.Generator, people: People, journeys: Journeys, clock: Clock, wanted: float
) -> _Visits:
    """Visits all year by habit, and many more during a journey."""
    since = np.clip(people.created / DAY, 0, DAYS - 1)
    calm = 1.3 * people.activity * (DAYS - since) / DAYS
    start = np.clip(np.maximum(journeys.start, since), 0, DAYS)
    length = np.where(journeys.going, np.clip(journeys.end, 0, DAYS) - start, 0).clip(0)
    keen = length / 16 * np.exp(0.35 * people.intent) * np.sqrt(people.activity)
    total = max(float((calm + keen).sum()), 1e-9)
    by_habit, on_journey = rng.poisson(wanted * calm / total), rng.poisson(wanted * keen / total)
    everyone = np.arange(len(people))
    row = np.concatenate([np.repeat(everyone, by_habit), np.repeat(everyone, on_journey)])
    mood = np.repeat([BROWSING, BUYING], [by_habit.sum(), on_journey.sum()])
    mood = np.where(people.buyers[row], mood, NEVER)
    day = np.where(
        mood == BUYING,
        start[row] + rng.random(len(row)) * length[row],
        since[row] + rng.random(len(row)) * (DAYS - since[row]),
    )
    return _Visits(row, mood, clock.working(rng, day), rng.geometric(1 / _PAGES, len(row)))


def _page_views(rng: np.random.Generator, visits: _Visits, catalogue: Catalogue) -> Events:
    """Every page of every visit, some forty seconds apart; campaigns show on the landing page."""
    step = ranks(visits.pages)
    time = np.repeat(visits.start, visits.pages) + step * 45 + rng.integers(0, 40, len(step))
    kind = _by_mood(rng, np.repeat(visits.mood, visits.pages), catalogue.pages)
    channel = pick_at(cumulative(_CHANNEL_WEIGHTS), rng.random(len(visits.row)))
    plain = np.array([catalogue.source("", name) for name in CHANNELS])[channel]
    tagged = np.array([n for n, source in enumerate(catalogue.sources) if source[2]])
    landing = np.where(
        rng.random(len(plain)) < _CAMPAIGN_SHARE,
        tagged[rng.integers(0, len(tagged), len(plain))],
        plain,
    )
    source = np.where(step == 0, np.repeat(landing, visits.pages), np.repeat(plain, visits.pages))
    row = np.repeat(visits.row, visits.pages)
    return make_events(time, row, catalogue.ids["page"] + kind, source)


def _requests(rng: np.random.Generator, visits: _Visits, catalogue: Catalogue) -> list[Events]:
    """What the visit ends with; about half of those who register for a webinar come to it."""
    asks = np.flatnonzero(rng.random(len(visits.row)) < _ASKS[visits.mood])
    which = _by_mood(rng, visits.mood[asks], _REQUEST_SUMS)
    first = np.array([catalogue.ids[key] for key in _REQUESTS])[which]
    choice = (rng.random(len(asks)) * _RUNS[which]).astype(np.int64)
    time = visits.start[asks] + visits.pages[asks] * 45 + rng.integers(20, 200, len(asks))
    row = visits.row[asks]
    source = np.full(len(asks), catalogue.source("", "organic"))
    comes = (which == _REQUESTS.index("webinar")) & (rng.random(len(asks)) < 0.55)
    later = (time // DAY + rng.integers(1, 12, len(asks))) * DAY + 13 * 3_600
    attended = catalogue.ids["attended"] + choice[comes]
    held = later[comes] + rng.integers(0, 600, int(comes.sum()))
    now = held < YEAR
    return [
        make_events(time, row, first + choice, source),
        make_events(held[now], row[comes][now], attended[now], source[comes][now]),
    ]


def _by_mood(rng: np.random.Generator, mood: Ints, sums: Sequence[Floats]) -> Ints:
    draw = rng.random(len(mood))
    found = np.zeros(len(mood), dtype=np.int64)
    for which, running in enumerate(sums):
        here = mood == which
        found[here] = pick_at(running, draw[here])
    return found
