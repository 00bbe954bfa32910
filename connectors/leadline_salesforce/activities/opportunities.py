"""Opportunities as conversions: created, won and lost, for each contact that has a role in one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from leadline.connecting.activities import Activity, gone
from leadline.connecting.feeds import Cursor, Feed, Page
from leadline_salesforce.activities.family import Family, Litter
from leadline_salesforce.activities.feeds import Pull, seen
from leadline_salesforce.activities.lookup import by_ids
from leadline_salesforce.activities.scan import Scan
from leadline_salesforce.values import (
    Row,
    instant,
    midday,
    ms,
    number,
    person,
    said,
    told,
    true,
)

_TYPES = ("deal_created", "deal_won", "deal_lost")
_NEEDED = ("Id", "IsWon", "IsClosed", "CloseDate", "CreatedDate", "IsDeleted", "SystemModstamp")
_TOLD = {"StageName": "stage", "Type": "kind"}
_FIELDS = (*_NEEDED, "Name", "Amount", *_TOLD)
_ROLE = ("Id", "OpportunityId", "ContactId", "IsDeleted", "SystemModstamp")
_STEP = ("Id", "OpportunityId", "StageName", "CreatedDate")


class Opportunities:
    """The feed of opportunities. One that is opened again is no longer won or lost."""

    name = "opportunities"

    def __init__(self, pull: Pull) -> None:
        self._pull = pull

    def probe(self) -> Feed:
        """The feed, on where the user sees opportunities and who has a role in them."""
        needs = {"Opportunity": _NEEDED, "OpportunityContactRole": _ROLE}
        return seen(self._pull, self.name, frozenset(_TYPES), needs)

    def read(self, cursor: Cursor) -> Iterator[Page]:
        """Opportunities that changed, two activities at most for each of their contacts."""
        family = Family(
            Scan("Opportunity", self._pull.fields("Opportunity", _FIELDS)),
            Scan("OpportunityContactRole", self._pull.fields("OpportunityContactRole", _ROLE)),
            "OpportunityId",
        )
        for litter in family.run(self._pull, cursor):
            yield Page(self._rows(litter), litter.cursor)

    def _rows(self, litter: Litter) -> list[Activity]:
        closed = [said(deal, "Id") for deal in litter.parents if true(deal, "IsClosed")]
        steps: dict[str, list[Row]] = {}
        if set(_STEP) == set(self._pull.fields("OpportunityHistory", _STEP)):
            for row in by_ids(self._pull, "OpportunityHistory", _STEP, "OpportunityId", closed):
                steps.setdefault(said(row, "OpportunityId"), []).append(row)
        rows: list[Activity] = []
        for deal in litter.parents:
            key = said(deal, "Id")
            moments = self._moments(deal, steps.get(key, ()))
            for role, contact in _contacts(litter.children.get(key, ())).items():
                rows += self._of(deal, role, contact, moments)
        return rows

    def _of(
        self, deal: Row, role: str, contact: str, moments: Mapping[str, datetime | None]
    ) -> list[Activity]:
        rows = []
        for type_ in _TYPES:
            activity_id = f"opp:{said(deal, 'Id')}:{role}:{type_.removeprefix('deal_')}"
            at = moments.get(type_)
            if at is None or not contact:
                rows.append(gone(activity_id))
                continue
            rows.append(
                Activity(
                    activity_id,
                    contact,
                    type_,
                    ms(at),
                    name=said(deal, "Name"),
                    value=number(deal, "Amount"),
                    properties=told(deal, _TOLD),
                )
            )
        return rows

    def _moments(self, deal: Row, steps: Sequence[Row]) -> dict[str, datetime | None]:
        """When it was created, and won or lost if it was; nothing of one that is deleted."""
        if true(deal, "IsDeleted"):
            return {}
        moments = {"deal_created": instant(deal, "CreatedDate")}
        if true(deal, "IsClosed"):
            ended = "deal_won" if true(deal, "IsWon") else "deal_lost"
            moments[ended] = _entered(steps, said(deal, "StageName")) or self._close(deal)
        return moments

    def _close(self, deal: Row) -> datetime | None:
        """The close date, which anybody may edit: never after the opportunity last changed."""
        changed = instant(deal, "SystemModstamp")
        day = midday(deal, "CloseDate", self._pull.source.time_zone)
        return min(day, changed) if day and changed else day or changed


def _entered(steps: Sequence[Row], stage: str) -> datetime | None:
    """When an opportunity came to the stage that it is in; other changes leave steps, too."""
    since: datetime | None = None
    told = [(at, said(step, "StageName")) for step in steps if (at := instant(step, "CreatedDate"))]
    for at, name in sorted(told):
        if name != stage:
            since = None
        elif since is None:
            since = at
    return since


def _contacts(roles: Sequence[Row]) -> dict[str, str]:
    """Role → its contact; "" for one that counts no more: two roles of a contact count once."""
    found: dict[str, str] = {}
    for role in sorted(roles, key=lambda row: said(row, "Id")):
        contact = "" if true(role, "IsDeleted") else person(role, "ContactId")
        found[said(role, "Id")] = "" if contact in found.values() else contact
    return found
