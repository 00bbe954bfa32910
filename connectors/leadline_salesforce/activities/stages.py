"""Stages out of the field history of leads and contacts: each that somebody else entered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from leadline.connecting.activities import Activity, gone
from leadline.connecting.feeds import Cursor, Feed, Page
from leadline_salesforce import soql
from leadline_salesforce.activities.feeds import Pull, seen
from leadline_salesforce.activities.scan import Scan
from leadline_salesforce.mapping import PEOPLE, facts_of
from leadline_salesforce.values import Row, instant, ms, said, true

_STAGE, _OPT_OUT = "Status", "HasOptedOutOfEmail"
_FIELDS = ("Id", "Field", "NewValue", "CreatedDate", "CreatedById", "IsDeleted")


class Stages:
    """The feed of stages and of leaving all e-mail, which has its dates only in the history."""

    name = "stages"

    def __init__(self, pull: Pull) -> None:
        self._pull = pull
        self._tracked: Mapping[str, list[str]] = {}

    def probe(self) -> Feed:
        """The feed, on for what the history has ever told: nothing else says what is tracked."""
        needs = {f"{kind}History": (*_FIELDS, f"{kind}Id") for kind in PEOPLE}
        found = {
            kind: seen(self._pull, self.name, frozenset(), {name: needs[name]})
            for kind, name in zip(PEOPLE, needs, strict=True)
        }
        self._tracked = {
            kind: [field for field in self._fields(kind) if self._ever(kind, field)]
            for kind, feed in found.items()
            if feed.on
        }
        types = set()
        if any(set(fields) - {_OPT_OUT} for fields in self._tracked.values()):
            types.add("stage_change")
        if any(_OPT_OUT in fields for fields in self._tracked.values()):
            types.add("unsubscribe")
        why = next((feed.why for feed in found.values() if not feed.on), "")
        why = why or "field history of Lead.Status is not tracked, or has nothing to tell yet"
        every = frozenset({"stage_change", "unsubscribe"})
        return Feed(self.name, bool(types), frozenset(types) or every, "" if types else why)

    def read(self, cursor: Cursor) -> Iterator[Page]:
        """What history tells, first of leads and then of contacts."""
        at = dict(cursor)
        for kind, fields in self._tracked.items():
            if not fields:
                continue
            scan = Scan(
                f"{kind}History",
                (*_FIELDS, f"{kind}Id"),
                stamp="CreatedDate",
                where=(soql.one_of("Field", fields),),
            )
            # With a field more than last time everything is told anew.
            place = f"{kind}:{','.join(fields)}"
            for chunk in scan.run(self._pull, at.get(place) or {}):
                at[place] = chunk.cursor
                rows = (self._of(row, said(row, f"{kind}Id")) for row in chunk.rows)
                yield Page([row for row in rows if row is not None], dict(at))

    def _fields(self, kind: str) -> list[str]:
        """The fields that hold a stage, as a fact or written, and the one of leaving all e-mail."""
        source = self._pull.source
        fact = facts_of(source, kind).get("lifecycle_stage", _STAGE if kind == "Lead" else "")
        written = [
            name.removeprefix(f"{kind}.") for name in source.stages if name.startswith(f"{kind}.")
        ]
        return sorted(self._pull.fields(kind, {fact, *written, _OPT_OUT} - {""}))

    def _ever(self, kind: str, field: str) -> bool:
        """True where history has a row of this field."""
        where = soql.compare("Field", "=", field)
        query = soql.select(f"{kind}History", ["Id"], where, limit=1)
        return any(self._pull.api.query(query))

    def _of(self, row: Row, who: str) -> Activity | None:
        """The activity that a row is; None for one that is none.

        What leadline's own user wrote is no fact, nor what the org's flows made of it at once.
        """
        new, at, field = said(row, "NewValue"), instant(row, "CreatedDate"), said(row, "Field")
        by = said(row, "CreatedById")
        if at is None or not who or (by and by == self._pull.user):
            return None
        activity_id = f"history:{said(row, 'Id')}"
        if true(row, "IsDeleted"):
            return gone(activity_id)
        if field == _OPT_OUT:
            left = new.lower() in ("true", "1")
            made = Activity(activity_id, who, "unsubscribe", ms(at), name="all email")
            return made if left else None
        return Activity(activity_id, who, "stage_change", ms(at), name=new) if new else None
