"""How the feeds of an org are read, and what keeps one off."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from leadline.batches import Source
from leadline.connecting.feeds import Cursor, Feed, Page
from leadline.connecting.type_names import TypeNames
from leadline_salesforce.api import Api, Refused
from leadline_salesforce.settings import SalesforceSettings


@dataclass(frozen=True, slots=True)
class Pull:
    """What every feed needs. upto: nothing that changed from this instant on is read yet.

    user: the id of the user that leadline works as; "" where it is not known.
    on: the names of the feeds that are read; complete once all have been probed.
    """

    source: Source
    settings: SalesforceSettings
    api: Api
    names: TypeNames
    upto: datetime
    user: str = ""
    on: set[str] = field(default_factory=set)

    def fields(self, kind: str, wanted: Iterable[str]) -> tuple[str, ...]:
        """Those of the fields that this user sees; a name with a dot is one of the record above."""
        described = self.api.describe(kind)
        if described is None:
            return ()
        return tuple(name for name in wanted if "." in name or described.has(name))

    def values(self, kind: str, *fields: str) -> frozenset[str]:
        """The active values of picklists."""
        described = self.api.describe(kind)
        if described is None:
            return frozenset()
        there = [described.fields[name] for name in fields if described.has(name)]
        return frozenset(value for field in there for value in field.values)

    @property
    def types_of_tasks(self) -> frozenset[str]:
        """The words that a task's type may be, which the config may map."""
        return self.values("Task", "Type", "TaskSubtype")

    @property
    def types_of_events(self) -> frozenset[str]:
        """The words that an event's type may be."""
        return self.values("Event", "Type", "EventSubtype")


class Reader(Protocol):
    """Reads one feed. `probe` is called first, once per pull."""

    @property
    def name(self) -> str:
        """What the feed is called in the settings and in messages."""

    def probe(self) -> Feed:
        """Find out, by what the org says of its objects, whether it delivers the feed."""

    def read(self, cursor: Cursor) -> Iterator[Page]:
        """Yield what happened since; an empty cursor asks for all there is."""


def seen(pull: Pull, name: str, types: frozenset[str], needs: Mapping[str, Sequence[str]]) -> Feed:
    """The feed, on where the user sees these fields of these objects; else with what is missing."""
    for kind, wanted in needs.items():
        if pull.api.describe(kind) is None:
            return Feed(name, False, types, f"the org has no {kind}, or the user may not read it")
        missing = sorted(set(wanted) - set(pull.fields(kind, wanted)))
        if missing:
            named = ", ".join(f"{kind}.{one}" for one in missing)
            return Feed(name, False, types, f"the user may not see {named}")
    return Feed(name, True, types)


def reason(refused: Refused) -> str:
    """Why Salesforce refuses a feed, on one line."""
    said = " ".join(refused.message.split())[:300].rstrip(".")
    return f"Salesforce refuses it ({refused.status} {refused.code}: {said})"
