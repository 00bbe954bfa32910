"""Mailings: sent, opened, clicked, bounced, unsubscribed, and clicked by machines."""

from __future__ import annotations

import numpy as np

from leadline.demo.catalogue import MAILINGS, Catalogue
from leadline.demo.clock import YEAR
from leadline.demo.companies import Companies
from leadline.demo.draws import Flags, Ints, Part, chance, stream
from leadline.demo.events import Events, join_events, make_events, ranks
from leadline.demo.people import DAY, Kind, People

# Activities that follow from one mail sent, itself included: how many to send for a given total.
EACH_SENT = 1.32
_SUBSCRIBED = 0.74


def mail_events(
    seed: int,
    block: int,
    people: People,
    companies: Companies,
    catalogue: Catalogue,
    wanted: float,
) -> Events:
    """About `wanted` activities by e-mail."""
    rng = stream(seed, block, Part.MAIL)
    row, mailing = _sent(rng, people, catalogue, wanted / EACH_SENT)
    sent = catalogue.mail_days[mailing] * DAY + 9 * 3_600 + rng.integers(0, 1_200, len(row))
    leaves, left = _leaving(rng, people)
    staying = ~leaves[row] | (sent < left[row])
    row, mailing, sent = row[staying], mailing[staying], sent[staying]

    def mails(key: str, which: Flags, time: Ints) -> Events:
        kind = catalogue.ids[key] + mailing[which]
        return make_events(time[which], row[which], kind, catalogue.mail_source[mailing[which]])

    bad = people.unreachable[row]
    opens = ~bad & (rng.random(len(row)) < chance(-1.2 + 0.5 * people.intent[row]))
    opened = sent + (60 * rng.lognormal(4.6, 1.6, len(row))).astype(np.int64)
    clicks = opens & (rng.random(len(row)) < 0.10)
    clicked = opened + rng.integers(5, 300, len(row))
    machine = ~bad & (companies.scanner[people.company[row]] == 1) & ~people.free[row]
    scanned = machine & (rng.random(len(row)) < 0.9)
    goodbye = np.flatnonzero(leaves)
    return join_events(
        [
            mails("sent", np.full(len(row), True), sent),
            mails("bounced", bad, sent + rng.integers(2, 90, len(row))),
            mails("opened", opens, opened),
            mails("clicked", clicks, clicked),
            mails("opened", scanned, sent + rng.integers(1, 3, len(row))),
            mails("clicked", scanned, sent + rng.integers(1, 8, len(row))),
            make_events(
                left[goodbye],
                goodbye,
                np.full(len(goodbye), catalogue.ids["unsubscribe"]),
                np.full(len(goodbye), catalogue.source("", "email")),
            ),
        ]
    )


def _sent(
    rng: np.random.Generator, people: People, catalogue: Catalogue, wanted: float
) -> tuple[Ints, Ints]:
    """(contact, mailing) pairs: subscribers get some of the mailings since they were created."""
    first = np.searchsorted(catalogue.mail_days * DAY, people.created)
    possible = MAILINGS - first
    reads = rng.random(len(people)) < np.where(people.kind == Kind.COMPETITOR, 0.9, _SUBSCRIBED)
    reads &= people.has("email")
    weight = possible * reads * rng.lognormal(0, 0.4, len(people))
    # An address that bounces is taken off the list after a few tries.
    weight = np.where(people.unreachable, weight * 0.1, weight)
    count = rng.poisson(wanted * weight / max(weight.sum(), 1e-9))
    count = np.minimum(count, possible)
    row = np.repeat(np.arange(len(people)), count)
    within = (ranks(count) + rng.random(len(row))) / np.maximum(count[row], 1)
    mailing = np.minimum(first[row] + (within * possible[row]).astype(np.int64), MAILINGS - 1)
    # Neighbouring draws may meet on one mailing; nobody gets the same mail twice.
    again = (np.diff(row, prepend=-1) == 0) & (np.diff(mailing, prepend=-1) == 0)
    return row[~again], mailing[~again]


def _leaving(rng: np.random.Generator, people: People) -> tuple[Flags, Ints]:
    """Who unsubscribes, and when; those with no interest do it more often."""
    leaves = rng.random(len(people)) < 0.06 * chance(-people.intent) * 2
    since = np.maximum(people.created, 0)
    left = since + (rng.random(len(people)) * (YEAR - since)).astype(np.int64)
    return leaves & ~people.unreachable, left
