"""Refuses a value that pydantic would quietly turn into another: "30" for 30, 1 for true."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from leadline.model.documents import Complaint
from leadline.model.keys import KeyPath
from leadline.model.wording import JsonSchema, kind_of, nodes_at

# A kind of value → the JSON Schema types it may stand for.
_FITS = {
    "a text": {"string"},
    "a whole number": {"integer", "number"},
    "a number with decimals": {"number"},
    "true or false": {"boolean"},
}
_WANTED = {
    "integer": "a whole number",
    "number": "a number",
    "string": "a text in quotes",
    "boolean": "true or false, without quotes",
    "object": "a table",
    "array": "a list",
}


def check_kinds(table: Mapping[str, object], schema: JsonSchema) -> list[Complaint]:
    """A complaint for each value of another kind than the schema names."""
    return list(_check(table, (), schema))


def _check(value: object, path: KeyPath, root: JsonSchema) -> Iterator[Complaint]:
    if isinstance(value, Mapping):
        for key, inside in value.items():
            yield from _check(inside, (*path, key), root)
    elif isinstance(value, list):
        for place, inside in enumerate(value):
            yield from _check(inside, (*path, place), root)
    else:
        nodes = list(nodes_at(root, path))
        types = [node["type"] for node in nodes if "type" in node]
        wanted = [kind for kind in types if kind != "null"]
        if isinstance(value, date) and any(node.get("format") == "date" for node in nodes):
            return
        if wanted and not _FITS.get(kind_of(value), set()) & set(wanted):
            words = " or ".join(_WANTED[kind] for kind in wanted)
            yield Complaint(path, f"must be {words}, not {kind_of(value)}")
