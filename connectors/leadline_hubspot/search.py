"""The ids of all records modified since an instant, by the search endpoint.

A search answers 10,000 rows at most and forgets the order now and then. So the search always asks
for the ids above the last one it has, never for an offset, and counts: the next answer's total must
be smaller by exactly the rows that came. Where it is not, the range is asked for again in halves
until each half comes whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from leadline.errors import SourceError
from leadline_hubspot import paths
from leadline_hubspot.answers import Json, rows_of
from leadline_hubspot.api import Api

MOST = 200  # rows that a search answers at once


@dataclass(frozen=True, slots=True)
class _Page:
    """An answer: the ids above `low`, ascending; of how many; and whether they came so."""

    low: int
    ids: tuple[int, ...]
    total: int
    ascending: bool

    @property
    def whole(self) -> bool:
        return self.total <= len(self.ids)

    @property
    def last(self) -> int:
        return self.ids[-1]


@dataclass(frozen=True, slots=True)
class Search:
    """One search: the kind's records whose `modified` property is `since` or later (ms)."""

    api: Api
    kind: str
    modified: str
    since: int
    limit: int = MOST

    def ids(self, after: int = 0) -> Iterator[tuple[int, ...]]:
        """Ids above `after`, ascending, in groups of `limit` or a little more; none is left out."""
        page = self._page(after)
        while page.ids:
            if page.whole:
                yield page.ids
                return
            following = self._page(page.last)
            yield page.ids if _fits(page, following) else tuple(self._all(page.low, page.last))
            page = following

    def _all(self, low: int, high: int) -> list[int]:
        """Every id above `low` up to `high`, whatever the order of the answers."""
        page = self._page(low, high)
        if page.whole:
            return list(page.ids)
        if high - low < 2:
            raise SourceError(
                f"HubSpot's search counts {page.total} {self.kind} with the one id {high}; this "
                "cannot be: sync again later"
            )
        middle = page.ids[len(page.ids) // 2 - 1] if len(page.ids) > 1 else (low + high) // 2
        return self._all(low, middle) + self._all(middle, high)

    def _page(self, low: int, high: int | None = None) -> _Page:
        filters: list[Json] = [_filter(self.modified, "GTE", self.since)]
        if low:
            filters.append(_filter("hs_object_id", "GT", low))
        if high is not None:
            filters.append(_filter("hs_object_id", "LTE", high))
        body = self.api.post(
            paths.SEARCH,
            {
                "filterGroups": [{"filters": filters}],
                "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
                "properties": ["hs_object_id"],
                "limit": self.limit,
            },
            kind=self.kind,
        ).body
        came = [int(row["id"]) for row in rows_of(body)]
        ids = sorted({one for one in came if one > low and (high is None or one <= high)})
        total = body.get("total")
        if not isinstance(total, int) or (total > 0 and not ids):
            raise SourceError(
                f"HubSpot's search for {self.kind} answered {total} in all and {len(came)} rows; "
                "this cannot be: sync again later"
            )
        return _Page(low, tuple(ids), total, ascending=came == ids)


def _fits(page: _Page, following: _Page) -> bool:
    """True when nothing can be missing from a page, by what the next one counts.

    Records that change meanwhile may add to the count; that is believed of ordered answers only.
    """
    left = page.total - len(page.ids)
    return following.total == left or (page.ascending and following.total > left)


def _filter(name: str, operator: str, value: int) -> Json:
    return {"propertyName": name, "operator": operator, "value": str(value)}
