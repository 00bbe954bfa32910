"""An activity as the feeds make it, and a batch's table out of many."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from urllib.parse import parse_qs, urlsplit

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

    def as_json(self) -> str:
        """The activity as text, for `activity_of`."""
        return json.dumps(asdict(self), separators=(",", ":"))


def activity_of(text: str, contact_id: str) -> Activity:
    """An activity that was kept as text, now that it is known whose it is."""
    return Activity(**{**json.loads(text), "contact_id": contact_id})


def gone(activity_id: str) -> Activity:
    """The word that an activity is no longer there."""
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


def number(value: object) -> float | None:
    """A number out of a property's text; HubSpot's number properties can hold other things."""
    try:
        read = float(str(value))
    except ValueError:
        return None
    return read if abs(read) < float("inf") else None


def count(value: object) -> int:
    """A counter's value; what is no number counts as 0."""
    return max(0, int(number(value) or 0))


def said(record: Mapping[str, object], key: str) -> str:
    """A record's value as text; "" where it has none."""
    value = record.get(key)
    return "" if value is None else str(value)


def from_url(url: str) -> tuple[str, str]:
    """Campaign and channel as a page's address names them (utm_campaign, utm_source)."""
    try:
        query = parse_qs(urlsplit(url).query)
    except ValueError:
        return "", ""
    return query.get("utm_campaign", [""])[0], query.get("utm_source", [""])[0]
