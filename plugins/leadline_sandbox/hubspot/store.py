"""The portal's state: records of every kind, their properties, associations and search index.

Tests edit it under a connector's feet; every public method holds the lock and is safe to call from
any thread. Refusals are `Problem`s, exactly those that the API answers.
"""

from __future__ import annotations

import threading
from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping
from typing import Any

from leadline_sandbox.clock import Clock
from leadline_sandbox.hubspot.feeds import Feeds
from leadline_sandbox.hubspot.index import Index
from leadline_sandbox.hubspot.kinds import (
    ALL,
    BY_NAME,
    CONTACTS,
    PRIMARY,
    Kind,
    type_between,
)
from leadline_sandbox.hubspot.links import Links
from leadline_sandbox.hubspot.merging import Leaving, merged_values
from leadline_sandbox.hubspot.options import Options
from leadline_sandbox.hubspot.problems import Problem, no_object, not_found
from leadline_sandbox.hubspot.records import Record, Values
from leadline_sandbox.hubspot.schema import Schema
from leadline_sandbox.hubspot.stages import held_back, stage_dates
from leadline_sandbox.hubspot.values import read_values, refusal
from leadline_sandbox.locking import locked


class Store:
    """Everything that the portal knows."""

    def __init__(self, options: Options, clock: Clock) -> None:
        self.options, self.clock = options, clock
        self.lock = threading.RLock()
        self.schemas = {kind.name: Schema(kind) for kind in ALL}
        self.links = Links()
        self.feeds = Feeds()
        self.owners: list[dict[str, Any]] = []
        self.pipelines: dict[str, list[dict[str, Any]]] = {}
        self._records: dict[str, dict[int, Record]] = {kind.name: {} for kind in ALL}
        self._numbers: dict[str, list[int]] = {kind.name: [] for kind in ALL}
        self._indexes = {kind.name: Index() for kind in ALL}
        self._emails: dict[str, int] = {}
        self._merged: dict[tuple[str, int], int] = {}
        self._stashed: dict[tuple[str, int], Leaving] = {}

    @locked
    def create(
        self,
        kind: str,
        properties: Mapping[str, Any],
        *,
        number: int | None = None,
        created: int | None = None,
        modified: int | None = None,
    ) -> Record:
        """A new record with checked values; instants in milliseconds, None for now."""
        of = BY_NAME[kind]
        values, wrong = read_values(properties, self.schemas[of.name].properties)
        if wrong:
            raise refusal(wrong)
        self._check_email(of, values.get("email", ""), None)
        now = self.clock.ms()
        born = now if created is None else created
        filled = {name: value for name, value in values.items() if value}
        filled |= stage_dates(filled.get("lifecyclestage", ""), born)
        return self.put(
            Record(
                of, number or self._next(of), filled, born, born if modified is None else modified
            )
        )

    @locked
    def put(self, record: Record) -> Record:
        """Take a record as it is, unchecked, and index it."""
        numbers = self._numbers[record.kind.name]
        if record.number not in self._records[record.kind.name]:
            if numbers and record.number < numbers[-1]:
                insort(numbers, record.number)
            else:
                numbers.append(record.number)
        self._records[record.kind.name][record.number] = record
        self._know_emails(record)
        self._note(record)
        return record

    def get(self, kind: str, record_id: str | int) -> Record | None:
        """The record of an id, or the one that it was merged into; archived ones too."""
        of = BY_NAME[kind]
        number = as_number(record_id)
        while (to := self._merged.get((of.name, number))) is not None:
            number = to
        return self._records[of.name].get(number)

    def is_merged(self, kind: str, record_id: str | int) -> bool:
        """Whether the record of this id went into another one."""
        return (BY_NAME[kind].name, as_number(record_id)) in self._merged

    @locked
    def find(self, kind: str, name: str, value: str) -> Record | None:
        """The live record with this value of a unique property."""
        of = BY_NAME[kind]
        if of is CONTACTS and name == "email":
            number = self._emails.get(value.strip().lower())
            found = self._records[of.name].get(number) if number is not None else None
            return found if found and not found.archived else None
        return next((r for r in self.records(kind) if r.value(name) == value), None)

    def look(self, kind: str, value: str, by: str | None = None) -> Record | None:
        """The record with this id, archived ones too, or the live one with this value of `by`."""
        return self.find(kind, by, value) if by else self.get(kind, value)

    @locked
    def records(self, kind: str, archived: bool = False) -> list[Record]:
        """All live (or archived) records by id."""
        name = BY_NAME[kind].name
        there = self._records[name]
        return [
            there[number] for number in self._numbers[name] if there[number].archived is archived
        ]

    @locked
    def page(self, kind: str, start: int, limit: int, archived: bool) -> tuple[list[Record], str]:
        """At most `limit` records with an id of `start` or more, and the id that comes next."""
        name = BY_NAME[kind].name
        numbers, there = self._numbers[name], self._records[name]
        found: list[Record] = []
        for place in range(bisect_left(numbers, start), len(numbers)):
            record = there[numbers[place]]
            if record.archived is archived:
                if len(found) == limit:
                    return found, record.id
                found.append(record)
        return found, ""

    @locked
    def update(self, kind: str, record_id: str | int, properties: Mapping[str, Any]) -> Record:
        """Write checked values; a stage is only ever set forward, silently."""
        record = self.live(kind, record_id)
        schema = self.schemas[record.kind.name]
        values, wrong = read_values(properties, schema.properties)
        if wrong:
            raise refusal(wrong)
        self._check_email(record.kind, values.get("email", ""), record)
        if held_back(record.value("lifecyclestage"), values, schema):
            del values["lifecyclestage"]
        moved = {name: value for name, value in values.items() if record.value(name) != value}
        now = self.clock.ms()
        moved |= stage_dates(moved.get("lifecyclestage", ""), now)
        if moved or (values and self.options.equal_write_moves):
            self._write(record, moved, now, moves=True)
        return record

    @locked
    def calculate(self, kind: str, record_id: str | int, values: Mapping[str, str]) -> Record:
        """Set calculated properties as HubSpot does: the modified date stays."""
        record = self.live(kind, record_id)
        self._write(record, values, self.clock.ms(), moves=False)
        return record

    @locked
    def touch(self, kind: str, ids: Iterable[str | int], at: int | None = None) -> None:
        """Move modified dates, all to the same millisecond."""
        now = self.clock.ms() if at is None else at
        for record_id in ids:
            record = self.live(kind, record_id)
            record.modified = now
            self._note(record)

    @locked
    def archive(self, kind: str, record_id: str | int) -> None:
        """Delete a record; it can be restored, and its associations with it."""
        record = self.live(kind, record_id)
        record.archived_at = self.clock.ms()
        self._stashed[record.kind.name, record.number] = self.links.take(record.kind, record.number)
        self._forget_emails(record)
        self._note(record)

    @locked
    def restore(self, kind: str, record_id: str | int) -> Record:
        """Bring an archived record back; its modified date moves."""
        record = self.get(kind, record_id)
        if record is None or not record.archived:
            raise not_found()
        record.archived_at, record.modified = None, self.clock.ms()
        taken = self._stashed.pop((record.kind.name, record.number), [])
        self.links.give(record.kind, record.number, taken)
        self._know_emails(record)
        self._note(record)
        return record

    @locked
    def erase(self, kind: str, record_id: str | int) -> None:
        """Delete for good, as the GDPR asks: the record is in no list any more."""
        self._remove(self.live(kind, record_id))

    @locked
    def merge(self, kind: str, primary_id: str | int, merged_id: str | int) -> Record:
        """Two records become one, under a new id unless `merge_keeps_id`; both ids lead to it."""
        primary, other = self.live(kind, primary_id), self.live(kind, merged_id)
        if primary is other:
            raise Problem(400, "The records to merge are the same record.")
        now, of = self.clock.ms(), primary.kind
        number = primary.number if self.options.merge_keeps_id else self._next(of)
        taken = self.links.take(of, primary.number) + self.links.take(of, other.number)
        made = Record(
            of, number, merged_values(primary, other), min(primary.created, other.created), now
        )
        for record in (primary, other):
            self._remove(record)
            if record.number != number:
                self._merged[of.name, record.number] = number
        self.links.give(of, number, taken)
        return self.put(made)

    @locked
    def link(
        self,
        kind: str,
        record_id: str | int,
        to_kind: str,
        to_id: str | int,
        type_id: int | None = None,
    ) -> None:
        """Associate two records; neither of them counts as modified."""
        one, other = self.live(kind, record_id), self.live(to_kind, to_id)
        self.links.add(one.kind, one.number, other.kind, other.number, type_id)

    def live(self, kind: str, record_id: str | int) -> Record:
        """The record of an id (merged ones included) that is not archived; 404 otherwise."""
        record = self.get(kind, record_id)
        if record is None or record.archived:
            raise no_object(record_id)
        return record

    def kinds_by_type(self, kind: Kind, type_id: int) -> list[Kind]:
        """The kinds that an association type of a kind leads to."""
        return [
            other
            for other in ALL
            if type_id in (type_between(kind, other), PRIMARY.get((kind.name, other.name)))
        ]

    def index(self, kind: str) -> Index:
        """What search sees of a kind."""
        return self._indexes[BY_NAME[kind].name]

    def _write(self, record: Record, moved: Mapping[str, str], now: int, *, moves: bool) -> None:
        self._forget_emails(record)
        for name, value in moved.items():
            record.history[name] = [*record.kept(name), (value, now)]
        record.values = _changed(record.values, moved)
        if moves:
            record.modified = now
        self._know_emails(record)
        self._note(record)

    def _note(self, record: Record) -> None:
        self._indexes[record.kind.name].note(record, self.clock.ms(), self._lag())

    def _remove(self, record: Record) -> None:
        self.links.take(record.kind, record.number)
        self._forget_emails(record)
        del self._records[record.kind.name][record.number]
        self._numbers[record.kind.name].remove(record.number)
        self._indexes[record.kind.name].drop(record.number, self.clock.ms(), self._lag())

    def _lag(self) -> int:
        return int(self.options.lag_seconds * 1_000)

    def _next(self, kind: Kind) -> int:
        numbers = self._numbers[kind.name]
        gone = [number for name, number in self._merged if name == kind.name]
        return max([kind.first_id - 1, *numbers[-1:], *gone]) + 1

    def _know_emails(self, record: Record) -> None:
        if record.kind is CONTACTS and not record.archived:
            for email in _emails_of(record):
                self._emails[email] = record.number

    def _forget_emails(self, record: Record) -> None:
        if record.kind is CONTACTS:
            for email in _emails_of(record):
                self._emails.pop(email, None)

    def _check_email(self, kind: Kind, email: str, record: Record | None) -> None:
        if kind is not CONTACTS or not email:
            return
        there = self._emails.get(email)
        if there is not None and (record is None or there != record.number):
            raise Problem(409, f"Contact already exists. Existing ID: {there}", "CONFLICT")


def as_number(record_id: str | int) -> int:
    """An id as a number; -1, which nothing has, when it is none."""
    text = str(record_id)
    return int(text) if text.isascii() and text.isdigit() else -1


def _changed(values: Values, moved: Mapping[str, str]) -> Values:
    return {name: value for name, value in {**values, **moved}.items() if value}


def _emails_of(record: Record) -> list[str]:
    emails = [record.value("email"), *record.value("hs_additional_emails").split(";")]
    return [email.lower() for email in emails if email]
