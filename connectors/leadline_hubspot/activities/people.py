"""What contacts tell about themselves: their addresses, their stages, and counters.

Read before the feeds that know people by an address only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from leadline.connecting.activities import Activity
from leadline.connecting.feeds import Cursor, Feed, Page
from leadline_hubspot import paths
from leadline_hubspot.activities.counters import (
    Counter,
    counted,
    look,
    properties_of,
    usable,
    withdrawn,
)
from leadline_hubspot.activities.feeds import Pull, tried
from leadline_hubspot.activities.memory import Memory, Seen
from leadline_hubspot.activities.scan import Chunk, Record, Scan
from leadline_hubspot.activities.stages import OPT_OUT, STAGE, opt_outs, stage_changes
from leadline_hubspot.activities.values import said
from leadline_hubspot.api import rows_of

_ADDRESSES = ("email", "hs_additional_emails")
_HISTORY = (STAGE, OPT_OUT)
_WITH_HISTORY = 50  # contacts whose history one call brings
_GROUPS = 5  # of filters, in one search


class People:
    """Two feeds, `stages` and `counters`, out of one pass over the contacts."""

    name = "people"

    def __init__(self, pull: Pull) -> None:
        self._pull = pull
        self._stages = False
        self._counters: tuple[Counter, ...] = ()

    def probe(self) -> Feed:
        """The contacts' stages; what counters there are turns up with them."""
        api = self._pull.api
        feed = tried(
            "stages",
            frozenset({"stage_change", "unsubscribe"}),
            lambda: api.get(paths.OBJECTS, [("limit", 1)], kind="contacts"),
        )
        self._stages = feed.on
        return feed

    def counters(self, off: Sequence[str]) -> Feed:
        """The counters that stand in for the feeds that are off."""
        defined: set[str] = set()

        def ask() -> None:
            found = rows_of(self._pull.api.get(paths.PROPERTIES, kind="contacts"))
            defined.update(str(each.get("name")) for each in found)

        feed = tried("counters", frozenset(), ask)
        self._counters = usable(off, defined)
        types = frozenset(each.type for each in self._counters)
        why = feed.why or ("" if types else "everything that they count comes one by one")
        return Feed("counters", feed.on and bool(types), types, why)

    def without(self, feed: str) -> None:
        """Leave out one of the two, which the settings do not name."""
        if feed == "counters":
            self._counters = ()
        else:
            self._stages = False

    def read(self, memory: Memory, cursor: Cursor) -> Iterator[Page]:
        """Contacts that changed; a full sweep finds what moved no date."""
        clocks = dict.fromkeys(each.last for each in self._counters)
        scan = Scan(
            "contacts",
            [*_ADDRESSES, *_HISTORY, *properties_of(self._counters)],
            clocks=("lastmodifieddate", *clocks)[:_GROUPS],
            history=_HISTORY if self._stages else (),
            archived=False,
        )
        # With other counters than last time everybody is looked at anew.
        shape = ",".join(each.property for each in self._counters)
        start = cursor if cursor.get("shape") == shape else {}
        for chunk in scan.run(self._pull, start):
            rows = self._rows(memory, chunk)
            yield Page(rows, {**chunk.cursor, "shape": shape})

    def _rows(self, memory: Memory, chunk: Chunk) -> list[Activity]:
        records = {str(record["id"]): record for record in chunk.records}
        before = memory.seen(list(records))
        if not chunk.whole and self._stages:
            moved = [key for key, record in records.items() if _moved(record, before.get(key))]
            records |= self._with_history(moved, records)
        own = memory.own_writes(list(records))
        rows: list[Activity] = []
        looks: dict[str, Seen] = {}
        for key, record in records.items():
            properties = record.get("properties") or {}
            memory.learn(key, _addresses(properties))
            versions = record.get("propertiesWithHistory") or {}
            rows += stage_changes(key, versions.get(STAGE) or (), own)
            rows += opt_outs(key, versions.get(OPT_OUT) or ())
            seen = before.get(key)
            rows += withdrawn(self._counters, key, seen)
            rows += counted(self._counters, key, properties, seen, whole=chunk.whole)
            looks[key] = {**_state(properties), **look(self._counters, properties, seen)}
        memory.see({key: seen for key, seen in looks.items() if seen != before.get(key)})
        return rows

    def _with_history(self, ids: Sequence[str], records: Mapping[str, Record]) -> dict[str, Record]:
        """These contacts with their history. One that answers under another id was merged away."""
        found: dict[str, Record] = {}
        for start in range(0, len(ids), _WITH_HISTORY):
            body = {
                "properties": list(_HISTORY),
                "propertiesWithHistory": list(_HISTORY),
                "inputs": [{"id": key} for key in ids[start : start + _WITH_HISTORY]],
            }
            answer = self._pull.api.post(paths.BATCH_READ, body, kind="contacts")
            for read in rows_of(answer.body):
                key = str(read["id"])
                if key not in records:
                    continue
                versions = read.get("propertiesWithHistory")
                properties = {**(records[key].get("properties") or {}), **_told(read)}
                found[key] = {
                    **records[key],
                    "properties": properties,
                    "propertiesWithHistory": versions,
                }
        return found


def _told(read: Record) -> dict[str, Any]:
    """Stage and opt-out as the history's own answer has them: a search lags behind."""
    properties = read.get("properties") or {}
    return {name: properties[name] for name in _HISTORY if name in properties}


def _moved(record: Record, before: Seen | None) -> bool:
    """Whether stage or opt-out are others than when the contact was last seen."""
    now = _state(record.get("properties") or {})
    return before is None or any(now.get(name) != before.get(name) for name in _HISTORY)


def _state(properties: Mapping[str, object]) -> dict[str, str]:
    return {name: value for name in _HISTORY if (value := said(properties, name))}


def _addresses(properties: Mapping[str, object]) -> list[str]:
    texts = [said(properties, name) for name in _ADDRESSES]
    return [address for text in texts for address in text.split(";") if address.strip()]
