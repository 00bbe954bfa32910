"""Campaign members who responded: to be on a list of marketing's is nobody's own doing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from leadline.connecting.activities import Activity, gone
from leadline.connecting.feeds import Cursor, Feed, Page
from leadline_salesforce.activities.feeds import Pull, seen
from leadline_salesforce.activities.scan import Scan
from leadline_salesforce.values import Row, instant, midday, ms, person, said, told, true

_NEEDED = ("Id", "LeadId", "ContactId", "HasResponded", "IsDeleted", "SystemModstamp")
_TOLD = {"Status": "status", "Campaign.Type": "kind"}
_FIELDS = (*_NEEDED, "FirstRespondedDate", "CreatedDate", "CampaignId", "Campaign.Name", *_TOLD)
_TYPES = frozenset(
    {
        "webinar_register",
        "webinar_attend",
        "event_register",
        "event_attend",
        "custom:campaign_response",
    }
)

_WEBINAR = re.compile(r"\bwebinars?\b", re.IGNORECASE)
_EVENT = re.compile(r"\b(conferences?|events?|seminars?|trade ?shows?)\b", re.IGNORECASE)
_ATTENDED = re.compile(r"\battend(ed|ee|ing)?\b", re.IGNORECASE)
_NOT = re.compile(r"\b(not|no|never|did\s?n.?t|un)\b", re.IGNORECASE)


class Campaigns:
    """The feed of responses to campaigns, at the day of the first one."""

    name = "campaigns"

    def __init__(self, pull: Pull) -> None:
        self._pull = pull

    def probe(self) -> Feed:
        """The feed, on where the user sees campaigns and their members."""
        needs = {"CampaignMember": _NEEDED, "Campaign": ("Id", "Name", "Type")}
        names, own = self._pull.names, self._pull.values("Campaign", "Type")
        # What the config names and is no type of a task or event is a campaign, by whatever name.
        others = self._pull.types_of_tasks | self._pull.types_of_events
        types = _TYPES | names.among(own) | names.beyond(others)
        return seen(self._pull, self.name, types, needs)

    def read(self, cursor: Cursor) -> Iterator[Page]:
        """Members that changed, one activity for each that responded."""
        scan = Scan("CampaignMember", self._pull.fields("CampaignMember", _FIELDS))
        for chunk in scan.run(self._pull, cursor):
            yield Page([self._of(member) for member in chunk.rows], chunk.cursor)

    def _of(self, member: Row) -> Activity:
        activity_id = f"member:{said(member, 'Id')}:response"
        # After a conversion both are set; the person is one.
        who = person(member, "ContactId") or person(member, "LeadId")
        at, dated_by = self._at(member)
        if true(member, "IsDeleted") or not true(member, "HasResponded") or not who or at is None:
            return gone(activity_id)
        campaign, kind = said(member, "Campaign.Name"), said(member, "Campaign.Type")
        status = said(member, "Status")
        return Activity(
            activity_id,
            who,
            self._pull.names.of(_type(kind, status), campaign, f"{kind}/{status}", kind),
            ms(at),
            name=campaign,
            campaign=campaign,
            properties={**told(member, _TOLD), "dated_by": dated_by},
        )

    def _at(self, member: Row) -> tuple[datetime | None, str]:
        """When the member responded: a day, at its midday but never after it was noted."""
        changed = instant(member, "SystemModstamp")
        if day := midday(member, "FirstRespondedDate", self._pull.source.time_zone):
            return (min(day, changed) if changed else day), "FirstRespondedDate"
        return instant(member, "CreatedDate"), "CreatedDate"


def _type(kind: str, status: str) -> str:
    """What a response to a campaign of this type is; who attended says so by the status."""
    attended = bool(_ATTENDED.search(status)) and not _NOT.search(status)
    for pattern, word in ((_WEBINAR, "webinar"), (_EVENT, "event")):
        if pattern.search(kind):
            return f"{word}_attend" if attended else f"{word}_register"
    return "custom:campaign_response"
