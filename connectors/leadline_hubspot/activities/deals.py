"""Deals as conversions: created, won and lost, for each contact of the deal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from leadline.connecting.activities import Activity, gone
from leadline.connecting.feeds import Cursor, Feed, Page
from leadline_hubspot import paths
from leadline_hubspot.activities.associations import contacts_of
from leadline_hubspot.activities.feeds import DAY, Pull, tried
from leadline_hubspot.activities.memory import Memory
from leadline_hubspot.activities.scan import Chunk, Record, Scan
from leadline_hubspot.activities.values import number, said
from leadline_hubspot.api import rows_of
from leadline_hubspot.instants import instant

_LOOK_BACK = 7 * DAY
_TYPES = ("deal_created", "deal_won", "deal_lost")
_PROPERTIES = (
    "dealname",
    "amount",
    "createdate",
    "closedate",
    "dealstage",
    "pipeline",
    "hs_is_closed",
    "hs_is_closed_won",
)


class Deals:
    """The feed of deals. A deal that is opened again is no longer won or lost."""

    name = "deals"

    def __init__(self, pull: Pull) -> None:
        self._pull = pull
        self._scan = Scan("deals", _PROPERTIES, look_back=_LOOK_BACK)
        self._ends: Mapping[tuple[str, str], str] | None = None

    def probe(self) -> Feed:
        """One deal says whether the key may read them."""
        api = self._pull.api
        return tried(
            self.name,
            frozenset(_TYPES),
            lambda: api.get(paths.OBJECTS, [("limit", "1")], kind="deals"),
        )

    def read(self, memory: Memory, cursor: Cursor) -> Iterator[Page]:
        """Deals that changed, three activities at most for each of their contacts."""
        for chunk in self._scan.run(self._pull, cursor):
            yield Page(self._rows(memory, chunk), chunk.cursor)

    def _rows(self, memory: Memory, chunk: Chunk) -> list[Activity]:
        contacts: dict[str, set[str]] = {str(record["id"]): set() for record in chunk.records}
        if not chunk.archived and contacts:
            contacts |= contacts_of(self._pull.api, "deals", list(contacts))
        lost = memory.relink({f"deal:{key}": those for key, those in contacts.items()})
        rows = [
            gone(f"{thing}:{type_.removeprefix('deal_')}:{contact}")
            for thing, those in lost.items()
            for contact in those
            for type_ in _TYPES
        ]
        for record in chunk.records:
            for contact in sorted(contacts[str(record["id"])]):
                rows += self._of(record, contact)
        return rows

    def _of(self, record: Record, contact: str) -> list[Activity]:
        properties = record.get("properties") or {}
        created = instant(properties.get("createdate")) or instant(record.get("createdAt"))
        changed = instant(record.get("updatedAt")) or self._pull.started
        # An expected close lies in the future; what is closed was closed when it last changed.
        closed = min(instant(properties.get("closedate")) or changed, changed)
        moments = {"deal_created": created, self._end(properties): closed}
        rows = []
        for type_ in _TYPES:
            activity_id = f"deal:{record['id']}:{type_.removeprefix('deal_')}:{contact}"
            at = moments.get(type_)
            if at is None:
                rows.append(gone(activity_id))
                continue
            rows.append(
                Activity(
                    activity_id,
                    contact,
                    type_,
                    at,
                    name=said(properties, "dealname"),
                    value=number(properties.get("amount")),
                    properties={
                        name: said(properties, key)
                        for name, key in (("pipeline", "pipeline"), ("stage", "dealstage"))
                        if said(properties, key)
                    },
                )
            )
        return rows

    def _end(self, properties: Mapping[str, Any]) -> str:
        """`deal_won`, `deal_lost`, or "" for a deal that is open."""
        if "hs_is_closed_won" in properties or "hs_is_closed" in properties:
            if said(properties, "hs_is_closed_won") == "true":
                return "deal_won"
            if said(properties, "hs_is_closed") == "true":
                return "deal_lost"
            if said(properties, "hs_is_closed") == "false":
                return ""
        if self._ends is None:
            self._ends = self._stages()
        place = (said(properties, "pipeline"), said(properties, "dealstage"))
        return self._ends.get(place, "")

    def _stages(self) -> Mapping[tuple[str, str], str]:
        """The closed stages of every pipeline, for accounts that keep no such property."""
        ends = {}
        for pipeline in rows_of(self._pull.api.get(paths.PIPELINES, kind="deals")):
            for stage in pipeline.get("stages") or ():
                about = stage.get("metadata") or {}
                if str(about.get("isClosed")).lower() == "true":
                    won = number(about.get("probability")) == 1.0
                    place = (str(pipeline["id"]), str(stage["id"]))
                    ends[place] = "deal_won" if won else "deal_lost"
        return ends
