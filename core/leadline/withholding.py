"""Activities that a plugin withholds: kept under their ids, with the reason, and earning no points.

Such an activity is of the type `custom:withheld_TYPE`, which no rule about TYPE counts, and its
`properties` say `withheld`, the reason in words, and `withheld_by`, the plugin. `leadline explain`
shows what it would have earned and takes it back in a row of its own.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

import pyarrow as pa

from leadline.vocabulary import WITHHELD_PREFIX

REASON, BY = "withheld", "withheld_by"


def withhold(rows: pa.Table, reasons: Sequence[str | None], by: str) -> pa.Table:
    """The activities, with those withheld that have a reason. For wrappers of `fetch_activities`.

    rows: columns of a batch, `type` among them. reasons: one per row, None for what stays as it is.
    by: the plugin's name.
    """
    held = {place: reason for place, reason in enumerate(reasons) if reason is not None}
    if not held:
        return rows
    types = rows["type"].to_pylist()
    properties: list[object] = [None] * rows.num_rows
    if "properties" in rows.column_names:
        properties = rows["properties"].to_pylist()
    for place, reason in held.items():
        types[place] = f"{WITHHELD_PREFIX}{str(types[place]).removeprefix(WITHHELD_PREFIX)}"
        properties[place] = json.dumps({**_object(properties[place]), REASON: reason, BY: by})
    for name, values in (("type", types), ("properties", properties)):
        column = pa.array(values, pa.string())
        place = rows.schema.get_field_index(name)
        rows = (
            rows.set_column(place, name, column) if place >= 0 else rows.append_column(name, column)
        )
    return rows


def _object(properties: object) -> dict[str, object]:
    """The properties as a mapping; what is no JSON object is let go."""
    try:
        read = json.loads(properties) if isinstance(properties, str) else None
    except ValueError:
        read = None
    return read if isinstance(read, dict) else {}
