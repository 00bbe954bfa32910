"""leadline's own properties in HubSpot: what they have to be, and how they are made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from leadline.batches import Finding, Source
from leadline_hubspot import paths
from leadline_hubspot.answers import Forbidden, Json, Refused
from leadline_hubspot.changes import own_property
from leadline_hubspot.mapping import CONTACTS
from leadline_hubspot.properties import Property, definitions

if TYPE_CHECKING:
    from leadline_hubspot.api import Api

GROUP = "leadline"


@dataclass(frozen=True, slots=True)
class Wanted:
    """One property that scores are written to. column: of a change."""

    name: str
    column: str
    type: str
    field_type: str

    @property
    def what(self) -> str:
        """The definition in words, for whoever makes it by hand."""
        kind = {"number": "number", "datetime": "date and time"}.get(self.type, "text")
        kind = "multi-line text" if self.field_type == "textarea" else kind
        return f"a {kind} property '{self.name}' in the group '{GROUP}'"

    @property
    def body(self) -> Json:
        """The definition as HubSpot takes it; no form shows it."""
        return {
            "name": self.name,
            "label": f"leadline {self.column.replace('_', ' ')}",
            "type": self.type,
            "fieldType": self.field_type,
            "groupName": GROUP,
            "description": "Written by leadline; what is entered here by hand is overwritten.",
            "formField": False,
            "hidden": False,
            "displayOrder": -1,
        }

    def problem(self, there: Property) -> str:
        """Why a property of this name cannot hold the values; "" when it can."""
        if there.read_only or there.calculated:
            return f"'{self.name}' is HubSpot's own and read only: {_elsewhere(self)}"
        if there.type != self.type:
            return f"'{self.name}' is {there.type} and has to be {self.type}: {_elsewhere(self)}"
        return ""


def wanted_properties(source: Source) -> list[Wanted]:
    """The properties that this source's changes go to."""
    found = []
    for column in source.output:
        name = own_property(source, column.name)
        found.append(Wanted(name, column.name, *_kind(column)))
    return found


def provide(source: Source, api: Api) -> Iterator[Finding]:
    """Make the group and the properties that are missing; what is there stays as it is."""
    there = definitions(api, CONTACTS)
    missing = [each for each in wanted_properties(source) if each.name not in there]
    if missing:
        try:
            yield _made_group(api)
        except Forbidden:
            yield from (_by_hand(each) for each in missing)
            return
    for each in wanted_properties(source):
        yield _made(api, each, there)


def _made_group(api: Api) -> Finding:
    body = {"name": GROUP, "label": GROUP, "displayOrder": -1}
    try:
        api.post(paths.PROPERTY_GROUPS, body, kind=CONTACTS)
    except Refused as refusal:
        if refusal.status != 409:
            raise
        return Finding(f"property group {GROUP}", True, "is there")
    return Finding(f"property group {GROUP}", True, "made")


def _made(api: Api, wanted: Wanted, there: Mapping[str, Property]) -> Finding:
    subject, done = f"property {wanted.name}", "is there"
    found = there.get(wanted.name)
    if found is None:
        try:
            api.post(paths.PROPERTIES, wanted.body, kind=CONTACTS)
            done = "made"
        except Forbidden:
            return _by_hand(wanted)
        except Refused as refusal:
            if refusal.status != 409:
                return Finding(subject, False, f"could not be made: {refusal.message}")
        # An archived property comes back as it was, and another one may have been faster.
        found = definitions(api, CONTACTS).get(wanted.name)
    if found is None:
        return Finding(subject, False, "HubSpot says that it is there, and does not list it")
    problem = wanted.problem(found)
    return Finding(subject, not problem, problem or done)


def _by_hand(wanted: Wanted) -> Finding:
    return Finding(
        f"property {wanted.name}",
        False,
        "the token may not make properties (scope crm.schemas.contacts.write): give it that scope, "
        f"or make {wanted.what} in HubSpot, under Settings > Properties",
    )


def _kind(column: pa.Field) -> tuple[str, str]:
    if pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
        return "number", "number"
    if pa.types.is_timestamp(column.type):
        return "datetime", "date"
    return "string", "textarea" if column.name.endswith("reasons") else "text"


def _elsewhere(wanted: Wanted) -> str:
    return f"set write.{wanted.column} in the source's table to another name"
