"""leadline's own fields in an org: what they have to be, how they are made, and who may see them.

A field that is made by the API is visible to nobody until a permission set grants it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from leadline.batches import Finding, Source
from leadline_salesforce import paths, soql
from leadline_salesforce.answers import Forbidden, Json, Refused
from leadline_salesforce.changes import NUMBERS
from leadline_salesforce.describing import FieldInfo
from leadline_salesforce.fields import own_fields
from leadline_salesforce.mapping import PEOPLE

if TYPE_CHECKING:
    from leadline_salesforce.api import Api

PERMISSION_SET = "Leadline"
_TEXTS = frozenset(["string", "textarea", "picklist", "combobox", "url"])
_THERE = frozenset(["DUPLICATE_DEVELOPER_NAME", "DUPLICATE_VALUE"])
_METADATA: Mapping[str, Json] = {
    "Number": {"type": "Number", "precision": 9, "scale": 0},
    "DateTime": {"type": "DateTime"},
    "Text": {"type": "Text", "length": 255},
    "LongTextArea": {"type": "LongTextArea", "length": 32_768, "visibleLines": 5},
}
_WORDS = {"Number": "Number(9, 0)", "DateTime": "Date/Time", "Text": "Text(255)"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """One field that scores are written to. column: of a change; type: as Setup has it."""

    kind: str
    name: str
    column: str
    type: str

    @property
    def full_name(self) -> str:
        """The name with its object's, such as "Lead.Leadline_Score__c"."""
        return f"{self.kind}.{self.name}"

    @property
    def what(self) -> str:
        """The definition in words, for whoever makes it by hand."""
        return f"a field {self.full_name} of type {_WORDS.get(self.type, 'Long Text Area')}"

    @property
    def body(self) -> Json:
        """The definition as the Tooling API takes it."""
        metadata = {
            "label": f"Leadline {self.column.replace('_', ' ').title()}",
            "description": "Written by leadline; what is entered by hand is overwritten.",
            **_METADATA[self.type],
        }
        return {"FullName": self.full_name, "Metadata": metadata}

    def problem(self, there: FieldInfo) -> str:
        """Why a field of this name cannot hold the values; "" when it can."""
        if there.calculated:
            return f"is a formula: set write.{self.column} in the source's table to another field"
        fitting = {"Number": NUMBERS, "DateTime": frozenset(["datetime"])}.get(self.type, _TEXTS)
        if there.type not in fitting:
            return (
                f"is of type {there.type} and cannot hold {self.column}: set write.{self.column} "
                "in the source's table to another field"
            )
        return ""


def wanted_fields(source: Source) -> list[Wanted]:
    """The fields that this source's changes go to, on leads and on contacts."""
    names = own_fields(source)
    return [
        Wanted(kind, names[column.name], column.name, _type(column))
        for kind in PEOPLE
        for column in source.output
        if column.name in names
    ]


def user_of(api: Api) -> str:
    """The id of the user that leadline works as; "" where the app may not ask who that is."""
    try:
        return str(api.get(paths.USER).get("user_id") or "")
    except Refused:
        return ""


def provide(source: Source, api: Api) -> Iterator[Finding]:
    """Make the fields that are missing, and grant all of them; what is there stays as it is."""
    wanted = wanted_fields(source)
    made: list[Wanted] = []
    for each in wanted:
        finding = _made(api, each)
        if finding.ok:
            made.append(each)
        yield finding
    custom = [each for each in made if each.name.endswith("__c")]
    try:
        parent = _permission_set(api)
        _grant(api, parent, custom)
        yield Finding(f"permission set {PERMISSION_SET}", True, "grants leadline's own fields")
        yield _assigned(api, parent)
    except Forbidden:
        yield Finding(
            f"permission set {PERMISSION_SET}",
            False,
            "this user may not make permission sets: give it Manage Profiles and Permission Sets, "
            "or let an administrator grant it read and edit access to leadline's own fields",
        )
    except Refused as refusal:
        yield Finding(f"permission set {PERMISSION_SET}", False, str(refusal))
    api.forget_descriptions()


def _made(api: Api, wanted: Wanted) -> Finding:
    subject = f"field {wanted.full_name}"
    there = api.describe(wanted.kind)
    if there is not None and there.has(wanted.name):
        problem = wanted.problem(there.fields[wanted.name])
        return Finding(subject, not problem, problem or "is there")
    if not wanted.name.endswith("__c"):
        return Finding(subject, False, "is no field of leadline's own, and is not made")
    try:
        api.post(paths.TOOLING_SOBJECT, wanted.body, kind="CustomField")
    except Forbidden:
        return Finding(
            subject,
            False,
            f"this user may not make fields: give it Customize Application, or make {wanted.what} "
            "in Setup, under Object Manager, and grant it",
        )
    except Refused as refusal:
        if refusal.code in _THERE:
            # It is there and nobody may see it yet.
            return Finding(subject, True, "is there")
        return Finding(subject, False, f"could not be made: {refusal.message}")
    return Finding(subject, True, "made")


def _permission_set(api: Api) -> str:
    """The id of leadline's permission set, which is made where there is none."""
    named = soql.compare("Name", "=", PERMISSION_SET)
    if found := api.rows(soql.select("PermissionSet", ["Id"], named)):
        return str(found[0]["Id"])
    body = {
        "Name": PERMISSION_SET,
        "Label": PERMISSION_SET,
        "Description": "Read and edit access to the fields that leadline writes.",
    }
    return str(api.post(paths.SOBJECT, body, kind="PermissionSet").body["id"])


def _grant(api: Api, parent: str, wanted: Sequence[Wanted]) -> None:
    query = soql.select(
        "FieldPermissions",
        ["Id", "Field", "PermissionsEdit"],
        soql.compare("ParentId", "=", parent),
    )
    granted = {str(row["Field"]): row for row in api.rows(query)}
    rights = {"PermissionsRead": True, "PermissionsEdit": True}
    for each in wanted:
        row = granted.get(each.full_name)
        if row is None:
            body = {"ParentId": parent, "SobjectType": each.kind, "Field": each.full_name}
            api.post(paths.SOBJECT, body | rights, kind="FieldPermissions")
        elif not row["PermissionsEdit"]:
            api.patch(paths.RECORD, dict(rights), kind="FieldPermissions", id=str(row["Id"]))


def _assigned(api: Api, parent: str) -> Finding:
    subject = f"permission set {PERMISSION_SET} for this user"
    user = user_of(api)
    if not user:
        detail = f"the org does not say who this user is: assign '{PERMISSION_SET}' to it in Setup"
        return Finding(subject, False, detail)
    conditions = [
        soql.compare("AssigneeId", "=", user),
        soql.compare("PermissionSetId", "=", parent),
    ]
    if api.rows(soql.select("PermissionSetAssignment", ["Id"], conditions)):
        return Finding(subject, True, "is assigned")
    body = {"AssigneeId": user, "PermissionSetId": parent}
    api.post(paths.SOBJECT, body, kind="PermissionSetAssignment")
    return Finding(subject, True, "was assigned")


def _type(column: pa.Field) -> str:
    if pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
        return "Number"
    if pa.types.is_timestamp(column.type):
        return "DateTime"
    return "LongTextArea" if column.name.endswith("reasons") else "Text"
