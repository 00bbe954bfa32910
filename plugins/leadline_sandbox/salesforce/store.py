"""The org's state: records of every kind, who may see what, and what the platform does by itself.

Tests edit it under a connector's feet; every public method holds the lock and is safe to call from
any thread. Refusals are `Problem`s, those that the API answers.
"""

from __future__ import annotations

import heapq
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from leadline_sandbox.clock import Clock
from leadline_sandbox.locking import locked
from leadline_sandbox.salesforce import applying, converting, merging, personal
from leadline_sandbox.salesforce.access import Access
from leadline_sandbox.salesforce.acquainting import acquaint
from leadline_sandbox.salesforce.deriving import archived, derive
from leadline_sandbox.salesforce.fields import Field
from leadline_sandbox.salesforce.history import TRACKED, leave_history
from leadline_sandbox.salesforce.ids import full, made_id
from leadline_sandbox.salesforce.instants import kept
from leadline_sandbox.salesforce.kinds import ACTIVITIES, Kind, kinds
from leadline_sandbox.salesforce.options import Options
from leadline_sandbox.salesforce.problems import deleted, no_column, no_reference, no_type
from leadline_sandbox.salesforce.records import Record, Values

Instant = datetime | str | None
Rule = tuple[Callable[[Record], bool], str]


