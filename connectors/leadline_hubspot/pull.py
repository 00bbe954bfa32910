"""One pass over a kind of record: what there is or what changed, what was deleted, what is gone.

The first pass lists everything, and so does one in every `full_sweep_days`; those between search
for what was modified. What a search cannot tell comes from the list of deleted records.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar
from urllib.parse import quote

import numpy as np

from leadline.batches import Batch, Checkpoint
from leadline.connecting.remembered import Remembered
from leadline.errors import SourceError
from leadline_hubspot import paths
from leadline_hubspot.ahead import in_order, one_ahead, together
from leadline_hubspot.answers import Json, named_ids, next_after, rows_of
from leadline_hubspot.api import Api
from leadline_hubspot.instants import now_ms
from leadline_hubspot.mapping import MERGED_IDS, MERGED_VIDS, merged_ids
from leadline_hubspot.position import Phase, Position, start
from leadline_hubspot.records import Reader, Sorted
from leadline_hubspot.search import Search
from leadline_hubspot.settings import HubSpotSettings

T = TypeVar("T")

# Longer lists of properties do not fit into an address: they go into the body of a second call.
_LONGEST_QUERY = 6_000

# Pages to a batch: with one alone a row costs three times the CPU, as Arrow works by column.
_TOGETHER = 10
_LARGEST_PAGE = 100

_ID = np.dtype(np.int64)


def pull(reader: Reader, api: Api, since: Checkpoint | None) -> Iterator[Batch]:
    """What changed since a checkpoint, all of it when there is none."""
    settings = reader.source.settings_as(HubSpotSettings)
    remembered = Remembered(reader.source.state / reader.kind, _ID)
    position = start(since, settings, now_ms())
    if since is None:
        # A checkpoint that is asked for later may still name the files: none is deleted.
        position = replace(position, ids=remembered.latest())
    else:
        sweep = str(position.started) if position.sweeping else ""
        remembered.keep_only([position.ids, sweep, position.archive, _back(position)])
    archived = frozenset(remembered.ids(position.archive).tolist())
    yield from _Pass(reader, api, settings, remembered, archived, position).run()


@dataclass(frozen=True, slots=True)
class _Read:
    """Records that came, and the ids that were asked for and of which nothing was said."""

    came: Sorted
    unanswered: Sequence[str] = ()


@dataclass(slots=True)
class _Pass:
    """A pass under way; `position` is what the next batch's checkpoint says.

    archived: the ids that the list of deleted records held when it was last read.
    merged: records met that went into others, and into which; only of this process.
    """

    reader: Reader
    api: Api
    settings: HubSpotSettings
    remembered: Remembered
    archived: frozenset[int]
    position: Position
    merged: dict[str, str] = field(default_factory=dict)

    def run(self) -> Iterator[Batch]:
        if self.position.phase is Phase.LIVE:
            yield from self._listed() if self.position.sweeping else self._changed()
            self.position = replace(self.position, phase=Phase.ARCHIVED, after="")
        if self.position.phase is Phase.ARCHIVED:
            if self.position.sweeping or self.position.started >= self.position.archive_due:
                yield from self._archived()
            self.position = replace(self.position, phase=Phase.GONE)
        if self.position.sweeping:
            yield from self._vanished()
        self.position = self.position.done()
        yield self.reader.gone_batch({}, self.position)

    # --- what there is

    def _listed(self) -> Iterator[Batch]:
        """All live records by the list; a second call where the properties are too many for it."""
        names = self.reader.properties
        short = len(quote(",".join(names), safe=",")) <= _LONGEST_QUERY
        after = self.position.after
        if short:
            # Read where the page was parsed: objects that are let go of early cost least.
            whole = self._pages(after, {"properties": names}, self.reader.sorted)
            yield from self._batches((_Read(came), then or "") for came, then in whole)
            return
        listed = self._pages(after, {}, lambda rows: list(_ids(rows)))
        reads = in_order(listed, lambda page: self._read(page[0]), self.settings.workers)
        yield from self._batches((read, then or "") for (_, then), read in reads)

    def _changed(self) -> Iterator[Batch]:
        """The live records that a search finds, read by their ids."""
        since, size = self.position.since or 0, self.settings.page_size
        search = Search(self.api, self.reader.kind, self.reader.modified, since, 2 * size)
        chunks = (
            group[place : place + size]
            for group in search.ids(int(self.position.after or 0))
            for place in range(0, len(group), size)
        )
        reads = in_order(chunks, lambda chunk: self._read(map(str, chunk)), self.settings.workers)
        yield from self._batches((read, str(ids[-1])) for ids, read in reads)

    def _batches(self, came: Iterable[tuple[_Read, str]]) -> Iterator[Batch]:
        """Answers, each with where to go on after it, as batches of several."""
        whole = self.settings.page_size == _LARGEST_PAGE
        for group in together(came, _TOGETHER if whole else 1):
            read = _Read(
                Sorted.joined([each.came for each, _ in group]),
                [one for each, _ in group for one in each.unanswered],
            )
            later = (after for _, after in reversed(group) if after)
            yield self._batch(read, next(later, self.position.after))

    def _batch(self, read: _Read, after: str) -> Batch:
        came = read.came
        ids = [one for one in came.ids if one.isdigit()]
        self.position = replace(self.position.met(came.latest), after=after)
        name = str(self.position.started) if self.position.sweeping else self.position.ids
        if ids and name:
            self.remembered.add(name, ids)
        if self.archived and (back := [one for one in ids if int(one) in self.archived]):
            # Should they be deleted once more, that is news again.
            self.remembered.add(_back(self.position), back)
        self.merged |= came.merged
        return self.reader.batch(came, self.position, read.unanswered)

    # --- what is not there any more

    def _archived(self) -> Iterator[Batch]:
        """Newly deleted records, and those of the ones deleted before that are back."""
        known = self.archived - set(self.remembered.ids(_back(self.position)).tolist())
        found, pages = list[str](), 0
        query = {"archived": True, "properties": (MERGED_IDS, MERGED_VIDS)}
        for rows, _ in self._pages("", query, list):
            pages += 1
            found += _ids(rows)
            fresh = [row for row in rows for one in _ids([row]) if int(one) not in known]
            # What had gone into a record before it was deleted may never have been told.
            deleted: dict[str, str | None] = {
                one: str(row["id"]) for row in fresh for one in merged_ids(row)
            }
            deleted |= {one: self.merged.get(one) for one in _ids(fresh)}
            if deleted:
                yield self.reader.gone_batch(deleted, self.position)
        back = self.archived.difference(map(int, found))
        for batch, _ in self._checked(map(str, sorted(back))):
            yield batch
        self.position = self.position.archived_in(pages, self.remembered.keep(found))

    def _vanished(self) -> Iterator[Batch]:
        """Records that were met before and are in neither list now: erased for good, or merged."""
        before = self.remembered.ids(self.position.ids)
        here = self.remembered.ids(str(self.position.started))
        archived = self.remembered.ids(self.position.archive)
        missing = np.setdiff1d(before, np.union1d(here, archived))
        for batch, gone in self._checked(map(str, missing.tolist())):
            yield batch
            if gone:
                yield self.reader.gone_batch(gone, self.position)

    def _checked(self, ids: Iterable[str]) -> Iterator[tuple[Batch, dict[str, str | None]]]:
        """Ask for records one by one id: those that are there, and what became of the others."""
        size = self.settings.page_size
        every = [one for one in ids if one not in self.merged]
        chunks = [every[place : place + size] for place in range(0, len(every), size)]
        for chunk, read in in_order(chunks, self._read, self.settings.workers):
            batch = self._batch(read, self.position.after)
            there = {*read.came.ids, *read.unanswered}
            yield batch, {one: self.merged.get(one) for one in chunk if one not in there}

    # --- calls

    def _pages(
        self, after: str, query: dict[str, object], use: Callable[[list[Json]], T]
    ) -> Iterator[tuple[T, str | None]]:
        """What is made of each page of the list from `after` on, with where the next one starts."""

        def page(start_at: str) -> tuple[str, T, str | None]:
            asked = {"limit": self.settings.page_size, **query, "after": start_at or None}
            body = self.api.get(paths.OBJECTS, asked.items(), kind=self.reader.kind)
            return start_at, use(rows_of(body)), next_after(body)

        def following(result: tuple[str, T, str | None]) -> str | None:
            started, _, then = result
            if then is not None and then == started:
                raise SourceError(
                    f"HubSpot's list of {self.reader.kind} does not get past {then}; sync again"
                )
            return then

        for _, used, then in one_ahead(after, page, following):
            yield used, then

    def _read(self, ids: Iterable[str]) -> _Read:
        return _read(self.reader, self.api, list(ids))


def read_records(reader: Reader, api: Api, ids: Sequence[str]) -> Iterator[Batch]:
    """The records of these ids as they are now, and those of them that are no more.

    For no pass: the batches' checkpoints say nothing about how far the whole has come.
    """
    settings = reader.source.settings_as(HubSpotSettings)
    position = Position(Phase.DONE, started=now_ms())
    size = settings.page_size
    chunks = [ids[place : place + size] for place in range(0, len(ids), size)]
    for chunk, read in in_order(
        chunks, lambda chunk: _read(reader, api, list(chunk)), settings.workers
    ):
        yield reader.batch(read.came, position, read.unanswered)
        there = {*read.came.ids, *read.came.merged, *read.unanswered}
        if gone := [one for one in chunk if one not in there]:
            yield reader.gone_batch(dict.fromkeys(gone), position)


def _read(reader: Reader, api: Api, asked: Sequence[str]) -> _Read:
    """The records of up to 100 ids; one that was merged answers under its new id."""
    records, unanswered = _read_once(reader, api, asked) if asked else ([], [])
    if unanswered:
        again, unanswered = _read_once(reader, api, unanswered)
        records = [*records, *again]
    return _Read(reader.sorted(records), unanswered)


def _read_once(reader: Reader, api: Api, ids: Sequence[str]) -> tuple[list[Json], list[str]]:
    """The records of some ids, and the ids of which nothing is said."""
    body: Json = {
        "inputs": [{"id": one} for one in ids],
        "properties": list(reader.properties),
        "propertiesWithHistory": [],
    }
    answer = api.post(paths.BATCH_READ, body, kind=reader.kind).body
    records = rows_of(answer)
    said = {*_ids(records), *_not_found(answer)}
    said |= {one for record in records for one in merged_ids(record)}
    return records, [one for one in ids if one not in said]


def _ids(records: Iterable[Json]) -> Iterator[str]:
    for record in records:
        if isinstance(record, dict) and (one := str(record.get("id"))).isdigit():
            yield one


def _not_found(body: Json) -> Iterator[str]:
    """The ids that an answer in parts says are not there."""
    for error in body.get("errors") or ():
        if error.get("category") == "OBJECT_NOT_FOUND":
            yield from named_ids(error)


def _back(position: Position) -> str:
    """Names the remembered records that were deleted and have been met alive since."""
    return f"{position.archive}-back" if position.archive else ""
