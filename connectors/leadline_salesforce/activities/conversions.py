"""Leads that became contacts."""

from __future__ import annotations

from collections.abc import Iterator

from leadline.connecting.activities import Activity, gone
from leadline.connecting.feeds import Cursor, Feed, Page
from leadline_salesforce import soql
from leadline_salesforce.activities.feeds import Pull, seen
from leadline_salesforce.activities.scan import Scan
from leadline_salesforce.values import Row, instant, midday, ms, said, true

CONVERTED = "custom:converted"

_FIELDS = ("Id", "IsConverted", "ConvertedDate", "IsDeleted", "SystemModstamp")
_DEAL = "ConvertedOpportunityId"


class Conversions:
    """The feed of conversions.

    They are no `stage_change`: an org without field history would seem to count its stages.
    """

    name = "conversions"

    def __init__(self, pull: Pull) -> None:
        self._pull = pull

    def probe(self) -> Feed:
        """The feed, on where the user sees leads and what became of them."""
        return seen(self._pull, self.name, frozenset({CONVERTED}), {"Lead": _FIELDS})

    def read(self, cursor: Cursor) -> Iterator[Page]:
        """Converted leads that changed, an activity for each."""
        fields = self._pull.fields("Lead", (*_FIELDS, _DEAL))
        scan = Scan("Lead", fields, where=(soql.compare("IsConverted", "=", True),))
        for chunk in scan.run(self._pull, cursor):
            yield Page([self._of(lead) for lead in chunk.rows], chunk.cursor)

    def _of(self, lead: Row) -> Activity:
        """The conversion, which has a day and no time: its midday, never after it was noted."""
        activity_id = f"converted:{said(lead, 'Id')}"
        day = midday(lead, "ConvertedDate", self._pull.source.time_zone)
        changed = instant(lead, "SystemModstamp")
        if true(lead, "IsDeleted") or day is None:
            return gone(activity_id)
        deal = said(lead, _DEAL)
        return Activity(
            activity_id,
            said(lead, "Id"),
            CONVERTED,
            ms(min(day, changed) if changed else day),
            properties={"opportunity": deal} if deal else {},
        )
