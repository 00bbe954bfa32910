"""What a feed is: where in a CRM activities come from, and which of them an account delivers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from leadline.batches import Finding, Reject, Source
from leadline.connecting.activities import Activity
from leadline.errors import SourceError
from leadline.vocabulary import ACTIVITY_TYPES

# How far a feed has been read: JSON values only, its own affair.
Cursor = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed of one account. types: the activity types that it brings. why: what keeps it off."""

    name: str
    on: bool
    types: frozenset[str]
    why: str = ""

    def off(self, why: str) -> Feed:
        """The same feed, kept off by this."""
        return replace(self, on=False, why=why)


@dataclass(frozen=True, slots=True)
class Page:
    """Some activities, and where the feed goes on once they are committed."""

    rows: Sequence[Activity]
    cursor: Cursor
    rejects: Sequence[Reject] = ()


class Wanted:
    """The feeds that the setting `activities` names; all of them where it is None."""

    def __init__(self, named: Iterable[str] | None, every: Sequence[str], source: Source) -> None:
        self.names = frozenset(every if named is None else named)
        if strange := sorted(self.names - set(every)):
            raise SourceError(
                f"the setting `activities` names {', '.join(strange)}, which is no feed; there are "
                f"{', '.join(every)}",
                source=source.name,
            )

    def held_to(self, feed: Feed) -> Feed:
        """The feed, off where it is not wanted."""
        if feed.name in self.names:
            return feed
        return feed.off("the setting `activities` leaves it out")


class Feeds:
    """All feeds of an account, in their order, as they turned out to be on or off."""

    def __init__(self, feeds: Iterable[Feed], source: Source) -> None:
        self._feeds = list(feeds)
        self._mapped = source.activity_types.keys()

    def __iter__(self) -> Iterator[Feed]:
        return iter(self._feeds)

    def turn_off(self, names: Collection[str], why: str) -> None:
        """Note that feeds were refused in the middle."""
        self._feeds = [each.off(why) if each.name in names else each for each in self._feeds]

    @property
    def brought(self) -> frozenset[str]:
        """The types that some feed delivers."""
        return frozenset(kind for each in self._feeds if each.on for kind in each.types)

    @property
    def types_off(self) -> frozenset[str]:
        """The types that no feed delivers now: their counts are unknown."""
        named = (each.types for each in self._feeds)
        return ACTIVITY_TYPES.union(self._mapped, *named) - self.brought

    def findings(self, place: str) -> Iterator[Finding]:
        """Each feed for `check`: one that is off is no fault, a rule that needs it is one."""
        for each in self._feeds:
            types = ", ".join(sorted(each.types))
            detail = f"on: {types}" if each.on else f"off ({each.why}): no {types}"
            yield Finding(f"feed {each.name}", True, detail)
        said = f"{len(self.brought)} types come from this {place}"
        yield Finding("activities", True, said, feeds_off=self.types_off)
