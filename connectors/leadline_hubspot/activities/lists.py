"""Who joined which list, and when. Who leaves one is not told by HubSpot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from leadline.connecting.activities import Activity
from leadline.connecting.feeds import Cursor, Feed, Page
from leadline_hubspot import paths
from leadline_hubspot.activities.feeds import Pull, tried
from leadline_hubspot.activities.memory import Memory
from leadline_hubspot.activities.values import said
from leadline_hubspot.api import next_after, rows_of
from leadline_hubspot.instants import instant

_PAGE, _MEMBERS = 100, 250
_ADDED = "hs_last_record_added_at"
_CONTACTS = "0-1"


class Lists:
    """The feed of list memberships; only lists that somebody joined since are read."""

    name = "lists"

    def __init__(self, pull: Pull) -> None:
        self._pull = pull
        self._lists: dict[str, Mapping[str, Any]] = {}

    def probe(self) -> Feed:
        """The list of lists, which is needed anyhow."""
        feed = tried(self.name, frozenset({"list_join"}), self._list)
        known = [word for key, each in self._lists.items() for word in (key, said(each, "name"))]
        return Feed(feed.name, feed.on, feed.types | self._pull.names.among(known), feed.why)

    def _list(self) -> None:
        offset = 0
        while True:
            body = {"query": "", "count": _PAGE, "offset": offset, "additionalProperties": [_ADDED]}
            page = self._pull.api.post(paths.LISTS_SEARCH, body).body
            found = rows_of(page, "lists")
            for each in found:
                if said(each, "objectTypeId") in ("", _CONTACTS):
                    self._lists[str(each["listId"])] = each
            offset = int(page.get("offset") or offset + len(found))
            if not found or not page.get("hasMore"):
                return

    def read(self, memory: Memory, cursor: Cursor) -> Iterator[Page]:
        """List after list, those who joined since the last whole round began.

        A cursor: `since` and `top`, the newest seen; while a round is under way also
        `begun`, `list` and `after`.
        """
        at: dict[str, Any] = {"since": 0, "top": 0, "begun": self._pull.started, **cursor}
        for key in sorted(self._lists):
            if key < at.get("list", "") or not self._grew(key, int(at["since"])):
                continue
            if key != at.get("list"):
                at |= {"list": key, "after": None}
            while True:
                query = [("limit", _MEMBERS), ("after", at["after"])]
                page = self._pull.api.get(paths.LIST_MEMBERS, query, id=key)
                rows = [row for each in rows_of(page) if (row := self._of(key, each, at["since"]))]
                at["top"] = max([at["top"], *(row.at or 0 for row in rows)])
                at["after"] = next_after(page)
                done = at["after"] is None
                yield Page(rows, {**at, "list": f"{key} "} if done else dict(at))
                if done:
                    break
        yield Page([], self._pull.caught_up(at, int(at["begun"]), 0))

    def _grew(self, key: str, since: int) -> bool:
        """False where HubSpot says that nobody joined since."""
        about = self._lists[key].get("additionalProperties") or {}
        added = instant(about.get(_ADDED))
        return added is None or added >= since

    def _of(self, key: str, member: Mapping[str, Any], since: int) -> Activity | None:
        contact, at = said(member, "recordId"), instant(member.get("membershipTimestamp"))
        if at is None or at < since:
            return None
        name = said(self._lists[key], "name")
        type_ = self._pull.names.of("list_join", key, name)
        return Activity(f"list:{key}:{contact}:{at}", contact, type_, at, name=name or key)
