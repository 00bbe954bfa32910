"""One pass over the objects of a stream: what there is or what changed, and what is gone.

The first pass reads everything. Each later one reads what was changed in a window of the org's
clock, with the recycle bin, which tells of deletions, merges and conversions. One in every
`full_sweep_days` goes through all ids as well: what left the bin leaves no other trace.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leadline.batches import Batch, Checkpoint, Source, Stream
from leadline.connecting.remembered import Ids, Remembered
from leadline.errors import SourceError
from leadline_salesforce import bulk, soql
from leadline_salesforce.answers import Json, rows_of
from leadline_salesforce.api import Api, Forbidden, Refused
from leadline_salesforce.ids import ID, beginning, missing
from leadline_salesforce.mapping import ACCOUNT, PERSON_ACCOUNT, PREFIXES, Layout, layout
from leadline_salesforce.position import Phase, Position, start
from leadline_salesforce.records import Reader, page_of, tidy
from leadline_salesforce.settings import SalesforceSettings

_log = logging.getLogger("leadline.salesforce")

_LOST = "INVALID_QUERY_LOCATOR"
_SLOW = ("QUERY_TIMEOUT", "QUERY_TOO_COMPLICATED", "OPERATION_TOO_LARGE")
_GONE_ROWS = 50_000
_RESTARTS = 3


def pull(
    source: Source, api: Api, stream: Stream, kinds: Sequence[str], since: Checkpoint | None
) -> Iterator[Batch]:
    """What changed of some objects since a checkpoint, all of it when there is none."""
    settings = source.settings_as(SalesforceSettings)
    # First, as it brings what the objects are like in the same call.
    counts = api.counts(kinds) if since is None else {}
    layouts = _layouts(source, api, kinds)
    remembered = Remembered(source.state / stream.value, ID)
    position = start(since, settings, api.server_now())
    if since is None:
        # A checkpoint that is asked for later may still name the files: none is deleted.
        position = replace(position, ids=remembered.latest())
    else:
        sets = (position.ids, position.names)
        remembered.keep_only([name for each in sets for name in (each, _told(each))])
    reading = _Pass(Reader(source, stream), api, settings, remembered, layouts, counts, position)
    yield from reading.run()


def _layouts(source: Source, api: Api, kinds: Sequence[str]) -> list[Layout | None]:
    """What is read of each object; None for one that the user may not read."""
    described = api.describe_all(kinds)
    layouts = [
        layout(source, one) if (one := described[kind]) is not None and one.queryable else None
        for kind in kinds
    ]
    if not any(layouts):
        raise SourceError(
            f"the user may not read {' or '.join(kinds)} in Salesforce: give its profile or a "
            "permission set of its the right to read them"
        )
    for of in filter(None, layouts):
        for fact, name in of.missing.items():
            _log.warning(
                "source '%s': Salesforce shows this user no field %s.%s, so that %s is unknown; "
                "`leadline check` tells more",
                *(source.name, of.kind, name, fact),
            )
    return layouts


@dataclass(slots=True)
class _Pass:
    """A pass under way; `position` is what the next batch's checkpoint says.

    layouts: one for each object, None for one that the user may not read. counts: records of each
    object, as far as they were counted beforehand. known: something was read before, so that the
    recycle bin tells of it. no_bulk: the org or the user has no Bulk API.
    """

    reader: Reader
    api: Api
    settings: SalesforceSettings
    remembered: Remembered
    layouts: Sequence[Layout | None]
    counts: Mapping[str, int | None]
    position: Position
    known: bool = field(init=False)
    no_bulk: bool = False

    def __post_init__(self) -> None:
        self.known = self.position.since is not None or bool(
            len(self.remembered.ids(self.position.ids))
        )

    def run(self) -> Iterator[Batch]:
        if self.position.phase is Phase.ROWS:
            while self.position.place < len(self.layouts):
                if of := self.layouts[self.position.place]:
                    yield from self._object(of)
                self.position = self.position.next_object()
            self.position = replace(self.position, phase=Phase.GONE, place=0)
        if self.position.sweeping:
            yield from self._gone()
        self.position = self.position.done()
        yield self.reader.gone([], self.position.as_checkpoint())

    # --- one object

    def _object(self, of: Layout) -> Iterator[Batch]:
        """Its records from the position on; from the start where the org has forgotten them."""
        for _ in range(_RESTARTS):
            try:
                yield from self._bulk(of) if self._by_bulk(of) else self._rest(of)
                return
            except Refused as refused:
                if not self.position.locator or not _is_lost(refused):
                    raise
                self.position = self.position.at("", "")
        raise SourceError(
            f"Salesforce forgets its answer about {of.kind} while it is read; sync again"
        )

    def _by_bulk(self, of: Layout) -> bool:
        if self.position.locator:
            return bool(self.position.job)
        many = (self.counts.get(of.kind) or 0) > self.settings.bulk_above
        return not self.no_bulk and (many or not soql.fits(self._query(of)))

    def _rest(self, of: Layout) -> Iterator[Batch]:
        """A query's pages, or those of a Bulk job where the first one tells of many."""
        if self.position.locator:
            page = self.api.next_page(self.position.locator)
        else:
            try:
                page = self.api.first_page(self._query(of, ordered=True), deleted=self.known)
            except Refused as refused:
                if refused.code not in _SLOW or self.no_bulk:
                    raise
                yield from self._bulk(of)
                return
            if not page.get("done", True) and self._is_many(of, page):
                yield from self._bulk(of)
                return
        while True:
            rows, following = rows_of(page), str(page.get("nextRecordsUrl") or "")
            over = bool(page.get("done", True))
            yield from self._batch(page_of(rows, of), of, "", "" if over else following)
            if over:
                return
            page = self.api.next_page(following)

    def _is_many(self, of: Layout, page: Json) -> bool:
        """Whether Bulk takes fewer calls than the pages that are left."""
        unforeseen = not self.no_bulk and self.counts.get(of.kind) is None
        return unforeseen and int(page.get("totalSize") or 0) > self.settings.bulk_above

    def _bulk(self, of: Layout) -> Iterator[Batch]:
        job, locator = self.position.job, self.position.locator
        if not job:
            try:
                job = bulk.start(self.api, self._query(of), deleted=self.known)
            except Forbidden:
                # Pages do as well, if slower.
                self.no_bulk = True
                yield from self._rest(of)
                return
        expected = self.counts.get(of.kind) or 0
        for page, following in bulk.pages(self.api, job, locator, expected=expected):
            yield from self._batch(tidy(page, of), of, job if following else "", following)

    def _query(self, of: Layout, *, ordered: bool = False) -> str:
        where = [*_kept(of), *soql.window(of.stamp, *self.position.window)]
        order = (of.stamp, "Id") if ordered and self.position.since is not None else ()
        return soql.select(of.kind, of.names, where, order)

    def _batch(self, page: pa.Table, of: Layout, job: str, locator: str) -> Iterator[Batch]:
        """A page as a batch, whose checkpoint leads to the next page or to the next object."""
        here = self.position.at(job, locator)
        self.position = here
        if not len(page):
            return
        self._remember(page)
        after = here if locator else here.next_object()
        yield self.reader.batch(page, of, after.as_checkpoint())

    # --- what is gone

    def _remember(self, page: pa.Table) -> None:
        """Keep the ids met, and apart from them those that were told of as deleted or merged."""
        ids, name = page["Id"], self.position.names
        told = self.reader.told(page)
        self.remembered.add(name, ids.filter(pc.invert(self.reader.deleted(page))).to_pylist())
        if pc.any(told).as_py():
            self.remembered.add(_told(name), ids.filter(told).to_pylist())
        if self.known:
            for each in {name, self.position.ids} - {""}:
                self.remembered.drop(_told(each), ids.filter(pc.invert(told)).to_pylist())

    def _gone(self) -> Iterator[Batch]:
        """Records that were met before and that nothing is said of any more."""
        if self.position.since is not None:
            while self.position.place < len(self.layouts):
                if of := self.layouts[self.position.place]:
                    for ids in self._all_ids(of):
                        self.remembered.add(self.position.names, ids)
                self.position = self.position.next_object()
        name, old = self.position.names, self.position.ids
        every, here = self.remembered.ids(old), self.remembered.ids(name)
        before = beginning(every, [PREFIXES[of.kind] for of in self.layouts if of])
        told = self.remembered.ids(_told(old))
        said = np.union1d(told, self.remembered.ids(_told(name)))
        for gone in missing(before, np.union1d(here, said), _GONE_ROWS):
            yield self.reader.gone(gone, self.position.as_checkpoint())
        if old != name:
            # Of an object that the user may not read any more nothing is known: its records stay.
            self._carry_over(name, np.setdiff1d(every, before, assume_unique=True))
            # A converted lead that is deleted one day stays a part of its contact.
            self._carry_over(_told(name), np.intersect1d(told, here))

    def _carry_over(self, name: str, ids: Ids) -> None:
        if len(ids):
            self.remembered.add(name, ids.astype(str).tolist())

    def _all_ids(self, of: Layout) -> Iterator[list[str]]:
        """The ids of all records that there are, page by page."""
        text = soql.select(of.kind, ["Id"], _kept(of))
        many = len(self.remembered.ids(self.position.ids)) > self.settings.bulk_above
        if many and not self.no_bulk:
            try:
                yield from (
                    page["Id"].to_pylist() for page in bulk.read(self.api, text) if len(page)
                )
                return
            except Forbidden:
                self.no_bulk = True
        for rows in self.api.query(text):
            yield [str(row["Id"]) for row in rows]


def _kept(of: Layout) -> list[str]:
    """What keeps persons out of the companies: each has an account of its own."""
    if of.kind == ACCOUNT and PERSON_ACCOUNT in of.infos:
        return [soql.compare(PERSON_ACCOUNT, "=", False)]
    return []


def _is_lost(refused: Refused) -> bool:
    """True where the org has forgotten a query, a job or its page."""
    return refused.code == _LOST or refused.status == 404


def _told(name: str) -> str:
    """Names the ids that were told of as deleted, merged or converted."""
    return f"{name}-told" if name else ""
