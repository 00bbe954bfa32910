"""One block of the funnel: a fixed number of contacts with all that they do in the year."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadline.demo.catalogue import Catalogue
from leadline.demo.clock import DAYS, YEAR, Clock
from leadline.demo.companies import Companies, draw_companies
from leadline.demo.events import Events, join_events
from leadline.demo.journeys import Journeys, draw_journeys
from leadline.demo.mail import mail_events
from leadline.demo.people import People, draw_people
from leadline.demo.sales import sales_events
from leadline.demo.visits import visit_events

# Part of what a seed means: another size would be another demo.
BLOCK = 5_000
_BY_MAIL = 0.42


@dataclass(frozen=True, slots=True)
class Block:
    """Events are numbered by the contact's place in the block, in time order."""

    people: People
    companies: Companies
    journeys: Journeys
    events: Events


def draw_block(
    seed: int, block: int, catalogue: Catalogue, clock: Clock, activities_per_contact: float
) -> Block:
    """The block with this number; always whole, so that a smaller demo is the start of a larger."""
    companies = draw_companies(seed, block, BLOCK)
    people = draw_people(seed, block, BLOCK, companies, DAYS)
    journeys = draw_journeys(seed, block, people, companies, DAYS)
    sales = sales_events(seed, block, people, journeys, catalogue, clock)
    rest = max(0.0, BLOCK * activities_per_contact - len(sales))
    mail = mail_events(seed, block, people, companies, catalogue, rest * _BY_MAIL)
    # Contacts cannot get more mail than was sent: what is missing is made up by visits.
    visits = visit_events(
        seed, block, people, journeys, catalogue, clock, max(0.0, rest - len(mail))
    )
    events = join_events([sales, mail, visits])
    time = events["time"]
    known = (time >= np.maximum(people.created, 0)[events["contact"]]) & (time < YEAR)
    events = events[known]
    return Block(people, companies, journeys, events[np.argsort(events["time"], kind="stable")])
