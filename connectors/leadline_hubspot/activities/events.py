"""Page views and custom events, one by one, where the account has HubSpot's Enterprise tier."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from leadline.connecting.activities import Activity
from leadline.connecting.feeds import Cursor, Feed, Page
from leadline_hubspot import paths
from leadline_hubspot.activities.feeds import MINUTE, Pull, tried
from leadline_hubspot.activities.memory import Memory
from leadline_hubspot.activities.values import from_url, said
from leadline_hubspot.api import next_after, rows_of
from leadline_hubspot.instants import instant, iso

_PAGE = 100
# A page view may be told some time after it happened.
_LATE = 60 * MINUTE
# The other standard events say what the other feeds say.
STANDARD = {"e_visited_page": "page_view", "e_attended_marketing_event": "event_attend"}
_CUSTOM = re.compile(r"^pe\d+_(?P<name>.+)$")


class Events:
    """The feed of web and custom events."""

    name = "events"

    def __init__(self, pull: Pull) -> None:
        self._pull = pull
        self._types: list[str] = []

    def probe(self) -> Feed:
        """Types are listed in every account: only a read says whether events may be had."""
        feed = tried(self.name, frozenset({"page_view"}), self._list)
        return Feed(
            feed.name, feed.on, feed.types | {self._type(each) for each in self._types}, feed.why
        )

    def _list(self) -> None:
        self._pull.api.get(paths.EVENTS, [("eventType", "e_visited_page"), ("limit", 1)])
        found = self._pull.api.get(paths.EVENT_TYPES).get("eventTypes") or ()
        names = [said(each, "name") if isinstance(each, dict) else str(each) for each in found]
        self._types = sorted({"e_visited_page", *(name for name in names if self._wanted(name))})

    def _wanted(self, name: str) -> bool:
        mapped = self._pull.names.among((name, _short(name)))
        return name in STANDARD or _CUSTOM.match(name) is not None or bool(mapped)

    def _type(self, name: str) -> str:
        default = STANDARD.get(name) or f"custom:{_short(name)}"
        return self._pull.names.of(default, name, _short(name))

    def read(self, memory: Memory, cursor: Cursor) -> Iterator[Page]:
        """Type after type, all that happened since the last whole round began.

        A cursor: `since` and `top`, the newest seen; while a round is under way also
        `begun`, `type` and `after`.
        """
        at: dict[str, Any] = {"since": 0, "top": 0, "begun": self._pull.started, **cursor}
        for name in self._types:
            if name < at.get("type", ""):
                continue
            if name != at.get("type"):
                at |= {"type": name, "after": None}
            while True:
                page = self._pull.api.get(paths.EVENTS, self._query(at))
                rows = [row for each in rows_of(page) if (row := self._of(name, each))]
                at["top"] = max([at["top"], *(row.at or 0 for row in rows)])
                at["after"] = next_after(page)
                done = at["after"] is None
                yield Page(rows, {**at, "type": f"{name} "} if done else dict(at))
                if done:
                    break
        yield Page([], self._pull.caught_up(at, int(at["begun"]), _LATE))

    def _query(self, at: Mapping[str, Any]) -> list[tuple[str, object]]:
        return [
            ("eventType", at["type"]),
            ("occurredAfter", iso(int(at["since"])) if at["since"] else None),
            ("limit", _PAGE),
            ("after", at["after"]),
        ]

    def _of(self, name: str, event: Mapping[str, Any]) -> Activity | None:
        if said(event, "objectType").upper() not in ("CONTACT", "CONTACTS", "0-1"):
            return None
        properties = event.get("properties") or {}
        url = said(properties, "hs_url")
        campaign, channel = from_url(url)
        return Activity(
            f"event:{event.get('id')}",
            said(event, "objectId"),
            self._type(name),
            instant(event.get("occurredAt")),
            name=said(properties, "hs_title") or ("" if name in STANDARD else _short(name)),
            url=url,
            campaign=said(properties, "hs_utm_campaign") or campaign,
            channel=said(properties, "hs_utm_source")
            or channel
            or said(properties, "hs_visit_source").lower(),
            properties={
                key: str(value)[:200]
                for key, value in properties.items()
                if not key.startswith("hs_") and value not in (None, "")
            },
        )


def _short(name: str) -> str:
    """A custom event's own name, without the portal's number."""
    found = _CUSTOM.match(name)
    return found["name"] if found else name