class Store:
    """Everything that the org knows. tracked: the fields whose changes leave history rows."""

    def __init__(self, options: Options, clock: Clock) -> None:
        self.options, self.clock = options, clock
        self.lock = threading.RLock()
        self.schema: dict[str, Kind] = kinds(options)
        self.access = Access(self)
        self.tracked = {kind: set(fields) for kind, fields in TRACKED.items()}
        self.rules: dict[str, list[Rule]] = {}
        self.row_locks: dict[tuple[str, str], int] = {}
        self.held: dict[str, float] = {}  # parent → when the last write of a child ended
        self.log: list[tuple[str, str, str]] = []  # deletions: kind, id, instant
        self._tables: dict[str, dict[str, Record]] = {name: {} for name in self.schema}
        self._numbers: dict[str, int] = {}
        self._fallen: dict[str, list[Record]] = {}  # id → what was deleted along with it
        self._later: list[tuple[str, int, Callable[[], object]]] = []
        self._day = ""
        self.user = made_id("005", 1)  # the integration user
        self.rep = made_id("005", 2)  # who edits in the org's own pages
        self.assigned = made_id("005", 3)  # to whom the assignment rule gives leads

    @locked
    def create(
        self,
        kind: str,
        values: Mapping[str, Any],
        *,
        id: str | None = None,
        created: Instant = None,
        modified: Instant = None,
        user: str = "",
    ) -> Record:
        """A new record, as if somebody had typed it in: any field may be given, unchecked."""
        record = self._made(kind, values, id, created, modified, user)
        born = self.stamp(created)
        self._defer(lambda: self._enter(record, born))
        return record

    @locked
    def insert(self, kind: str, values: Mapping[str, Any], *, user: str) -> Record:
        """A new record that is there at once, as an API writes it, whatever the commit lag."""
        record = self._made(kind, values, None, None, None, user)
        self._enter(record, self.stamp())
        return record

    @locked
    def update(
        self,
        kind: str,
        id: str,
        values: Mapping[str, Any],
        *,
        user: str = "",
        system: bool = False,
        modified: Instant = None,
    ) -> Record:
        """Change a record; system: the platform does, so that only SystemModstamp moves."""
        record = self.live(kind, id)
        at = self.stamp(modified)
        moved = self.checked(kind, values)
        self._defer(lambda: self.write(record, moved, user=user, system=system, at=at))
        return record

    @locked
    def put(self, kind: str, values: Values) -> Record:
        """Take values as they are: nothing is filled in but an id and what follows."""
        filled = {name: value for name, value in values.items() if value is not None}
        if "Id" not in filled:
            filled["Id"] = self.new_id(self.schema[kind].prefix)
        record = Record(kind, filled)
        self._enter(record, values["CreatedDate"], tell=False)
        return record

    @locked
    def delete(self, kind: str, id: str) -> None:
        """Put a record into the recycle bin, and with it what belongs to it."""
        record = self.live(kind, id)
        self._defer(lambda: self.drop(record))

    @locked
    def undelete(self, kind: str, id: str) -> Record:
        """Bring a record back with what went along; whoever was merged away is alone again."""
        record = self._tables[kind].get(full(id))
        if record is None or not record.deleted:
            raise no_reference(id)
        for each in (record, *self._fallen.pop(record.id, ())):
            each.deleted_at = ""
            back: Values = {"IsDeleted": False}
            if each.values.get("MasterRecordId"):
                back["MasterRecordId"] = None
            self.write(each, back, system=True)
        return record

    @locked
    def purge(self, kind: str, id: str) -> None:
        """Take a record out of the recycle bin, or away at once, for good."""
        self._commit()
        record = self._tables[kind].get(full(id))
        if record is None:
            raise no_reference(id)
        if not record.deleted:
            self.drop(record)
        self._forget(record)

    @locked
    def merge(self, kind: str, winner: str, *losers: str) -> Record:
        """One or two records go into another one of their kind."""
        self._commit()
        return merging.merge(self, kind, winner, losers)

    @locked
    def convert(
        self,
        lead_id: str,
        *,
        account_id: str | None = None,
        contact_id: str | None = None,
        opportunity: bool = True,
    ) -> str:
        """Make a lead a contact, a new one or one that is there; answers the contact's id."""
        self._commit()
        return converting.convert(self, lead_id, account_id, contact_id, opportunity)

    @locked
    def apply(self, kind: str, rows: applying.Rows, **manner: Any) -> list[applying.Outcome]:
        """Write rows as an API does (see `applying.Manner`): one outcome per row, in order."""
        self.settle()
        return applying.apply(self, kind, rows, applying.Manner(**manner))

    @locked
    def get(self, kind: str, id: str) -> Record | None:
        """The record of an id of 15 or 18 characters, a deleted one too."""
        self.settle()
        return self._tables[self.kind(kind).name].get(full(id))

    @locked
    def records(self, kind: str, deleted: bool = False) -> list[Record]:
        """All live (or deleted) records in the order of their making."""
        self.settle()
        return [each for each in self._tables[kind].values() if each.deleted is deleted]

    @locked
    def hide(self, kind: str, field: str | None = None) -> None:
        """Keep a field, or the whole kind, from the integration user."""
        self.access.hidden.add((self.kind(kind).name, field))

    @locked
    def show(self, kind: str, field: str | None = None) -> None:
        """Let the integration user see it again."""
        self.access.hidden.discard((kind, field))

    @locked
    def protect(self, kind: str, field: str) -> None:
        """Let the integration user read a field and not edit it."""
        self.access.protected.add((kind, field))

    @locked
    def add_field(self, kind: str, field: Field) -> None:
        """A new custom field; one with `made` is seen by nobody without a permission set."""
        self.kind(kind).fields[field.name] = field

    @locked
    def add_rule(self, kind: str, check: Callable[[Record], bool], message: str) -> None:
        """A validation rule: a write that leaves a record for which `check` is false is refused."""
        self.rules.setdefault(kind, []).append((check, message))

    @locked
    def lock_row(self, kind: str, id: str, times: int = 1) -> None:
        """Let the next attempts to write a record find it locked."""
        self.row_locks[kind, full(id)] = times

    def kind(self, name: str) -> Kind:
        """The kind of this name; refused as INVALID_TYPE when there is none."""
        found = self.schema.get(name)
        if found is None:
            raise no_type(name)
        return found

    def live(self, kind: str, id: str) -> Record:
        """The record of an id that is not deleted."""
        record = self.get(kind, id)
        if record is None:
            raise no_reference(id)
        if record.deleted:
            raise deleted()
        return record

    def having(self, kind: str, field: str, value: str) -> list[Record]:
        """The live records of a kind, if there is one, that have this value in a field."""
        table = self._tables.get(kind, {}).values()
        return [each for each in table if each.values.get(field) == value and not each.deleted]

    def table(self, kind: str) -> dict[str, Record]:
        """All records of a kind by id, deleted ones too; to be read under the lock."""
        return self._tables[kind]

    def checked(self, kind: str, values: Mapping[str, Any]) -> Values:
        """The values, where each has a field; instants given as such become text."""
        known = self.kind(kind).fields
        for name in values:
            if name not in known:
                raise no_column(name, kind)
        return {
            name: kept(value) if isinstance(value, datetime) else value
            for name, value in values.items()
        }

    def stamp(self, instant: Instant = None) -> str:
        """An instant, or the present one, as it is kept."""
        if isinstance(instant, str):
            return instant
        return kept(instant or self.clock.now())

    def new_id(self, prefix: str) -> str:
        """An id that nothing has yet."""
        with self.lock:
            self._numbers[prefix] = self._numbers.get(prefix, 100) + 1
            return made_id(prefix, self._numbers[prefix])

    def write(
        self,
        record: Record,
        moved: Values,
        *,
        user: str = "",
        system: bool = False,
        at: str = "",
    ) -> None:
        """Set values with all that follows: stamps, history, derived fields."""
        now = at or self.stamp()
        known = self.schema[record.kind].fields
        values = {**record.values}
        if "SystemModstamp" in known:
            values["SystemModstamp"] = now
        if not system and "LastModifiedDate" in known:
            values |= {"LastModifiedDate": now, "LastModifiedById": user or self.rep}
        values |= moved
        self._derive(record.kind, values, now)
        before, record.values = record.values, values
        personal.spread(self, record, moved, now)
        leave_history(self, record.kind, before, values, user or self.rep, now)
        acquaint(self, record, before)

    def drop(self, record: Record, master: str | None = None) -> None:
        """Delete a record and what belongs to it; master: of the one that it was merged into."""
        now = self.stamp()
        gone = [record] if master else [record, *merging.belongings(self, record)]
        for each in gone:
            each.deleted_at = now
            moved: Values = {"IsDeleted": True}
            if master:
                moved["MasterRecordId"] = master
            self.write(each, moved, system=True)
            self.log.append((each.kind, each.id, now))
        self._fallen[record.id] = gone[1:]

    def settle(self) -> None:
        """Let happen what was to happen by now: late commits, the archive, the emptying bin."""
        now = self.stamp()
        self._commit(now)
        if now[:10] != self._day:
            self._day = now[:10]
            self._daily()

    def _made(
        self,
        kind: str,
        values: Mapping[str, Any],
        id: str | None,
        created: Instant,
        modified: Instant,
        user: str,
    ) -> Record:
        now = self.stamp()
        born = self.stamp(created) if created else now
        by = user or self.rep
        stamps = {
            "Id": full(id) if id else self.new_id(self.kind(kind).prefix),
            "CreatedDate": born,
            "CreatedById": by,
            "LastModifiedDate": self.stamp(modified) if modified else born,
            "LastModifiedById": by,
        }
        stamps["SystemModstamp"] = stamps["LastModifiedDate"]
        defaults = {"OwnerId": by, "IsDeleted": False}
        known = self.kind(kind).fields
        made = {name: value for name, value in (defaults | stamps).items() if name in known}
        return Record(kind, made | self.checked(kind, values))

    def _defer(self, action: Callable[[], object]) -> None:
        lag = self.options.commit_lag_seconds
        if lag <= 0:
            action()
            return
        due = kept(self.clock.now() + timedelta(seconds=lag))
        heapq.heappush(self._later, (due, self.clock.ms() + len(self._later), action))

    def _commit(self, until: str = "9") -> None:
        """End what is under way: all of it, as what follows waits for the rows that it holds."""
        while self._later and self._later[0][0] <= until:
            heapq.heappop(self._later)[2]()

    def _enter(self, record: Record, now: str, tell: bool = True) -> None:
        self._derive(record.kind, record.values, now)
        self._tables[record.kind][record.id] = record
        if tell:
            personal.accompany(self, record)
            user = record.values.get("CreatedById", self.rep)
            leave_history(self, record.kind, None, record.values, user, now)
            acquaint(self, record, None)

    def _derive(self, kind: str, values: Values, now: str) -> None:
        derive(kind, values, now)
        if kind in ACTIVITIES:
            values["IsArchived"] = archived(kind, values, self._before(self.options.archive_days))

    def _before(self, days: int) -> str:
        return (self.clock.now() - timedelta(days=days)).date().isoformat()

    def _daily(self) -> None:
        before = self._before(self.options.archive_days)
        for kind in ACTIVITIES:
            for record in self._tables[kind].values():
                if archived(kind, record.values, before) is not record.archived:
                    record.values = {**record.values, "IsArchived": not record.archived}
        kept_from = self._before(self.options.bin_days)
        for table in self._tables.values():
            old = [r for r in table.values() if r.deleted_at and r.deleted_at < kept_from]
            for record in old:
                self._forget(record)

    def _forget(self, record: Record) -> None:
        self._tables[record.kind].pop(record.id, None)
        for each in self._fallen.pop(record.id, ()):
            self._forget(each)
