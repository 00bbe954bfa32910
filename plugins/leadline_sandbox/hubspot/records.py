"""One CRM record: its properties as text, its clocks, and how the API shows it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from leadline_sandbox.hubspot.instants import full_iso, iso
from leadline_sandbox.hubspot.kinds import Kind

# Replaced as a whole at each change and never changed in place: the search index keeps old ones.
Values = Mapping[str, str]


@dataclass(slots=True)
class Record:
    """A record of any kind; instants are milliseconds since 1970."""

    kind: Kind
    number: int
    values: Values
    created: int
    modified: int
    archived_at: int | None = None
    history: dict[str, list[tuple[str, int]]] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The id as the API writes it."""
        return str(self.number)

    @property
    def archived(self) -> bool:
        """Whether it was deleted, and can be restored."""
        return self.archived_at is not None

    def value(self, name: str) -> str:
        """The text of a property; "" when it is unset, as a contact's hs_lastmodifieddate is."""
        if name == "hs_object_id":
            return self.id
        if name == self.kind.modified:
            return iso(self.modified)
        if name == self.kind.created:
            return iso(self.created)
        return self.values.get(name, "")

    def as_it_is(self) -> Record:
        """A copy that no later change moves."""
        return Record(self.kind, self.number, self.values, self.created, self.modified)

    def kept(self, name: str) -> list[tuple[str, int]]:
        """A property's values and since when each held, the oldest first."""
        value = self.value(name)
        return self.history.get(name) or ([(value, self.created)] if value else [])

    def versions(self, name: str) -> list[dict[str, Any]]:
        """The same as the API shows it, the newest first."""
        return [
            {
                "value": value,
                "timestamp": full_iso(at),
                "sourceType": "API",
                "sourceId": "sandbox",
                "sourceLabel": "",
            }
            for value, at in reversed(self.kept(name))
        ]


def shown(
    record: Record,
    known: Mapping[str, Any],
    names: Iterable[str] = (),
    history: Iterable[str] = (),
) -> dict[str, Any]:
    """The record as an answer; a property that does not exist is silently left out."""
    found = {
        "id": record.id,
        "properties": _picked(record, known, list(names)),
        "createdAt": iso(record.created),
        "updatedAt": iso(record.modified),
        "archived": record.archived,
    }
    if record.archived_at is not None:
        found["archivedAt"] = full_iso(record.archived_at)
    asked = [name for name in history if name in known]
    if asked:
        found["propertiesWithHistory"] = {name: record.versions(name) for name in asked}
    return found


def _picked(record: Record, known: Mapping[str, Any], names: list[str]) -> dict[str, str | None]:
    """The properties that were asked for, or the default ones; null when unset."""
    kind = record.kind
    asked = [name for name in names if name in known and not known[name].archived]
    wanted = [*asked, *kind.always] if names else kind.defaults
    return {name: record.value(name) or None for name in dict.fromkeys(wanted)}
