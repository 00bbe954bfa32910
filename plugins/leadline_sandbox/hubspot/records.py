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

    def value(self, name: str) -> str:
        """The text of a property; "" when it is unset."""
        return self.system(name) or self.values.get(name, "")

    def system(self, name: str) -> str:
        """The text of what the CRM keeps itself; "" for anything else."""
        return system_value(self.kind, name, self.number, self.created, self.modified)

    def versions(self, name: str) -> list[dict[str, Any]]:
        """A property's values, the newest first."""
        kept = self.history.get(name)
        if kept is None:
            value = self.value(name)
            kept = [(value, self.created)] if value else []
        return [
            {
                "value": value,
                "timestamp": full_iso(at),
                "sourceType": "API",
                "sourceId": "sandbox",
                "sourceLabel": "",
            }
            for value, at in reversed(kept)
        ]


def system_value(kind: Kind, name: str, number: int, created: int, modified: int) -> str:
    """hs_object_id and the two dates; hs_lastmodifieddate of a contact is never filled."""
    if name == "hs_object_id":
        return str(number)
    if name == kind.modified:
        return iso(modified)
    if name == kind.created:
        return iso(created)
    return ""


def shown(
    record: Record,
    known: Mapping[str, Any],
    names: Iterable[str] = (),
    history: Iterable[str] = (),
) -> dict[str, Any]:
    """The record as an answer; a property that does not exist is silently left out."""
    found = as_json(record.kind, record.number, record.created, record.modified)
    found["properties"] = picked(record.kind, record.value, known, names)
    found["archived"] = record.archived_at is not None
    if record.archived_at is not None:
        found["archivedAt"] = full_iso(record.archived_at)
    asked = [name for name in history if name in known]
    if asked:
        found["propertiesWithHistory"] = {name: record.versions(name) for name in asked}
    return found


def as_json(kind: Kind, number: int, created: int, modified: int) -> dict[str, Any]:
    """What every answer about a record says, without properties."""
    return {
        "id": str(number),
        "properties": {},
        "createdAt": iso(created),
        "updatedAt": iso(modified),
        "archived": False,
    }


def picked(
    kind: Kind, value: Any, known: Mapping[str, Any], names: Iterable[str]
) -> dict[str, str | None]:
    """The properties that were asked for, or the default ones; null when unset."""
    asked = [name for name in names if name in known and not known[name].archived]
    wanted = [*asked, *kind.always] if asked or any(True for _ in names) else kind.defaults
    return {name: value(name) or None for name in dict.fromkeys(wanted)}
