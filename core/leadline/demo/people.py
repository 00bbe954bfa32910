"""The contacts of a block: who they are, what the CRM knows of them, and what it cannot know."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from leadline.demo.companies import COMPETITORS, COUNTRIES, LANGUAGE_OF, Companies
from leadline.demo.draws import Flags, Floats, Ints, Part, pick, stream
from leadline.demo.names import LANGUAGES, name_table
from leadline.demo.titles import VARIANTS, title_table

DAY = 86_400


class Kind(IntEnum):
    """What sort of contact this is; all but BUYER never buy."""

    BUYER = 0
    STUDENT = 1
    RETIRED = 2
    RESEARCHER = 3
    COMPETITOR = 4
    ROLE = 5  # a shared mailbox: info@, sales@


_KIND_WEIGHTS = (0.917, 0.030, 0.010, 0.017, 0.008, 0.018)
_SENIORITY_WEIGHTS = (5, 4, 13, 27, 31, 20)
_SENIORITY_SUITS = np.array([1.0, 0.9, 0.7, 0.3, -0.2, -0.8])
_DEPARTMENT_WEIGHTS = (18, 20, 16, 14, 10, 8, 8, 6)
_DEPARTMENT_SUITS = np.array([0.2, 0.3, 0.3, 0.2, 0.0, -0.3, 0.1, 0.1])

# The share of contacts whose field nobody has filled in; the order is the column in `shown`.
MISSING = {
    "email": 0.015,
    "first": 0.04,
    "last": 0.03,
    "title": 0.14,
    "seniority": 0.24,
    "department": 0.25,
    "country": 0.06,
    "city": 0.32,
    "industry": 0.15,
    "company": 0.04,
    "employees": 0.26,
    "revenue": 0.45,
}
# Further draws per contact, used by contacts.csv for budget, planned purchase, consent and choices.
BUDGET, PURCHASE, CONSENT, CHOICE, SOURCE = range(len(MISSING), len(MISSING) + 5)


@dataclass(frozen=True, slots=True)
class People:
    """One entry per contact; an index of 0 into a text table is a missing value."""

    kind: Ints
    company: Ints  # index into Companies; meaningless where `free` hides it
    competitor: Ints  # index into COMPETITORS for those of Kind.COMPETITOR
    country: Ints
    first: Ints  # index into the name table
    last: Ints
    title: Ints  # index into the title table
    seniority: Ints  # index into SENIORITIES
    department: Ints
    free: Flags  # writes from a free mail provider
    copy: Flags  # entered twice: has the e-mail of the contact before
    unreachable: Flags  # the address bounces
    created: Ints  # seconds from the start of the year; mostly negative
    fit: Floats  # hidden: how well the product suits them
    intent: Floats  # hidden: how much they want it
    activity: Floats  # hidden: how much they click in general, mean about 1
    shown: Floats  # contact x column: a draw for "is this value filled in"

    def __len__(self) -> int:
        return len(self.kind)

    def has(self, field: str) -> Flags:
        """Where the CRM has a value for this field."""
        return np.asarray(self.shown[:, list(MISSING).index(field)] >= MISSING[field])

    @property
    def working(self) -> Flags:
        """Those with a job title worth ranking."""
        return np.asarray((self.kind == Kind.BUYER) | (self.kind == Kind.COMPETITOR))

    @property
    def buyers(self) -> Flags:
        """Those who could buy at all."""
        return np.asarray(self.kind == Kind.BUYER)


def draw_people(seed: int, block: int, count: int, companies: Companies, days: int) -> People:
    """The contacts of a block, `days` being the length of the exported year."""
    rng = stream(seed, block, Part.PEOPLE)
    copy = (rng.random(count) < 0.004) & (np.arange(count) > 0)
    copy[1:] &= ~copy[:-1].copy()
    same = np.arange(count) - copy
    kind = pick(rng, _KIND_WEIGHTS, count)[same]
    company = pick(rng, companies.weight, count)[same]
    country = _country(rng, companies, company)[same]
    seniority = pick(rng, _SENIORITY_WEIGHTS, count)
    department = pick(rng, _DEPARTMENT_WEIGHTS, count)
    first, last, title = (part[same] for part in _called(rng, kind, country, department, seniority))
    never = (kind >= Kind.STUDENT) & (kind <= Kind.RESEARCHER)
    free = np.where(never, rng.random(count) < 0.75, rng.random(count) < 0.085)
    free = (free & (kind != Kind.COMPETITOR) & (kind != Kind.ROLE))[same]
    suits = _SENIORITY_SUITS[seniority] + _DEPARTMENT_SUITS[department] + companies.suits[company]
    return People(
        kind=kind,
        company=company,
        competitor=rng.integers(0, len(COMPETITORS), count),
        country=country,
        first=first,
        last=last,
        title=title,
        seniority=seniority,
        department=department,
        free=free,
        copy=copy,
        unreachable=rng.random(count) < 0.015,
        created=_created(rng, count, days),
        fit=suits - 0.5 * free,
        intent=0.6 * companies.intent[company] + 0.8 * rng.standard_normal(count),
        activity=rng.lognormal(-0.4, 0.9, count),
        shown=rng.random((count, len(MISSING) + 5)),
    )


def _country(rng: np.random.Generator, companies: Companies, company: Ints) -> Ints:
    """Most work where the company is; one in twelve sits in another office."""
    elsewhere = pick(rng, [c[2] for c in COUNTRIES], len(company))
    return np.where(rng.random(len(company)) < 0.92, companies.country[company], elsewhere)


def _called(
    rng: np.random.Generator, kind: Ints, country: Ints, department: Ints, seniority: Ints
) -> tuple[Ints, Ints, Ints]:
    """First name, last name and title: mostly in the language of the country."""
    count = len(kind)
    names, titles = name_table(), title_table()
    stranger = rng.integers(0, len(LANGUAGES), count)
    own = LANGUAGE_OF[country]
    language = np.where(rng.random(count) < 0.88, own, stranger)
    gender = rng.integers(0, 2, count)
    first = names.first[language, gender, rng.integers(0, names.first.shape[2], count)]
    last = names.last[language, gender, rng.integers(0, names.last.shape[2], count)]
    # Half of the companies on the continent use English titles.
    spoken = np.where(rng.random(count) < 0.5, own, LANGUAGES.index("en"))
    work = titles.work[spoken, department, seniority, rng.integers(0, VARIANTS, count)]
    never = titles.never[spoken, np.clip(kind - 1, 0, 2)]
    title = np.where((kind >= Kind.STUDENT) & (kind <= Kind.RESEARCHER), never, work)
    nameless = kind == Kind.ROLE
    return np.where(nameless, 0, first), np.where(nameless, 0, last), np.where(nameless, 0, title)


def _created(rng: np.random.Generator, count: int, days: int) -> Ints:
    """Over three years, with more and more contacts a year, up to yesterday."""
    age = 3 * days * (1 - np.sqrt(1 - rng.random(count)))
    return ((days - age) * DAY - 3_600).astype(np.int64)
