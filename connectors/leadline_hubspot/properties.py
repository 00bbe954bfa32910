"""The definitions of a kind's properties: what there is to read, to write and to choose from."""

from __future__ import annotations

from dataclasses import dataclass

from leadline_hubspot import paths
from leadline_hubspot.answers import Json, rows_of
from leadline_hubspot.api import Api


@dataclass(frozen=True, slots=True)
class Option:
    """One value of an enumeration: the value as records hold it, and what people see."""

    value: str
    label: str
    order: int
    hidden: bool


@dataclass(frozen=True, slots=True)
class Property:
    """A property as the account defines it. options: of an enumeration, in its own order."""

    name: str
    label: str
    type: str
    field_type: str
    group: str
    options: tuple[Option, ...]
    calculated: bool
    read_only: bool


def definitions(api: Api, kind: str) -> dict[str, Property]:
    """Every property of a kind by name, in one call; those kept as sensitive are not listed."""
    body = api.get(paths.PROPERTIES, kind=kind)
    return {str(row["name"]): _property(row) for row in rows_of(body) if row.get("name")}


def _property(row: Json) -> Property:
    options = [option for option in row.get("options") or () if isinstance(option, dict)]
    change = row.get("modificationMetadata") or {}
    return Property(
        name=str(row["name"]),
        label=str(row.get("label") or row["name"]),
        type=str(row.get("type") or ""),
        field_type=str(row.get("fieldType") or ""),
        group=str(row.get("groupName") or ""),
        options=tuple(sorted(map(_option, options), key=lambda option: option.order)),
        calculated=bool(row.get("calculated")),
        read_only=bool(change.get("readOnlyValue")),
    )


def _option(row: Json) -> Option:
    value = str(row.get("value") if row.get("value") is not None else "")
    order = row.get("displayOrder")
    return Option(
        value=value,
        label=str(row.get("label") or value),
        order=order if isinstance(order, int) else -1,
        hidden=bool(row.get("hidden")),
    )
