"""The Tooling API, as far as fields go: make a custom field, and look which there are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from zlib import crc32

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from leadline_sandbox.salesforce.asking import body_of
from leadline_sandbox.salesforce.fields import Field
from leadline_sandbox.salesforce.ids import made_id
from leadline_sandbox.salesforce.org import Org, org_of
from leadline_sandbox.salesforce.problems import Problem, bad, no_type
from leadline_sandbox.salesforce.soql_grammar import Condition, Junction, Query, parsed

router = APIRouter()

_NAME = re.compile(r"(\w+)\.((?:[A-Za-z][A-Za-z0-9]*__)?([A-Za-z](?:_?[A-Za-z0-9])*)__c)")
_LONGEST_NAME = 40
# Metadata's type: describe's type, and what has to be said of it.
_TYPES: dict[str, tuple[str, tuple[str, ...]]] = {
    "Text": ("string", ("length",)),
    "LongTextArea": ("textarea", ("length", "visibleLines")),
    "TextArea": ("textarea", ()),
    "Number": ("double", ("precision", "scale")),
    "Currency": ("currency", ("precision", "scale")),
    "Percent": ("percent", ("precision", "scale")),
    "Checkbox": ("boolean", ("defaultValue",)),
    "Date": ("date", ()),
    "DateTime": ("datetime", ()),
    "Email": ("email", ()),
    "Phone": ("phone", ()),
    "Url": ("url", ()),
    "Picklist": ("picklist", ("valueSet",)),
}
_LENGTHS = {"Text": 255, "LongTextArea": 131_072, "TextArea": 255}


@router.post("/tooling/sobjects/CustomField")
async def create(request: Request) -> Response:
    """Make a field; nobody sees it until a permission set of theirs grants it."""
    crm, body = org_of(request), await body_of(request)
    if not crm.options.customize:
        raise Problem(
            403, "INSUFFICIENT_ACCESS", "insufficient access rights on cross-reference id", []
        )
    full_name, metadata = str(body.get("FullName", "")), body.get("Metadata")
    parts = _NAME.fullmatch(full_name)
    if parts is None or len(parts[3]) > _LONGEST_NAME or "__" in parts[3]:
        raise bad("FIELD_INTEGRITY_EXCEPTION", f"The field name is not valid: {full_name}",
                  ["FullName"])  # fmt: skip
    if not isinstance(metadata, dict):
        raise bad("REQUIRED_FIELD_MISSING", "Required fields are missing: [Metadata]",
                  ["Metadata"])  # fmt: skip
    kind, name = crm.store.kind(parts[1]).name, parts[2]
    with crm.store.lock:
        known = {each.lower() for each in crm.store.schema[kind].fields}
        if name.lower() in known:
            raise bad(
                "DUPLICATE_DEVELOPER_NAME",
                f"There is already a field named {parts[3]} on {kind}.",
                ["DeveloperName"],
            )
        _add(crm, kind, made(name, metadata))
    answer = {"success": True, "errors": [], "warnings": [], "infos": []}
    return JSONResponse({"id": _field_id(kind, name)} | answer, 201)


@router.get("/tooling/query")
async def query(request: Request) -> Response:
    """Rows about fields: CustomField has those that were made, FieldDefinition has all."""
    crm, asked = org_of(request), parsed(request.query_params.get("q", ""))
    kinds = {"customfield": _custom_fields, "fielddefinition": _definitions}
    if asked.kind.lower() not in kinds:
        raise no_type(asked.kind)
    with crm.store.lock:
        rows = [row for row in kinds[asked.kind.lower()](crm) if _holds(asked.where, row)]
    records = [
        {"attributes": {"type": asked.kind}, **{c.path: _of(row, c.path) for c in asked.columns}}
        for row in rows[: asked.limit]
    ]
    found = {"size": len(records), "totalSize": len(rows), "done": True, "queryLocator": None}
    return JSONResponse(found | {"entityTypeName": asked.kind, "records": records})


def made(name: str, metadata: Mapping[str, Any]) -> Field:
    """The field that the metadata describes; 400 where something has to be said and is not."""
    said = str(metadata.get("type", ""))
    if said not in _TYPES:
        raise bad("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
                  f"Type: bad value for restricted picklist field: {said}", ["Type"])  # fmt: skip
    kind, needed = _TYPES[said]
    for key in ("label", *needed):
        if metadata.get(key) is None:
            raise bad("FIELD_INTEGRITY_EXCEPTION", f"Must specify '{key}' for a CustomField of "
                      f"type {said}", [key])  # fmt: skip
    length = int(metadata.get("length") or _LENGTHS.get(said, 0))
    if length > _LENGTHS.get(said, length):
        raise bad("FIELD_INTEGRITY_EXCEPTION", f"The length of {name} is above "
                  f"{_LENGTHS[said]}", ["length"])  # fmt: skip
    field = Field(
        name,
        kind,
        str(metadata["label"]),
        length=length,
        precision=int(metadata.get("precision") or 0),
        scale=int(metadata.get("scale") or 0),
        nillable=kind != "boolean",
        made=True,
    )
    if metadata.get("formula"):
        field = replace(field, calculated=True, updateable=False, createable=False)
    return field


def _add(crm: Org, kind: str, field: Field) -> None:
    crm.store.add_field(kind, field)
    if kind == "Contact" and crm.options.person_accounts:
        name = field.name.removesuffix("__c") + "__pc"
        crm.store.add_field("Account", replace(field, name=name))


def _custom_fields(crm: Org) -> Iterator[dict[str, Any]]:
    for kind in crm.store.schema.values():
        for field in kind.fields.values():
            if field.name.endswith("__c"):
                namespace, _, rest = field.name.removesuffix("__c").rpartition("__")
                yield {
                    "Id": _field_id(kind.name, field.name),
                    "DeveloperName": rest,
                    "NamespacePrefix": namespace or None,
                    "TableEnumOrId": kind.name,
                }


def _definitions(crm: Org) -> Iterator[dict[str, Any]]:
    for kind in crm.store.schema.values():
        for field in kind.fields.values():
            yield {
                "DurableId": f"{kind.name}.{field.name}",
                "QualifiedApiName": field.name,
                "Label": field.label,
                "IsFieldHistoryTracked": field.name in crm.store.tracked.get(kind.name, ()),
                "EntityDefinitionId": kind.name,
                "EntityDefinition.QualifiedApiName": kind.name,
            }


def _holds(condition: Condition | None, row: Mapping[str, Any]) -> bool:
    """Whether a row is what a query asks for; equality and lists are all there is to ask with."""
    if condition is None:
        return True
    if isinstance(condition, Junction):
        parts = [_holds(part, row) for part in condition.parts]
        return {"AND": all(parts), "OR": any(parts), "NOT": not parts[0]}[condition.word]
    if isinstance(condition.values, Query) or condition.operator not in ("=", "!=", "IN", "NOT IN"):
        raise bad("INVALID_QUERY_FILTER_OPERATOR", f"{condition.operator} is not simulated here")
    wanted = {_literal(each.kind, each.text) for each in condition.values}
    return (_of(row, condition.path) in wanted) is (condition.operator in ("=", "IN"))


def _of(row: Mapping[str, Any], path: str) -> Any:
    if path not in row:
        raise bad("INVALID_FIELD", f"No such column '{path}' on entity of the Tooling API.")
    return row[path]


def _literal(kind: str, text: str) -> Any:
    if kind == "TRUTH":
        return text.lower() == "true"
    return None if kind == "NULL" else text


def _field_id(kind: str, name: str) -> str:
    return made_id("00N", crc32(f"{kind}.{name}".encode()) % 62**5)
