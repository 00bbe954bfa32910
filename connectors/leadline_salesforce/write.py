"""Scores into leads and contacts: by id, only leadline's own fields, one result for each contact.

Nothing is ever created: an update of an id that is gone is refused. Each record is read again right
before: a lead that was converted is left alone, and its score goes to the contact that it became.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pyarrow as pa

from leadline.batches import Outcome, Source, WriteResult
from leadline.errors import SourceError
from leadline_salesforce import bulk_write
from leadline_salesforce.changes import Change, Wire, changes_of, wire
from leadline_salesforce.fields import of_person_account, own_fields
from leadline_salesforce.mapping import ACCOUNT, CONTACT, LEAD, PEOPLE
from leadline_salesforce.present import Record, described, read
from leadline_salesforce.sending import LOCKED, Row, Sending, Verdict, stop_if_for_all
from leadline_salesforce.settings import SalesforceSettings
from leadline_salesforce.stages import Stages, stage_fields

if TYPE_CHECKING:
    from leadline_salesforce.api import Api

_GONE = "it is deleted in Salesforce, or this user may not see it; the next sync takes it out"


def write(source: Source, api: Api, changes: pa.Table) -> Iterator[WriteResult]:
    """Write any number of changes; exactly one result for each row.

    `RetryLater` when Salesforce takes no more calls: what was not answered for by then is in doubt,
    and may be sent again.
    """
    wanted = changes_of(source, changes)
    for part in _rounds(wanted):
        yield from _Writing(source, api, part).results()


@dataclass(slots=True)
class _Writing:
    """One pass over changes whose contacts are each named once.

    refused: results of contacts whose score is written and whose stage is not.
    """

    source: Source
    api: Api
    wanted: Sequence[Change]
    refused: dict[str, WriteResult] = field(default_factory=dict)

    def results(self) -> Iterator[WriteResult]:
        ids = {kind: [e.contact_id for e in self.wanted if e.kind == kind] for kind in PEOPLE}
        self.api.describe_all(kind for kind in PEOPLE if ids[kind])
        records: dict[str, Record] = {}
        for kind in PEOPLE:
            fields = stage_fields(self.wanted, kind)
            records |= read(self.source, self.api, kind, ids[kind], fields)
        targets = self._after_conversion(records)
        stages = Stages(self.source, self.api)
        rows: dict[str, list[Row]] = {LEAD: [], CONTACT: [], ACCOUNT: []}
        for change in self.wanted:
            record = records.get(change.contact_id)
            if result := _ended(change, record, targets):
                yield result
                continue
            assert record is not None
            target = targets.get(change.contact_id, record)
            row = self._row(change, target, stages)
            rows[row.kind].append(row)
        for kind, given in rows.items():
            yield from self._sent(kind, given)

    def _after_conversion(self, records: Mapping[str, Record]) -> dict[str, Record]:
        """Converted lead → the contact it became, where nobody else has a score for that one."""
        asked = {each.contact_id for each in self.wanted}
        became = {
            key: record.contact
            for key, record in records.items()
            if record.converted and not record.deleted and record.contact
        }
        own = set(own_fields(self.source).values())
        ids = sorted({each for each in became.values() if each not in asked})
        contacts = read(self.source, self.api, CONTACT, ids, own)
        found: dict[str, Record] = {}
        for lead, contact in became.items():
            # Two leads may have become one contact: the first of them takes it.
            there = contacts.pop(contact, None)
            if there is not None and not there.deleted and not any(map(there.values.get, own)):
                found[lead] = there
        return found

    def _row(self, change: Change, target: Record, stages: Stages) -> Row:
        """What a change is for the record that it goes to."""
        routed = target.id != change.contact_id
        kind = CONTACT if routed else change.kind
        settled = stages.settle(replace(change, stage=None) if routed else change, target)
        if settled.result is not None:
            self.refused[change.contact_id] = settled.result
        values = _wired(self.api, kind, {**change.values, **settled.values}, target.person)
        stage = next(iter(settled.values), "")
        if target.person:
            return Row(change.contact_id, ACCOUNT, target.account, values, stage=stage)
        return Row(change.contact_id, kind, target.id, values, target.account, stage)

    def _sent(self, kind: str, rows: Sequence[Row]) -> Iterator[WriteResult]:
        """Send one object's rows; a row whose stage is not taken goes again without it."""
        again: dict[str, Verdict] = {}
        for verdict in self._verdicts(kind, rows):
            result = verdict.result
            if verdict.row.stage and result.outcome is Outcome.REJECTED:
                again[result.contact_id] = verdict
            else:
                yield self._settled(verdict)
        bare = [_without_stage(verdict.row) for verdict in again.values()]
        for verdict in self._verdicts(kind, bare):
            contact_id = verdict.row.contact_id
            if not verdict.code:
                first = again[contact_id].result
                self.refused[contact_id] = replace(first, column="stage")
            yield self._settled(verdict)

    def _verdicts(self, kind: str, rows: Sequence[Row]) -> Iterator[Verdict]:
        settings = self.source.settings_as(SalesforceSettings)
        sending = Sending(self.api)
        if not rows:
            return
        if len(rows) <= settings.bulk_above:
            bulk_write.wait_for_kept(self.source.state, self.api)
            yield from sending.send(rows)
            return
        again = []
        for verdict in bulk_write.update(self.source.state, self.api, kind, rows):
            stop_if_for_all(verdict)
            if verdict.code == LOCKED or verdict.dragged:
                again.append(verdict.row)
            else:
                yield verdict
        yield from sending.send(again)

    def _settled(self, verdict: Verdict) -> WriteResult:
        """The result for the host: where only the stage was not written, it is about that."""
        result = verdict.result
        if result.outcome is not Outcome.WRITTEN:
            return result
        return self.refused.get(result.contact_id, result)


