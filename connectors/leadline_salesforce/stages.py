"""Stage fields of the org's own: what may still be written, and to which object.

Sales move stages all day, so each is read again right before it is written. A status that means
"converted" is for Salesforce's own conversion: an update to it converts nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from leadline.batches import Outcome, Source, WriteResult
from leadline.connecting.moves import not_allowed
from leadline_salesforce import soql
from leadline_salesforce.changes import Change, Stage
from leadline_salesforce.fields import of_person_account
from leadline_salesforce.mapping import LEAD, PEOPLE
from leadline_salesforce.present import Record, described

if TYPE_CHECKING:
    from leadline_salesforce.api import Api

STATUS = "Status"
_LISTS = frozenset(["picklist", "multipicklist", "combobox"])

_converted: WeakKeyDictionary[Api, frozenset[str]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class StageField:
    """A stage field: its active values, none where any text goes, and those that mean converted."""

    name: str
    values: Sequence[str]
    converted: frozenset[str] = frozenset()
    updateable: bool = True

    def problem(self, value: str) -> str:
        """Why a value cannot be written; "" when it can."""
        if not self.updateable:
            return f"{self.name} may not be written by this user, or is a formula"
        if value in self.converted:
            return f"'{value}' of {self.name} means converted, which only a conversion may set"
        return self.unknown(value)

    def unknown(self, value: str) -> str:
        """Why no record can hold a value; "" when it can."""
        if not self.values or value in self.values:
            return ""
        there = ", ".join(f"'{each}'" for each in self.values)
        return f"'{value}' is no active value of {self.name}; there are {there}"


def stage_field(api: Api, kind: str, field: str) -> StageField | None:
    """A stage field as the org has it; None where there is none that the user may see."""
    there = described(api, kind)
    if not there.has(field):
        return None
    info = there.fields[field]
    values = info.values if info.type in _LISTS else ()
    converted = _converted_statuses(api) if (kind, field) == (LEAD, STATUS) else frozenset()
    return StageField(f"{kind}.{field}", values, converted, info.updateable)


def _converted_statuses(api: Api) -> frozenset[str]:
    """The statuses of a lead that mean that it was converted; there may be several."""
    if api not in _converted:
        text = soql.select("LeadStatus", ["ApiName", "MasterLabel", "IsConverted"])
        rows = [row for row in api.rows(text) if row["IsConverted"]]
        names = {str(row[key]) for row in rows for key in ("ApiName", "MasterLabel") if row[key]}
        _converted[api] = frozenset(names)
    return _converted[api]


def stage_fields(wanted: Iterable[Change], kind: str) -> list[str]:
    """The fields of an object that these changes have stages for."""
    stages = [each.stage for each in wanted if each.stage is not None]
    return sorted({stage.field for stage in stages if stage.kind == kind})


@dataclass(frozen=True, slots=True)
class Settled:
    """A stage that was looked at: the fields to write for it, or the result that it ends with.

    Neither where the record has the stage already.
    """

    values: Mapping[str, str]
    result: WriteResult | None = None


class Stages:
    """The org's stage fields for one call of writing; each is looked up once."""

    def __init__(self, source: Source, api: Api) -> None:
        self._source, self._api = source, api
        self._fields: dict[str, StageField | None] = {}

    def settle(self, change: Change, record: Record) -> Settled:
        """Whether the stage of a change may be written to the record as it is now."""
        stage = change.stage
        if stage is None:
            return Settled({})
        if problem := self._problem(change, stage, record):
            refused = WriteResult(change.contact_id, Outcome.REJECTED, problem, "stage")
            return Settled({}, refused)
        now = record.values.get(stage.field, "")
        if now == stage.value:
            return Settled({})
        if result := not_allowed(self._source, change.contact_id, stage.name, stage.value, now):
            return Settled({}, result)
        name = of_person_account(stage.field) if record.person else stage.field
        return Settled({name: stage.value})

    def _problem(self, change: Change, stage: Stage, record: Record) -> str:
        """Why the stage can never be written; "" where it can."""
        if stage.kind not in PEOPLE:
            return f"'{stage.name}' names no object: write it as Lead.Status, for example"
        if stage.kind != change.kind:
            return f"this is a {change.kind.lower()}, and {stage.name} is a field of others"
        if stage.name not in self._fields:
            self._fields[stage.name] = stage_field(self._api, stage.kind, stage.field)
        field = self._fields[stage.name]
        if field is None:
            return f"Salesforce shows this user no field {stage.name}: correct it in the config"
        if record.person and of_person_account(stage.field) == stage.field:
            return f"{stage.name} of a person account cannot be written by its contact's name"
        return field.problem(stage.value)
