"""contacts.csv: what the CRM shows of a block of people, gaps included."""

from __future__ import annotations

from typing import BinaryIO

import numpy as np
import pyarrow as pa

from leadline.demo.blocks import Block
from leadline.demo.clock import DAYS
from leadline.demo.companies import COMPETITORS, COUNTRIES, INDUSTRIES
from leadline.demo.draws import Flags, Floats, Ints
from leadline.demo.lines import Instants, cells, numbers, table, write_lines
from leadline.demo.names import name_table
from leadline.demo.people import BUDGET, CHOICE, CONSENT, DAY, PURCHASE, SOURCE, Kind, People
from leadline.demo.titles import DEPARTMENTS, SENIORITIES, title_table

HEADER = (
    "Contact ID,Email,First name,Last name,Job title,Seniority,Department,Country,City,Industry,"
    "Company,Employees,Annual revenue,Budget,Planned purchase,Lead source,Consent,Created,"
    "Last modified\n"
)
FIRST_ID = 100_001
# Invented providers: no address of the demo can belong to anybody.
FREE_MAIL = ("freemail.example", "postbox.example", "webmail.example")
_MAILBOXES = ("info", "sales", "office", "kontakt", "contact")
_LEAD_SOURCES = (
    "Organic search",
    "Paid search",
    "Trade fair",
    "Webinar",
    "Referral",
    "Partner",
    "Outbound",
)
_SOURCE_SHARES = (0.29, 0.13, 0.12, 0.14, 0.09, 0.06, 0.12)

_CITY_NAMES = [country[4].split(",") for country in COUNTRIES]
_ALL_CITIES = [city for names in _CITY_NAMES for city in names]


def write_contacts(
    file: BinaryIO, block: Block, first: int, count: int, instants: Instants
) -> None:
    """Write the first `count` contacts of a block; `first` is the number of the first of them."""
    people, firm = block.people, block.people.company
    hired = ~people.free & (people.kind != Kind.COMPETITOR)
    columns: list[pa.Array | list[pa.Array]] = [
        numbers(np.arange(len(people)) + first + FIRST_ID),
        _emails(block, first),
        _taken(cells(name_table().texts), people.first, people.has("first")),
        _taken(cells(name_table().texts), people.last, people.has("last")),
        _taken(cells(title_table().texts), people.title, people.has("title")),
        _known(SENIORITIES, people.seniority, people.has("seniority") & people.working),
        _known(DEPARTMENTS, people.department, people.has("department") & people.working),
        _known([c[0] for c in COUNTRIES], people.country, people.has("country")),
        _known(_ALL_CITIES, _cities(people), people.has("city")),
        _known(
            [i[0] for i in INDUSTRIES],
            block.companies.industry[firm],
            people.has("industry") & hired,
        ),
        _companies(block),
        numbers(block.companies.employees[firm], people.has("employees") & hired),
        numbers(block.companies.revenue[firm], people.has("revenue") & hired),
        _budgets(block),
        _purchases(block, instants),
        _choice(_LEAD_SOURCES, _SOURCE_SHARES, people.shown[:, SOURCE]),
        _choice(("yes", "no"), (0.74, 0.16), people.shown[:, CONSENT]),
        instants(people.created),
        instants(_modified(block)),
    ]
    pieces: list[pa.Array | str] = []
    for column in columns:
        pieces.extend([",", *column] if isinstance(column, list) else [",", column])
    write_lines(
        file, [piece if isinstance(piece, str) else piece.slice(0, count) for piece in pieces[1:]]
    )


def _taken(texts: pa.Array, index: Ints, shown: Flags) -> pa.Array:
    """Texts of a table whose first entry is empty."""
    return texts.take(pa.array(np.where(shown, index, 0)))


def _known(texts: tuple[str, ...] | list[str], index: Ints, shown: Flags) -> pa.Array:
    return _taken(cells(["", *texts]), index + 1, shown)


def _emails(block: Block, first: int) -> pa.Array:
    """Name and domain, with a number where many share one domain; some are there twice."""
    people, slugs = block.people, name_table().slugs
    draws = people.shown[:, CHOICE]
    made: list[str] = []
    for n, (kind, firm, free) in enumerate(
        zip(people.kind, people.company, people.free, strict=True)
    ):
        name = f"{slugs[people.first[n]]}.{slugs[people.last[n]]}"
        if kind == Kind.COMPETITOR:
            made.append(f"{name}{(first + n) % 100_000}@{COMPETITORS[people.competitor[n]][1]}")
        elif kind == Kind.ROLE:
            made.append(f"{_MAILBOXES[int(draws[n] * 5)]}@{block.companies.domains[firm]}")
        elif free:
            made.append(f"{name}{(first + n) % 100_000}@{FREE_MAIL[int(draws[n] * 3)]}")
        else:
            made.append(f"{name}@{block.companies.domains[firm]}")
        if people.copy[n]:
            made[n] = made[n - 1].capitalize()
    return _taken(table(["", *made]), np.arange(len(made)) + 1, people.has("email"))


def _cities(people: People) -> Ints:
    """A city of the contact's country, as an index into all cities."""
    sizes = np.array([len(names) for names in _CITY_NAMES])
    starts = np.cumsum(sizes) - sizes
    within = (people.shown[:, CHOICE] * sizes[people.country]).astype(np.int64)
    return np.asarray(starts[people.country] + within)


def _companies(block: Block) -> pa.Array:
    """The employer's name; a free address hides it in two cases of three."""
    people = block.people
    rivals = [name for name, _ in COMPETITORS]
    names = cells(["", *rivals, *block.companies.names])
    index = np.where(
        people.kind == Kind.COMPETITOR, people.competitor + 1, people.company + 1 + len(rivals)
    )
    told = ~people.free | (people.shown[:, CHOICE] > 0.66)
    return _taken(names, index, people.has("company") & told)


def _budgets(block: Block) -> pa.Array:
    """Mostly unknown; those on a journey have often been asked."""
    draw = block.people.shown[:, BUDGET]
    asked = draw < np.where(_asked(block), 0.35, 0.04)
    amount = np.round(block.journeys.amount * (0.6 + block.people.shown[:, CHOICE]), -3)
    return numbers(np.maximum(amount, 1_000).astype(np.int64), asked & block.people.buyers)


def _asked(block: Block) -> Flags:
    """Whom sales could ask: a journey that begins after today is not known to anybody."""
    return np.asarray(block.journeys.going & (block.journeys.start < DAYS))


def _purchases(block: Block, instants: Instants) -> pa.Array:
    """The planned day, near the end of the journey; also unknown for most."""
    draw: Floats = block.people.shown[:, PURCHASE]
    told = draw < np.where(_asked(block), 0.30, 0.03)
    day = block.journeys.end.astype(np.int64) + (draw * 90).astype(np.int64)
    return _taken(*instants.dates(day * DAY), told & block.people.buyers)


def _choice(texts: tuple[str, ...], shares: tuple[float, ...], draw: Floats) -> pa.Array:
    """One of the texts by its share; what the shares leave over is empty."""
    return cells([*texts, ""]).take(pa.array(np.searchsorted(np.cumsum(shares), draw)))


def _modified(block: Block) -> Ints:
    """The last thing that happened to the contact, or its creation."""
    last = block.people.created.copy()
    np.maximum.at(last, block.events["contact"], block.events["time"].astype(np.int64))
    return last
