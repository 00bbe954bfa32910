"""An activity as a connector makes it, and a batch's table out of many."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from leadline.batches import activity_schema


@dataclass(frozen=True, slots=True)
class Activity:
    """One thing that one contact did. at: epoch milliseconds. `deleted` needs only the id."""

    activity_id: str
    contact_id: str
    type: str = ""
    at: int | None = None
    name: str = ""
    url: str = ""
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
            at = pa.array([row.at for row in rows], pa.timestamp("ms", tz="UTC"))
            columns[column.name] = at.cast(column.type)
        elif column.name == "properties":
            texts = [json.dumps(row.properties) if row.properties else None for row in rows]
            columns[column.name] = pa.array(texts, column.type)
        else:
            values = [getattr(row, column.name) for row in rows]
            if pa.types.is_string(column.type):
                values = [value or None for value in values]
            columns[column.name] = pa.array(values, column.type)
    return pa.table(columns)
