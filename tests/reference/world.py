"""A small world of facts, each with the instant at which it was learned."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from tests.reference.logic import Facts


@dataclass(frozen=True, slots=True)
class Record:
    """One version of a contact or an activity."""

    id: str
    learned_at: datetime
    facts: Facts


@dataclass(frozen=True, slots=True)
class World:
    """Every version of every record, of one source."""

    contacts: Sequence[Record]
    activities: Sequence[Record]

    def contacts_at(self, as_of: datetime) -> list[Record]:
        """The people known at an instant: neither deleted nor merged into somebody else."""
        return [
            Record(each.id, each.learned_at, {**each.facts, "email_domain": _domain(each.facts)})
            for each in _latest(self.contacts, as_of)
            if not each.facts.get("deleted") and each.facts.get("merged_into") is None
        ]

    def activities_at(self, as_of: datetime) -> list[Record]:
        """What was known at an instant to have happened by then."""
        found = []
        for each in _latest(self.activities, as_of):
            happened = each.facts.get("occurred_at")
            if not each.facts.get("deleted") and isinstance(happened, datetime):
                found += [each] if happened <= as_of else []
        return found


def _latest(records: Iterable[Record], as_of: datetime) -> list[Record]:
    last: dict[str, Record] = {}
    for each in sorted(records, key=lambda each: each.learned_at):
        if each.learned_at <= as_of:
            last[each.id] = each
    return list(last.values())


def _domain(person: Facts) -> str | None:
    email = person.get("email")
    match = re.search(r"@([^@]+)\Z", email.strip(" ")) if isinstance(email, str) else None
    return match[1].lower() if match else None
