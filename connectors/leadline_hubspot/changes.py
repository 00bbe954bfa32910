"""A row of changes as HubSpot takes it: every value a text, '' for an empty one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import pyarrow as pa

from leadline.batches import Source
from leadline_hubspot.settings import HubSpotSettings

STAGE_COLUMNS = ("stage", "stage_field")


@dataclass(frozen=True, slots=True)
class Stage:
    """A value for a stage field of HubSpot's own."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Change:
    """What one contact gets. values: leadline's own property → text. stage: None leaves it."""

    contact_id: str
    values: Mapping[str, str]
    stage: Stage | None = None

    @property
    def sent(self) -> Mapping[str, str]:
        """All that is written, the stage with it."""
        stage = self.stage
        return self.values if stage is None else {**self.values, stage.field: stage.value}

    @property
    def input(self) -> dict[str, object]:
        """The contact's part of a batch; a trace id lets the others be written if it is bad."""
        return {
            "id": self.contact_id,
            "properties": dict(self.sent),
            "objectWriteTraceId": self.contact_id,
        }


def own_property(source: Source, column: str) -> str:
    """The property of leadline's own that holds a column of a change."""
    settings = source.settings_as(HubSpotSettings)
    return source.write.get(column, settings.property_prefix + column)


def changes_of(source: Source, changes: pa.Table) -> list[Change]:
    """The rows of a table of changes, in its order."""
    columns = [name for name in changes.column_names if name not in ("contact_id", *STAGE_COLUMNS)]
    names = {column: own_property(source, column) for column in columns}
    found = []
    for row in changes.to_pylist():
        stage = None
        if row.get("stage") is not None:
            stage = Stage(row["stage_field"], row["stage"])
        values = {names[column]: as_text(row[column]) for column in columns}
        found.append(Change(row["contact_id"], values, stage))
    return found


def as_text(value: object) -> str:
    """A value as HubSpot reads it: a plain number, an instant to the millisecond in UTC."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        instant = value.astimezone(UTC).replace(tzinfo=None)
        return f"{instant.isoformat(timespec='milliseconds')}Z"
    if isinstance(value, float):
        return f"{round(value, 6):.6f}".rstrip("0").rstrip(".")
    return str(value)
