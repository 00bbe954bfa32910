"""Records of one kind, all of them or those that changed, by windows of their SystemModstamp.

The newest seconds are left to the next pull, and each pull begins some minutes before the last one
ended: a long transaction is seen only after later ones, with the stamp of when it began. A stamp on
the edge is read twice rather than never. Everything is asked for with the recycle bin, which also
holds the archive: activities of more than a year are in no other answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from leadline.connecting.feeds import Cursor
from leadline_salesforce import bulk, soql
from leadline_salesforce.activities.feeds import Pull
from leadline_salesforce.api import Refused, rows_of
from leadline_salesforce.values import Row, instant

_ROWS = 5_000  # of a Bulk table, at a time
_BEGINNING = datetime(1999, 1, 1, tzinfo=UTC)  # no org is older
_SHORTEST = timedelta(minutes=5)

# What a shorter window helps against. The second: more than 100,000 people and deals in one answer.
_TOO_MUCH = frozenset(["QUERY_TIMEOUT", "OPERATION_TOO_LARGE"])
_FORGOTTEN = "INVALID_QUERY_LOCATOR"


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some records, and where the scan goes on once they are committed."""

    rows: Sequence[Row]
    cursor: Cursor


@dataclass(frozen=True, slots=True)
class Scan:
    """How to go through one kind of record.

    stamp: the instant that each change moves. where: what holds for all that are read. also: the
    condition for what else is worth reading between two instants, though nobody changed it.
    """

    kind: str
    fields: Sequence[str]
    stamp: str = "SystemModstamp"
    where: Sequence[str] = ()
    also: Callable[[datetime, datetime], str] | None = None

    def run(self, pull: Pull, cursor: Cursor) -> Iterator[Chunk]:
        """Go on from a cursor; an empty one asks for every record.

        A cursor: `since` (all that changed before has been read), `swept` (when all were read).
        """
        read, swept = instant(cursor, "since"), instant(cursor, "swept")
        sweep = timedelta(days=pull.settings.full_sweep_days)
        if read is None or swept is None or pull.upto - swept >= sweep:
            read, since, swept = None, None, pull.upto
        else:
            # A clock that was set back must not turn the window round.
            since = min(read, pull.upto) - timedelta(seconds=pull.settings.lag_seconds)
        spans, forgotten = [_Span(since, pull.upto)], set[_Span]()
        while spans:
            span = spans.pop()
            try:
                for rows, reached in self._read(pull, span):
                    span = span.from_(reached)
                    read = max(filter(None, (read, span.since)), default=None)
                    yield Chunk(rows, _cursor(read, swept) if read else cursor)
            except Refused as refused:
                halves = span.halves()
                if refused.code == _FORGOTTEN and span not in forgotten:
                    forgotten.add(span)
                    spans.append(span)
                elif refused.code in _TOO_MUCH and halves:
                    spans += reversed(halves)
                else:
                    raise
        yield Chunk([], _cursor(pull.upto, swept))

    def _read(self, pull: Pull, span: _Span) -> Iterator[tuple[Sequence[Row], datetime | None]]:
        """The records of a span, each time with up to where it is all read; None: nothing yet."""
        first = span.since is None
        # To put millions of rows in order takes longer than to count them.
        body = pull.api.first_page(self._query(span, counted=first), deleted=True)
        if int(body.get("totalSize") or 0) > pull.settings.bulk_above:
            for table in bulk.read(pull.api, self._query(span, ordered=False), deleted=True):
                for start in range(0, table.num_rows, _ROWS):
                    yield table.slice(start, _ROWS).to_pylist(), None
            return
        if first:
            body = pull.api.first_page(self._query(span), deleted=True)
        while True:
            rows = rows_of(body)
            if rows:
                yield rows, instant(rows[-1], self.stamp)
            if body.get("done", True):
                return
            body = pull.api.next_page(str(body.get("nextRecordsUrl") or ""))

    def _query(self, span: _Span, *, ordered: bool = True, counted: bool = False) -> str:
        window = soql.window(self.stamp, span.since, span.upto)
        if self.also and span.since:
            window = [soql.any_of(" AND ".join(window), self.also(span.since, span.upto))]
        conditions = [*self.where, *window]
        if counted:
            return soql.count(self.kind, conditions)
        order = (self.stamp, "Id") if ordered else ()
        return soql.select(self.kind, self.fields, conditions, order)


@dataclass(frozen=True, slots=True)
class _Span:
    """What changed from an instant on and before another; None is the beginning."""

    since: datetime | None
    upto: datetime

    def from_(self, reached: datetime | None) -> _Span:
        """What is left of it, once all before an instant is read."""
        late = reached is not None and (self.since is None or reached > self.since)
        return replace(self, since=reached) if late else self

    def halves(self) -> list[_Span]:
        """The older half and the newer one; none of a span that is short."""
        begin = self.since or _BEGINNING
        middle = begin + (self.upto - begin) / 2
        if middle - begin < _SHORTEST:
            return []
        return [_Span(self.since, middle), _Span(middle, self.upto)]


def _cursor(since: datetime, swept: datetime) -> Cursor:
    return {"since": since.isoformat(), "swept": swept.isoformat()}
