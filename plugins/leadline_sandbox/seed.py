"""A believable CRM to start from: the demo's funnel, as rows that any simulator can take."""

from __future__ import annotations

import csv
import gc
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path

Row = dict[str, str]

# Whose contacts they are, in either CRM.
SELLERS = (("Ida", "Kowalska"), ("Jonas", "Brandt"), ("Aoife", "Byrne"))
_SMALL = 2_000  # contacts: what many tests of one run ask for again


@dataclass(frozen=True, slots=True)
class Act:
    """Something a contact did; `at` is milliseconds since 1970, `contact` the demo's number."""

    contact: int
    kind: str
    at: int
    name: str
    url: str
    campaign: str
    channel: str
    value: str


@dataclass(frozen=True, slots=True)
class Funnel:
    """Contacts by the headings of the demo's file, what they did in order, how deals ended."""

    contacts: tuple[Row, ...]
    activities: tuple[Act, ...]
    outcomes: tuple[Row, ...]

    def acts(self) -> dict[int, list[Act]]:
        """What each contact did, by the demo's number; nothing for who did nothing."""
        found: dict[int, list[Act]] = defaultdict(list)
        for act in self.activities:
            found[act.contact].append(act)
        return found


def funnel(contacts: int, seed: int, today: date, each: float) -> Funnel:
    """The same rows for the same arguments; `each` is how many activities a contact has."""
    make = _kept if contacts <= _SMALL else _made
    return make(contacts, seed, today, each)


def _made(contacts: int, seed: int, today: date, each: float) -> Funnel:
    from leadline.demo import generate

    with tempfile.TemporaryDirectory(prefix="leadline-sandbox-") as folder:
        made = generate(Path(folder), contacts, seed, today=today, activities_per_contact=each)
        return Funnel(
            tuple(_rows(made.contacts_file)),
            tuple(_acts(made.activities_file)),
            tuple(_rows(made.outcomes_file)),
        )


_kept = lru_cache(maxsize=4)(_made)


def company_domain(row: Row) -> str:
    """The domain of a contact's company; "" for free mail, or where no company is named."""
    from leadline.demo.contacts import FREE_MAIL

    domain = row["Email"].lower().partition("@")[2]
    return "" if domain in FREE_MAIL or not row["Company"] else domain


def milliseconds(instant: str) -> int:
    """Of an instant as the demo writes it: 2026-05-01T09:30:00Z."""
    hour, minute, second = int(instant[11:13]), int(instant[14:16]), int(instant[17:19])
    return _midnight(instant[:10]) + (hour * 3_600 + minute * 60 + second) * 1_000


@lru_cache(maxsize=2_000)
def _midnight(day: str) -> int:
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()) * 1_000


@contextmanager
def uncollected() -> Iterator[None]:
    """Without garbage collection, which takes a third of the time of filling and finds nothing."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _acts(path: Path) -> list[Act]:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        next(reader)
        return [
            Act(int(contact), kind, milliseconds(at), name, url, campaign, channel, value)
            for _, contact, kind, at, name, url, campaign, channel, value in reader
        ]
