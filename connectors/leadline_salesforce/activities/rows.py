"""An activity as the feeds make it, and a batch's table out of many."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import pyarrow as pa

from leadline.batches import activity_schema


@dataclass(frozen=True, slots=True)
class Activity:
    """One thing that one person did. `deleted` needs only the id."""

    activity_id: str
    contact_id: str
    type: str = ""
    at: datetime | None = None
    name: str = ""
    campaign: str = ""
    channel: str = ""
    value: float | None = None
    properties: Mapping[str, str] = field(default_factory=dict)
    deleted: bool = False


def gone(activity_id: str) -> Activity:
    """The word that an activity is no longer there, or never was one."""
    return Activity(activity_id, "", deleted=True)


def to_table(rows: Iterable[Activity]) -> pa.Table:
    """The rows as a batch holds them, under `activity_schema()`."""
    rows = list(rows)
    columns: dict[str, pa.Array] = {}
    for column in activity_schema():
        if column.name == "occurred_at":
            values: list[object] = [row.at for row in rows]
        elif column.name == "properties":
            values = [json.dumps(row.properties) if row.properties else None for row in rows]
        elif column.name == "url":
            values = [None] * len(rows)
        else:
            values = [getattr(row, column.name) for row in rows]
            if pa.types.is_string(column.type):
                values = [value or None for value in values]
        columns[column.name] = pa.array(values, column.type)
    return pa.table(columns)
