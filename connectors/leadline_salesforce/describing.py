"""What an org says of its objects: the fields that the user may see, and what they take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from leadline_salesforce.answers import Json


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """A field as the user may use it.

    length: of a text, in characters. precision, scale: of a number, all digits and those after the
    point. values: the active values of a picklist; restricted: it takes no others. compound: it is
    made of other fields, and Bulk cannot read it. part_of: the compound field that it is part of.
    """

    name: str
    label: str
    type: str
    updateable: bool
    calculated: bool
    length: int
    precision: int
    scale: int
    values: tuple[str, ...]
    restricted: bool
    compound: bool
    part_of: str


@dataclass(frozen=True, slots=True)
class Described:
    """An object, and the fields that the user may see by name."""

    name: str
    fields: Mapping[str, FieldInfo]
    queryable: bool
    updateable: bool

    def has(self, name: str) -> bool:
        """True for a field that the user may read."""
        return name in self.fields


_COMPOUND = frozenset(["address", "location"])


def described(body: Json) -> Described:
    """An object's describe as it came."""
    fields = {str(row["name"]): _field(row) for row in body.get("fields") or () if row.get("name")}
    return Described(
        name=str(body.get("name") or ""),
        fields=fields,
        queryable=bool(body.get("queryable", True)),
        updateable=bool(body.get("updateable", True)),
    )


def _field(row: Json) -> FieldInfo:
    values = [each for each in row.get("picklistValues") or () if each.get("active", True)]
    kind = str(row.get("type") or "")
    return FieldInfo(
        name=str(row["name"]),
        label=str(row.get("label") or row["name"]),
        type=kind,
        updateable=bool(row.get("updateable")),
        calculated=bool(row.get("calculated")),
        length=int(row.get("length") or 0),
        precision=int(row.get("precision") or 0),
        scale=int(row.get("scale") or 0),
        values=tuple(str(each.get("value") or "") for each in values),
        restricted=bool(row.get("restrictedPicklist")),
        compound=kind in _COMPOUND,
        part_of=str(row.get("compoundFieldName") or ""),
    )