def _rounds(wanted: Sequence[Change]) -> Iterator[list[Change]]:
    """The changes in parts in which no contact is named twice; as a rule that is one."""
    left = list(wanted)
    while left:
        part: dict[str, Change] = {}
        later = []
        for each in left:
            if each.contact_id in part:
                later.append(each)
            else:
                part[each.contact_id] = each
        yield list(part.values())
        left = later


def _ended(
    change: Change, record: Record | None, targets: Mapping[str, Record]
) -> WriteResult | None:
    """The result of a change whose record is no contact of its own any more."""
    contact_id = change.contact_id
    if not change.kind:
        reason = f"'{contact_id}' is the id of neither a lead nor a contact"
        return WriteResult(contact_id, Outcome.REJECTED, reason)
    if record is not None and record.deleted and record.master:
        reason = f"it was merged into {record.master}; the next sync goes on with that one"
        return WriteResult(contact_id, Outcome.RETRY, reason)
    if record is None or record.deleted:
        return WriteResult(contact_id, Outcome.REJECTED, _GONE)
    if record.converted and contact_id not in targets:
        became = f"contact {record.contact}" if record.contact else "a contact"
        reason = f"it was converted to {became}; the next sync goes on with that one"
        return WriteResult(contact_id, Outcome.RETRY, reason)
    return None


def _wired(api: Api, kind: str, values: Mapping[str, object], person: bool) -> Mapping[str, Wire]:
    """The values as the record's object takes them. Raises SourceError for a missing field."""
    there = described(api, ACCOUNT if person else kind)
    found: dict[str, Wire] = {}
    for name, value in values.items():
        field_name = of_person_account(name) if person else name
        info = there.fields.get(field_name)
        if info is None or not info.updateable:
            why = "has no field" if info is None else "lets this user not write"
            where = ACCOUNT if person else kind
            raise SourceError(
                f"Salesforce {why} {where}.{field_name}: run leadline check --fix, which makes "
                "leadline's own, or correct the name in the config"
            )
        found[field_name] = wire(value, info)
    return found


def _without_stage(row: Row) -> Row:
    values = {name: value for name, value in row.values.items() if name != row.stage}
    return replace(row, values=values, stage="")
