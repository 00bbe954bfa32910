"""A row of changes as Salesforce takes it: leadline's own fields, and the stage asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pyarrow as pa

from leadline.batches import STAGE_COLUMNS, Source
from leadline_salesforce.fields import own_field
from leadline_salesforce.mapping import PEOPLE, PREFIXES

if TYPE_CHECKING:
    from leadline_salesforce.describing import FieldInfo

# A value as JSON has it: instants and dates are text by then.
Wire = str | int | float | bool | None

NUMBERS = frozenset(["double", "int", "long", "currency", "percent"])


@dataclass(frozen=True, slots=True)
class Stage:
    """A value for a field of the org's own. kind: the object that has it; "" where none is said."""

    kind: str
    field: str
    value: str

    @property
    def name(self) -> str:
        """The field as the config names it, such as "Lead.Status"."""
        return f"{self.kind}.{self.field}" if self.kind else self.field


@dataclass(frozen=True, slots=True)
class Change:
    """What one lead or contact gets.

    values: leadline's own field → a Python value; None empties it. stage: None leaves it.
    """

    contact_id: str
    values: Mapping[str, object]
    stage: Stage | None = None

    @property
    def kind(self) -> str:
        """Lead or Contact, by the id's first three characters; "" for neither."""
        return next((each for each in PEOPLE if self.contact_id.startswith(PREFIXES[each])), "")


def changes_of(source: Source, changes: pa.Table) -> list[Change]:
    """The rows of a table of changes, in its order."""
    apart = ("contact_id", *(each for each in STAGE_COLUMNS if each != "suggested_stage"))
    columns = [name for name in changes.column_names if name not in apart]
    names = {column: own_field(source, column) for column in columns}
    found = []
    for row in changes.to_pylist():
        stage = None
        if row.get("stage") is not None:
            stage = stage_of(row["stage_field"], row["stage"])
        values = {names[column]: row[column] for column in columns}
        found.append(Change(row["contact_id"], values, stage))
    return found


def stage_of(name: str, value: str) -> Stage:
    """A stage by its field's name in the config, "Object.Field"."""
    kind, _, field = name.rpartition(".")
    return Stage(kind, field, value)


def wire(value: object, info: FieldInfo) -> Wire:
    """A value as a field of this type takes it; text is cut to the field's length."""
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        instant = value.astimezone(UTC).replace(tzinfo=None)
        if info.type == "date":
            return instant.date().isoformat()
        return f"{instant.isoformat(timespec='milliseconds')}Z"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float) and info.type in NUMBERS:
        return round(value, info.scale) if isinstance(value, float) else value
    text = str(value)
    return text[: info.length] if info.length else text
