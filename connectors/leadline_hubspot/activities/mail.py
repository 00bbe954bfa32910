"""Marketing emails: who was sent one, opened it, clicked, bounced, replied or complained.

Known by the recipient's address. The feed has no later version than HubSpot's first API; it is read
in windows of time, newest first within each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from leadline.connecting.activities import Activity
from leadline.connecting.feeds import Cursor, Feed, Page
from leadline_hubspot import paths
from leadline_hubspot.activities.feeds import DAY, MINUTE, Pull, tried
from leadline_hubspot.activities.memory import Memory
from leadline_hubspot.activities.owners import owned
from leadline_hubspot.activities.values import from_url, said
from leadline_hubspot.api import Refused, rows_of
from leadline_hubspot.instants import instant

_PAGE = 1_000
_WINDOW = 365 * DAY
# An open may be told some time after it happened.
_LATE = 60 * MINUTE
# The narrow windows of a running sync take one call with every type; wide ones ask type by type,
# as two thirds of the events (PROCESSED, DELIVERED …) say nothing new.
_NARROW = 3 * DAY

TYPES = {
    "SENT": "email_sent",
    "OPEN": "email_open",
    "CLICK": "email_click",
    "BOUNCE": "email_bounce",
    "REPLY": "email_reply",
    "FORWARD": "custom:email_forward",
    "SPAMREPORT": "custom:spam_report",
}


class MarketingEmails:
    """The feed of marketing email events. Opens and clicks by machines are left out."""

    name = "marketing_emails"

    def __init__(self, pull: Pull) -> None:
        self._pull = pull
        self._names: dict[str, str] = {}
        self._none = False

    def probe(self) -> Feed:
        """One event says whether the account has them."""
        return tried(self.name, frozenset(TYPES.values()), self._try)

    def _try(self) -> None:
        page = self._pull.api.get(paths.EMAIL_EVENTS, [("limit", 1)])
        self._none = not rows_of(page, "events")

    def read(self, memory: Memory, cursor: Cursor) -> Iterator[Page]:
        """Window after window up to now.

        A cursor: `since` and `top`, the newest seen; while a window is under way also its `until`,
        `type` and `offset`.
        """
        at: dict[str, Any] = {"since": 0, "top": 0, **cursor}
        while not self._none:
            at.setdefault("until", self._until(int(at["since"])))
            yield from self._window(memory, at)
            if at["until"] >= self._pull.started:
                # What happened just now may be told later; what was not seen is not passed.
                yield Page([], self._pull.caught_up(at, self._pull.started, _LATE))
                return
            at = {"since": at["until"], "top": at["top"]}
            yield Page([], dict(at))

    def _until(self, since: int) -> int:
        now = self._pull.started
        # All that is older than a year is one window.
        return min(now, since + _WINDOW) if since else now - _WINDOW

    def _window(self, memory: Memory, at: dict[str, Any]) -> Iterator[Page]:
        """The events of one window; moves `at` along."""
        narrow = at["until"] - at["since"] <= _NARROW
        wanted = [""] if narrow else sorted(TYPES)
        for type_ in wanted:
            if type_ < at.get("type", ""):
                continue
            if type_ != at.get("type"):
                at |= {"type": type_, "offset": None}
            while True:
                page = self._pull.api.get(paths.EMAIL_EVENTS, self._query(at))
                rows = [row for each in rows_of(page, "events") if (row := self._of(memory, each))]
                more = bool(page.get("hasMore")) and page.get("offset") != at["offset"]
                at["offset"] = page.get("offset") if more else None
                at["top"] = max([at["top"], *(row.at or 0 for _, row in rows)])
                found = owned(memory, rows)
                if not more:
                    # The next type's first page, should the pull break off here.
                    yield Page(found, {**at, "type": f"{type_} "})
                    break
                yield Page(found, dict(at))

    def _query(self, at: Mapping[str, Any]) -> list[tuple[str, object]]:
        return [
            ("startTimestamp", max(1, int(at["since"]))),
            ("endTimestamp", at["until"] if at["until"] < self._pull.started else None),
            ("eventType", at["type"] or None),
            ("excludeFilteredEvents", True),
            ("limit", _PAGE),
            ("offset", at["offset"]),
        ]

    def _of(self, memory: Memory, event: Mapping[str, Any]) -> tuple[str, Activity] | None:
        type_ = TYPES.get(said(event, "type"))
        if type_ is None or event.get("filteredEvent"):
            return None
        campaign = said(event, "emailCampaignId")
        url = said(event, "url")
        created = instant(event.get("created"))
        activity = Activity(
            f"email:{event.get('id')}:{created}",
            "",
            type_,
            created,
            name=self._mailing(memory, campaign, said(event, "appId")),
            url=url,
            campaign=from_url(url)[0] or campaign,
            channel="email",
            properties={
                key: said(event, key) for key in ("subject", "appName") if said(event, key)
            },
        )
        return said(event, "recipient"), activity

    def _mailing(self, memory: Memory, campaign: str, app: str) -> str:
        """A mailing's name: the same for all that happens to it, as opens are told apart by it."""
        if not campaign:
            return ""
        if campaign not in self._names:
            name = memory.mailing(campaign)
            if name is None:
                name = self._ask(campaign, app)
                memory.name_mailing(campaign, name)
            self._names[campaign] = name
        return self._names[campaign]

    def _ask(self, campaign: str, app: str) -> str:
        try:
            found = self._pull.api.get(paths.CAMPAIGN, [("appId", app or None)], id=campaign)
        except Refused:
            return campaign
        return said(found, "name") or said(found, "subject") or campaign
