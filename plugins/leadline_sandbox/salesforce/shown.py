"""Records and results as REST shows them: `attributes` on each, references nested, `+0000`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from leadline_sandbox.salesforce.fields import Field
from leadline_sandbox.salesforce.instants import rest
from leadline_sandbox.salesforce.soql import Result

Json = dict[str, Any]


def shown_value(type_: str, value: Any) -> Any:
    """A value as JSON has it."""
    if value is not None and type_ == "datetime":
        return rest(value)
    return value


def attributes(kind: str, version: str, record_id: str) -> Json:
    """What says of which object a record is."""
    return {"type": kind, "url": f"/services/data/v{version}/sobjects/{kind}/{record_id}"}


def shown_record(kind: str, values: Mapping[str, Any], seen: Mapping[str, Field], v: str) -> Json:
    """A whole record, as far as the user sees it."""
    found: Json = {"attributes": attributes(kind, v, values["Id"])}
    for name, field in seen.items():
        value = values.get(name)
        value = value or False if field.type == "boolean" else value
        found[name] = shown_value(field.type, value)
    return found


def shown_rows(found: Result, rows: Sequence[tuple[Any, ...]], version: str) -> list[Json]:
    """A page of a result."""
    place = found.fields.index("Id") if "Id" in found.fields else -1
    paths = [name.split(".") for name in found.fields]
    kind = "AggregateResult" if found.aggregate else found.kind
    answered = []
    for row in rows:
        made: Json = {"attributes": {"type": kind}}
        if place >= 0:
            made["attributes"] = attributes(kind, version, row[place])
        for path, type_, value in zip(paths, found.types, row, strict=True):
            _set(made, path, shown_value(type_, value))
        answered.append(made)
    return answered


def _set(record: Json, path: list[str], value: Any) -> None:
    """Put a value where its path leads; a reference of which nothing is known stays null."""
    for name in path[:-1]:
        inner = record.setdefault(name, None)
        if inner is None:
            if value is None:
                return
            inner = record[name] = {"attributes": {"type": name}}
        record = inner
    record[path[-1]] = value
