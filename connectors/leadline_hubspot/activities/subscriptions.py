"""Who took himself off one kind of mailing, and when; known by the address.

Who leaves all mailings is told by the contact's own history: here it would count twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from leadline.connecting.activities import Activity
from leadline.connecting.feeds import Cursor, Feed, Page
from leadline_hubspot import paths
from leadline_hubspot.activities.feeds import MINUTE, Pull, tried
from leadline_hubspot.activities.memory import Memory
from leadline_hubspot.activities.owners import owned
from leadline_hubspot.activities.values import said
from leadline_hubspot.api import rows_of
from leadline_hubspot.instants import instant

_PAGE = 1_000
_LATE = 60 * MINUTE


class Subscriptions:
    """The feed of changed subscriptions."""

    name = "subscriptions"

    def __init__(self, pull: Pull) -> None:
        self._pull = pull

    def probe(self) -> Feed:
        """One change says whether the account has them."""
        api = self._pull.api
        return tried(
            self.name,
            frozenset({"unsubscribe"}),
            lambda: api.get(paths.SUBSCRIPTIONS, [("startTimestamp", 1), ("limit", 1)]),
        )

    def read(self, memory: Memory, cursor: Cursor) -> Iterator[Page]:
        """The changes since, newest first.

        A cursor: `since` and `top`, the newest seen; while under way also `begun` and `offset`.
        """
        at: dict[str, Any] = {"since": 0, "top": 0, "begun": self._pull.started, **cursor}
        at.setdefault("offset", None)
        while True:
            query = [
                ("startTimestamp", max(1, int(at["since"]))),
                ("limit", _PAGE),
                ("offset", at["offset"]),
            ]
            page = self._pull.api.get(paths.SUBSCRIPTIONS, query)
            rows = [row for each in rows_of(page, "timeline") for row in self._of(each)]
            at["top"] = max([at["top"], *(row.at or 0 for _, row in rows)])
            found = owned(memory, rows)
            if not page.get("hasMore") or page.get("offset") == at["offset"]:
                yield Page(found, self._pull.caught_up(at, int(at["begun"]), _LATE))
                return
            at["offset"] = page.get("offset")
            yield Page(found, dict(at))

    def _of(self, entry: Mapping[str, Any]) -> Iterator[tuple[str, Activity]]:
        address = said(entry, "recipient")
        # Ids are kept for good, an address is not.
        digest = hashlib.blake2b(address.strip().casefold().encode(), digest_size=8).hexdigest()
        for change in entry.get("changes") or ():
            kind, left = said(change, "subscriptionId"), said(change, "change") == "UNSUBSCRIBED"
            at = instant(change.get("timestamp")) or instant(entry.get("timestamp"))
            if left and kind:
                activity_id = f"unsubscribe:{digest}:{kind}:{at}"
                yield address, Activity(activity_id, "", "unsubscribe", at, name=kind)
