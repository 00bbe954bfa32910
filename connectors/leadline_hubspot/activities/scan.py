"""Records of one kind, all of them or those that changed, whatever order HubSpot answers in.

The first pass and each full sweep list; in between, records are searched by keyset: modified since,
id above the last one seen, sorted by id. The window has no upper end, since a record that changes
meanwhile may be read twice but is never missed. Rows out of order have the ids between them asked
for again, in smaller ranges.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leadline.connecting.feeds import Cursor
from leadline.errors import SourceError
from leadline_hubspot import paths
from leadline_hubspot.activities.feeds import DAY, MINUTE, Pull
from leadline_hubspot.api import next_after, rows_of
from leadline_hubspot.instants import instant

_LIST, _LIST_WITH_HISTORY, _SEARCH = 100, 50, 200
_CALCULATED = 60 * MINUTE
_CHUNK = 1_000  # as many records have their associations read in one call

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some records. whole: they come from a list of all; archived: they are deleted."""

    records: Sequence[Record]
    cursor: Cursor
    whole: bool = False
    archived: bool = False


@dataclass(frozen=True, slots=True)
class Scan:
    """How to go through one kind of record.

    clocks: date properties, at most five; a record that any of them moved is read. history:
    properties whose versions the lists bring. look_back: how far back, once a day, changed records
    are read again, in milliseconds.
    """

    kind: str
    properties: Sequence[str]
    clocks: Sequence[str] = ("hs_lastmodifieddate",)
    history: Sequence[str] = ()
    archived: bool = True
    look_back: int = 0

    def run(self, pull: Pull, cursor: Cursor) -> Iterator[Chunk]:
        """Go on from a cursor; an empty one asks for every record.

        A cursor: `since` (how far changes are known), `swept` and `looked` (when all were listed,
        and when the scan last looked back); while under way, also `begun`, `top`, and `after`.
        """
        now = pull.started
        under_way = "begun" in cursor
        due = now - int(cursor.get("swept", 0)) >= pull.settings.full_sweep_days * DAY
        if cursor.get("listing") or (not under_way and due):
            yield from self._list(pull, cursor if under_way else {**cursor, "begun": now})
            return
        yield from self._search(pull, cursor if under_way else {**cursor, "begun": now})

    # --- all of them

    def _list(self, pull: Pull, cursor: Cursor) -> Iterator[Chunk]:
        at = {"listing": "live", "top": 0, "after": "", **cursor}
        while at["listing"]:
            archived = at["listing"] == "archived"
            records, following = self._pages(pull, str(at["after"]), archived)
            at["top"] = max([int(at["top"]), *(self._moved(record) for record in records)])
            at["after"] = following
            if not following:
                at["listing"] = "archived" if self.archived and not archived else ""
            done = at if at["listing"] else self._done(pull, at, swept=int(at["begun"]))
            yield Chunk(records, dict(done), whole=True, archived=archived)

    def _pages(self, pull: Pull, start: str, archived: bool) -> tuple[list[Record], str]:
        """About a thousand records from here on, and where the next ones begin."""
        records: list[Record] = []
        while len(records) < _CHUNK:
            query = self._query(start, archived, pull.settings.page_size)
            page = pull.api.get(paths.OBJECTS, query, kind=self.kind)
            records += rows_of(page)
            following = next_after(page)
            if not following or following == start:
                return records, ""
            start = following
        return records, start

    def _query(self, start: str, archived: bool, size: int) -> list[tuple[str, object]]:
        history = () if archived else self.history
        query: list[tuple[str, object]] = [
            ("limit", min(size, _LIST_WITH_HISTORY if history else _LIST)),
            ("properties", ",".join(self.properties)),
            *([("propertiesWithHistory", ",".join(history))] if history else []),
            *([("archived", "true")] if archived else []),
        ]
        return [*query, ("after", start)] if start else query

    # --- what changed

    def _search(self, pull: Pull, cursor: Cursor) -> Iterator[Chunk]:
        at = {"top": int(cursor.get("since", 0)), "after": 0, **cursor}
        now = int(at["begun"])
        look = self.look_back > 0 and now - int(at.get("looked", 0)) >= DAY
        # HubSpot answers 500 at the epoch itself.
        since = max(1_000, int(at.get("since", 0)) - (self.look_back if look else 0))
        for records, last in self._changed(pull, since, int(at["after"])):
            at["top"] = max([int(at["top"]), *(self._moved(record) for record in records)])
            at["after"] = last
            done = last is None
            looked = now if look else None
            yield Chunk(records, self._done(pull, at, looked=looked) if done else dict(at))

    def _changed(
        self, pull: Pull, since: int, start: int
    ) -> Iterator[tuple[list[Record], int | None]]:
        """What changed above an id, and up to where it is all there; None at the end."""
        records: dict[str, Record] = {}
        ranges: list[tuple[int, int | None]] = [(start, None)]
        while ranges:
            low, high = ranges.pop()
            body = self._body(since, low, high)
            page = pull.api.post(paths.SEARCH, body, kind=self.kind).body
            found, total = rows_of(page), page.get("total")
            ids = [int(record["id"]) for record in found]
            if not isinstance(total, int) or (total > 0 and not ids):
                raise SourceError(
                    f"HubSpot's search for {self.kind} answered {total} in all and "
                    f"{len(ids)} rows; this cannot be: sync again later"
                )
            if total <= len(ids):
                reached = high
            elif ids == sorted(ids):
                reached = ids[-1]
                ranges.append((reached, high))
            else:
                # Out of order, so that others may lie between these: a smaller range at a time.
                middle = sorted(ids)[len(ids) // 2]
                ranges += [(middle, high), (low, middle)]
                continue
            records |= {str(record["id"]): record for record in found}
            if len(records) >= _CHUNK and ranges and reached is not None:
                yield list(records.values()), reached
                records = {}
        yield list(records.values()), None

    def _body(self, since: int, low: int, high: int | None) -> dict[str, object]:
        within = [{"propertyName": "hs_object_id", "operator": "GT", "value": str(low)}]
        if high is not None:
            within.append({"propertyName": "hs_object_id", "operator": "LTE", "value": str(high)})
        # HubSpot sets what it calculates some time after the instant that it sets it to.
        late = max(1_000, since - _CALCULATED)
        return {
            "filterGroups": [
                {
                    "filters": [
                        {
                            "propertyName": clock,
                            "operator": "GTE",
                            "value": str(since if clock == self.clocks[0] else late),
                        },
                        *within,
                    ]
                }
                for clock in self.clocks
            ],
            "properties": list(dict.fromkeys([*self.properties, *self.clocks])),
            "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
            "limit": _SEARCH,
        }

    # --- cursors

    def _moved(self, record: Record) -> int:
        """When the record changed last; the cursor never passes what was seen."""
        return instant(record.get("updatedAt")) or 0

    def _done(
        self, pull: Pull, at: Cursor, *, swept: int | None = None, looked: int | None = None
    ) -> dict[str, Any]:
        """The cursor after a whole pass: behind what was seen and behind the pass's own start."""
        newest = min(int(at["top"]), int(at["begun"]))
        since = max(int(at.get("since", 0)), newest - pull.lag)
        return {
            "since": since,
            "swept": swept if swept is not None else at.get("swept", 0),
            "looked": looked if looked is not None else at.get("looked", at["begun"]),
        }
