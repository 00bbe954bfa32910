"""Meetings out of the calendar, once they are over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from leadline.connecting.activities import Activity
from leadline.connecting.feeds import Cursor, Feed, Page
from leadline_salesforce import soql
from leadline_salesforce.activities.family import Family, Litter
from leadline_salesforce.activities.feeds import Pull, seen
from leadline_salesforce.activities.scan import Scan
from leadline_salesforce.activities.tasks import of_people
from leadline_salesforce.values import Row, instant, midday, ms, number, said, told, true

_NEEDED = ("Id", "WhoId", "IsChild", "IsDeleted", "EndDateTime", "SystemModstamp")
_TOLD = {"Type": "kind", "EventSubtype": "subtype", "DurationInMinutes": "duration_min"}
_FIELDS = (
    *_NEEDED,
    "StartDateTime",
    "ActivityDateTime",
    "ActivityDate",
    "EndDate",
    "IsAllDayEvent",
    "Subject",
    *_TOLD,
)
_RELATION = ("Id", "EventId", "RelationId", "Status", "IsDeleted", "SystemModstamp")

# The day of an all-day event ends in the workspace's zone, and is compared with days in UTC.
_LAST_DAY = "EndDate"
_WHOLE_DAY = timedelta(days=2)


class Events:
    """The feed of meetings. One that lies ahead comes when it is over, though nobody changes it."""

    name = "events"

    def __init__(self, pull: Pull) -> None:
        self._pull = pull

    def probe(self) -> Feed:
        """The feed, on where the user sees events and their ends."""
        types = {"meeting"} | self._pull.names.among(self._pull.types_of_events)
        return seen(self._pull, self.name, frozenset(types), {"Event": _NEEDED})

    def read(self, cursor: Cursor) -> Iterator[Page]:
        """Meetings that changed or came to their end, one activity for each of their people."""
        family = Family(
            Scan(
                "Event",
                self._pull.fields("Event", _FIELDS),
                # Each user who is invited has a copy of his own.
                where=(soql.compare("IsChild", "=", False),),
                also=self._ended,
            ),
            Scan("EventRelation", self._pull.fields("EventRelation", _RELATION)),
            "EventId",
            bool(self._pull.fields("EventRelation", ["Id"])),
        )
        for litter in family.run(self._pull, cursor):
            yield Page(self._rows(litter), litter.cursor)

    def _ended(self, since: datetime, upto: datetime) -> str:
        """What came to its end between two instants; a whole day ends with its date."""
        times = soql.window("EndDateTime", since, upto)
        if not self._pull.fields("Event", [_LAST_DAY]):
            return " AND ".join(times)
        days = (
            soql.compare(_LAST_DAY, ">=", (since - _WHOLE_DAY).date()),
            soql.compare(_LAST_DAY, "<=", upto.date()),
        )
        return soql.any_of(" AND ".join(times), " AND ".join(days))

    def _rows(self, litter: Litter) -> list[Activity]:
        rows: list[Activity] = []
        for event in litter.parents:
            if not true(event, "IsChild"):
                rows += of_people("event", event, litter.children, self._of(event))
        return rows

    def _of(self, event: Row) -> Activity | None:
        """The meeting; None while it lies ahead."""
        begun, ended = self._times(event)
        if begun is None or ended is None or ended > self._pull.upto:
            return None
        type_ = self._pull.names.of("meeting", said(event, "Type"), said(event, "EventSubtype"))
        name, properties = said(event, "Subject"), told(event, _TOLD)
        return Activity("", "", type_, ms(begun), name=name, properties=properties)

    def _times(self, event: Row) -> tuple[datetime | None, datetime | None]:
        """When it began and when it was over. A whole day is told by its midday."""
        zone = self._pull.source.time_zone
        end = instant(event, "EndDateTime")
        if true(event, "IsAllDayEvent"):
            begun = midday(event, "ActivityDate", zone)
            last = midday(event, _LAST_DAY, zone) or midday(event, "EndDateTime", zone) or begun
            return begun, last and last + timedelta(hours=12)
        begun = instant(event, "StartDateTime") or instant(event, "ActivityDateTime")
        if begun and end is None:
            end = begun + timedelta(minutes=number(event, "DurationInMinutes") or 0)
        return begun, end
