"""How the feeds of a portal are read, and what each asks of key and account."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from leadline.batches import Source
from leadline.connecting.feeds import Cursor, Feed, Page
from leadline.connecting.type_names import TypeNames
from leadline_hubspot.activities.memory import Memory
from leadline_hubspot.api import Api, Refused
from leadline_hubspot.settings import HubSpotSettings

MINUTE, DAY = 60_000, 86_400_000  # in milliseconds, as HubSpot counts


@dataclass(frozen=True, slots=True)
class Pull:
    """What every feed needs. started: when this pull began, in epoch milliseconds."""

    source: Source
    settings: HubSpotSettings
    api: Api
    names: TypeNames
    started: int

    @property
    def lag(self) -> int:
        """How far a cursor stays behind what was seen, in milliseconds."""
        return self.settings.lag_seconds * 1000

    def caught_up(self, at: Cursor, begun: int, late: int) -> dict[str, int]:
        """The cursor of a feed in the order of time, once it was read from `at["since"]` on.

        It stays behind the pass's begin and the newest that was seen (`at["top"]`), so that neither
        what comes late nor a clock that is wrong loses anything. late: how far, at least.
        """
        newest = int(at["top"])
        behind = min(begun, newest) - max(late, self.lag)
        return {"since": max(int(at["since"]), behind), "top": newest}


class Reader(Protocol):
    """Reads one feed. `probe` is called first, once per pull."""

    @property
    def name(self) -> str:
        """What the feed is called in the settings and in messages."""

    def probe(self) -> Feed:
        """Find out, with a call or two, whether the account delivers the feed."""

    def read(self, memory: Memory, cursor: Cursor) -> Iterator[Page]:
        """Yield what happened since; an empty cursor asks for all there is."""


# What a feed asks of key and account, by its name; the others are content with contacts.
_NEEDS = {
    "deals": "the scope crm.objects.deals.read",
    "forms": "the scope forms",
    "lists": "the scope crm.lists.read",
    "subscriptions": "the scope content",
    "marketing_emails": "the scope content, and an account with marketing email",
    "events": "the scope business-intelligence, and an account of the Enterprise tier",
}


def tried(name: str, types: frozenset[str], call: Callable[[], object]) -> Feed:
    """The feed, on where the call succeeds; a refusal is the reason why it is off."""
    try:
        call()
    except Refused as refused:
        # Not bought, not allowed, not there, or there no more; anything else is a fault of ours.
        if refused.status not in (402, 403, 404, 410):
            raise
        return Feed(name, False, types, reason(name, refused))
    return Feed(name, True, types)


def reason(name: str, refused: Refused) -> str:
    """Why HubSpot refuses a feed, and what can be done about it, on one line."""
    if refused.status in (402, 403):
        needs = _NEEDS.get(name, "the scope crm.objects.contacts.read")
        return f"it needs {needs} ({refused.status} {refused.category})".replace(" )", ")")
    said = " ".join(refused.message.split())[:300].rstrip(".")
    return f"HubSpot does not have it for this account ({refused.status}: {said})"
