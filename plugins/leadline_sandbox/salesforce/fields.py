"""One field of an object, as describe gives it, and the short lines that declare fields.

A line is `Name type(arguments) flags…`: `Status picklist(Open|Closed) required`. Flags: required,
ro (the platform's own), fixed (given at creation only), formula, restricted, unfiltered (in no
WHERE), in=COMPOUND. `OwnerId reference(User)=Owner` leads to another object by the name `Owner`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any

_LINE = re.compile(r"(\w+) (\w+)(?:\(([^)]*)\))?(?:=(\w+))?((?: [\w=]+)*)$")
_TEXT = frozenset({"string", "textarea", "email", "phone", "url", "picklist", "id", "reference"})
_NUMBERS = frozenset({"int", "double", "currency", "percent"})
_LENGTHS = {"email": 80, "phone": 40, "url": 255, "picklist": 255, "id": 18, "reference": 18}
_XSD = {"boolean": "boolean", "int": "int", "date": "date", "datetime": "dateTime", "id": "ID"}
_COMPOUND = frozenset({"address", "location"})


@dataclass(frozen=True, slots=True)
class Field:
    """A field. made: created through the API, so nobody sees it without a permission set."""

    name: str
    type: str
    label: str
    length: int = 0
    precision: int = 0
    scale: int = 0
    picklist: tuple[str, ...] = ()
    retired: tuple[str, ...] = ()  # picklist values that are not active any more
    restricted: bool = False
    nillable: bool = True
    updateable: bool = True
    createable: bool = True
    calculated: bool = False
    filterable: bool = True
    compound: str = ""
    reference_to: tuple[str, ...] = ()
    relationship: str = ""
    made: bool = field(default=False, kw_only=True)

    @property
    def custom(self) -> bool:
        """Whether an admin made it."""
        return self.name.endswith(("__c", "__pc"))

    @property
    def is_text(self) -> bool:
        """Whether its values are text that SOQL quotes."""
        return self.type in _TEXT

    @property
    def is_number(self) -> bool:
        """Whether its values are numbers."""
        return self.type in _NUMBERS

    @property
    def is_compound(self) -> bool:
        """Whether it is made of other fields, so that Bulk refuses it."""
        return self.type in _COMPOUND

    def as_json(self, updateable: bool) -> dict[str, Any]:
        """The field's part of a describe, for a user who may or may not edit it."""
        return {
            "name": self.name,
            "label": self.label,
            "type": self.type,
            "soapType": f"xsd:{_XSD.get(self.type, 'double' if self.is_number else 'string')}",
            "length": self.length,
            "byteLength": self.length * 3,
            "precision": self.precision,
            "scale": self.scale,
            "digits": self.precision if self.type == "int" else 0,
            "updateable": self.updateable and updateable,
            "createable": self.createable and updateable,
            "nillable": self.nillable,
            "calculated": self.calculated,
            "calculatedFormula": None,
            "custom": self.custom,
            "filterable": self.filterable and not self.is_compound,
            "sortable": not self.is_compound and self.length <= 255,
            "groupable": not self.is_number and self.type != "datetime" and self.length <= 255,
            "aggregatable": not self.is_compound,
            "compoundFieldName": self.compound or None,
            "restrictedPicklist": self.restricted,
            "dependentPicklist": False,
            "picklistValues": self._choices(),
            "referenceTo": list(self.reference_to),
            "relationshipName": self.relationship or None,
            "polymorphicForeignKey": len(self.reference_to) > 1,
            "nameField": self.name == "Name",
            "externalId": False,
            "idLookup": self.type == "id",
            "unique": False,
            "encrypted": False,
            "permissionable": self.nillable and self.updateable,
            "inlineHelpText": None,
            "defaultValue": None,
            "deprecatedAndHidden": False,
        }

    def _choices(self) -> list[dict[str, Any]]:
        return [
            {
                "active": value not in self.retired,
                "defaultValue": False,
                "label": value,
                "validFor": None,
                "value": value,
            }
            for value in (*self.picklist, *self.retired)
        ]


def declared(lines: str) -> dict[str, Field]:
    """The fields of a declaration, by name."""
    found = [_field(row.strip()) for row in lines.splitlines() if row.strip()]
    return {each.name: each for each in found}


def _field(line: str) -> Field:
    parts = _LINE.fullmatch(line)
    if parts is None:
        raise ValueError(f"not a field: {line}")
    name, kind, given, relationship, rest = parts.groups(default="")
    flags = rest.split()
    compound = next((flag[3:] for flag in flags if flag.startswith("in=")), "")
    formula = "formula" in flags
    own = "ro" in flags or formula or kind in _COMPOUND or kind == "id"
    made = Field(
        name,
        kind,
        spaced(name),
        length=_LENGTHS.get(kind, 0),
        nillable="required" not in flags,
        updateable=not own and "fixed" not in flags,
        createable=not own,
        calculated=formula,
        restricted="restricted" in flags,
        filterable="unfiltered" not in flags,
        compound=compound,
        relationship=relationship,
    )
    return _sized(made, given)


def _sized(made: Field, given: str) -> Field:
    if made.type == "picklist":
        return replace(made, picklist=tuple(filter(None, given.split("|"))))
    if made.type == "reference":
        return replace(made, reference_to=tuple(given.split("|")))
    if made.type == "int":
        return replace(made, precision=int(given or 9))
    if made.is_number:
        precision, _, scale = (given or "18,2").partition(",")
        return replace(made, precision=int(precision), scale=int(scale))
    return replace(made, length=int(given)) if given else made


def spaced(name: str) -> str:
    """A label for a field's name: "Number Of Employees"."""
    plain = re.sub(r"__p?c$", "", name).replace("_", " ")
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", plain).removesuffix(" Id")
