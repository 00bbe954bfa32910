"""The property definitions and groups of one kind of record."""

from __future__ import annotations

import re
from typing import Any

from leadline_sandbox.hubspot.definitions import Choice, Property, group_names, standard
from leadline_sandbox.hubspot.kinds import Kind
from leadline_sandbox.hubspot.problems import Problem, invalid, not_found

_NAME = re.compile(r"[a-z][a-z0-9_]{0,99}")
_PAIRS = {
    "number": {"number"},
    "string": {"text", "textarea", "phonenumber", "html"},
    "enumeration": {"select", "radio", "checkbox", "booleancheckbox"},
    "bool": {"booleancheckbox"},
    "date": {"date"},
    "datetime": {"date"},
}
_NEEDED = ("name", "label", "type", "fieldType", "groupName")


class Schema:
    """Properties by name, archived ones included, and groups: name → label."""

    def __init__(self, kind: Kind) -> None:
        self.properties = standard(kind)
        self.groups = group_names(kind)

    def find(self, name: str, *, archived: bool = False) -> Property:
        """The live (or archived) property of this name; 404 when there is none."""
        found = self.properties.get(name)
        if found is None or found.archived is not archived:
            raise not_found(f"resource not found: property '{name}' does not exist")
        return found

    def create(self, given: dict[str, Any], now: int) -> Property:
        """A new property, or the archived one of this name back with its old creation date."""
        self._check(given)
        name = str(given["name"])
        there = self.properties.get(name)
        if there is not None and not there.archived:
            raise Problem(
                409,
                f"A property named '{name}' already exists.",
                "OBJECT_ALREADY_EXISTS",
                "Properties.PROPERTY_WITH_NAME_EXISTS",
            )
        made = Property(
            name, str(given["label"]), given["type"], given["fieldType"], given["groupName"]
        )
        made.built_in, made.created, made.updated = False, there.created if there else now, now
        self._set(made, given)
        self.properties[name] = made
        return made

    def update(self, name: str, given: dict[str, Any], now: int) -> Property:
        """Change a definition; a list of options replaces the whole list."""
        found = self.find(name)
        if found.built_in:
            raise invalid(f"Property '{name}' is defined by HubSpot and cannot be changed.")
        if given.get("groupName", found.group) not in self.groups:
            raise invalid(f"Property group '{given['groupName']}' does not exist.")
        found.label = given.get("label", found.label)
        found.type = given.get("type", found.type)
        found.field_type = given.get("fieldType", found.field_type)
        found.group = given.get("groupName", found.group)
        found.updated = now
        self._set(found, given)
        return found

    def archive(self, name: str) -> None:
        """Put a property away; creating it again brings it back."""
        found = self.find(name)
        if found.built_in:
            raise invalid(f"Property '{name}' is defined by HubSpot and cannot be archived.")
        found.archived = True

    def create_group(self, name: str, label: str) -> dict[str, Any]:
        """A new group of properties."""
        if not _NAME.fullmatch(name):
            raise invalid(f"'{name}' is not a valid name for a property group.")
        if name in self.groups:
            raise Problem(
                409,
                f"A property group named '{name}' already exists.",
                "OBJECT_ALREADY_EXISTS",
                "Properties.PROPERTY_GROUP_WITH_NAME_EXISTS",
            )
        self.groups[name] = label
        return self.group_json(name)

    def group_json(self, name: str) -> dict[str, Any]:
        """A group as the API shows it."""
        if name not in self.groups:
            raise not_found(f"resource not found: property group '{name}' does not exist")
        return {"name": name, "label": self.groups[name], "displayOrder": -1, "archived": False}

    def _check(self, given: dict[str, Any]) -> None:
        for key in _NEEDED:
            if not isinstance(given.get(key), str) or not given[key]:
                raise invalid(f"Invalid input JSON: required field '{key}' is missing", field=key)
        if not _NAME.fullmatch(given["name"]):
            raise invalid(
                f"Property name '{given['name']}' must begin with a letter and hold only lowercase "
                "letters, digits and underscores."
            )
        if given["fieldType"] not in _PAIRS.get(given["type"], set()):
            raise invalid(
                f"Field type '{given['fieldType']}' does not go with type '{given['type']}'."
            )
        if given["groupName"] not in self.groups:
            raise invalid(f"Property group '{given['groupName']}' does not exist.")
        if given["type"] in ("bool", "enumeration") and not given.get("options"):
            raise invalid(f"A property of type '{given['type']}' needs options.")

    def _set(self, made: Property, given: dict[str, Any]) -> None:
        made.description = given.get("description", made.description)
        made.hidden = given.get("hidden", made.hidden)
        made.form_field = given.get("formField", made.form_field)
        made.display_order = given.get("displayOrder", made.display_order)
        made.unique = given.get("hasUniqueValue", made.unique)
        if "options" in given:
            made.options = [
                Choice(str(each["value"]), str(each["label"])) for each in given["options"] or ()
            ]
