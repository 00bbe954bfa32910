"""The paths of a query: a field, or one of a record that a reference leads to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from leadline_sandbox.salesforce.fields import Field
from leadline_sandbox.salesforce.problems import bad, no_column

if TYPE_CHECKING:
    from leadline_sandbox.salesforce.store import Store

Getter = Callable[[Mapping[str, Any]], Any]
_MOST = 5  # references of one path
# What every object that a polymorphic reference may lead to has.
_SHARED = ("Id", "Name", "FirstName", "LastName", "Email", "Phone", "Title", "Username")


@dataclass(frozen=True, slots=True)
class Path:
    """A path that was found. name: as the schema spells it; polymorphic: Bulk refuses it."""

    name: str
    field: Field
    get: Getter
    polymorphic: bool = False


class Paths:
    """The paths of one query's object, each found once."""

    def __init__(self, store: Store, kind: str) -> None:
        self._store, self.kind = store, store.access.kind(kind).name
        self._known: dict[str, dict[str, Field]] = {}
        self._found: dict[str, Path] = {}

    def find(self, text: str) -> Path:
        """The path; INVALID_FIELD when it leads nowhere."""
        if text not in self._found:
            parts = text.split(".")
            if len(parts) > 1 and parts[0].lower() == self.kind.lower():
                parts = parts[1:]
            self._found[text] = self._path(self.kind, parts)
        return self._found[text]

    def _path(self, kind: str, parts: list[str]) -> Path:
        if len(parts) > _MOST + 1:
            raise bad("INVALID_FIELD", f"The path {'.'.join(parts)} has too many levels")
        if len(parts) == 1:
            field = self._field(kind, parts[0])
            return Path(field.name, field, _getter(field))
        reference = self._reference(kind, parts[0])
        if len(reference.reference_to) > 1:
            return self._polymorphic(kind, reference, parts)
        target = reference.reference_to[0]
        if target not in self._store.schema:
            raise _not_understood(parts)
        beyond = self._path(target, parts[1:])
        get = _through(self._store, reference.name, (target,), beyond.get)
        name = f"{reference.relationship}.{beyond.name}"
        return Path(name, beyond.field, get, beyond.polymorphic)

    def _polymorphic(self, kind: str, reference: Field, parts: list[str]) -> Path:
        targets = tuple(each for each in reference.reference_to if each in self._store.schema)
        if len(parts) != 2 or not targets:
            raise _not_understood(parts)
        name = next((n for n in (*_SHARED, "Type") if n.lower() == parts[1].lower()), "")
        if not name:
            raise no_column(parts[1], "Name")
        full = f"{reference.relationship}.{name}"
        if name == "Type":
            field = Field("Type", "picklist", "Type", length=40)
            return Path(full, field, _typed(self._store, reference.name), True)
        field = next(
            (f for t in targets if (f := self._store.schema[t].fields.get(name)) is not None),
            Field(name, "string", name, length=255),
        )
        get = _through(self._store, reference.name, targets, lambda values: values.get(name))
        return Path(full, field, get, True)

    def _reference(self, kind: str, name: str) -> Field:
        for field in self._fields(kind).values():
            if field.relationship.lower() == name.lower():
                return field
        raise _not_understood([name])

    def _field(self, kind: str, name: str) -> Field:
        field = self._fields(kind).get(name.lower())
        if field is None:
            raise no_column(name, kind)
        return field

    def _fields(self, kind: str) -> dict[str, Field]:
        if kind not in self._known:
            seen = self._store.access.fields(kind)
            self._known[kind] = {name.lower(): field for name, field in seen.items()}
        return self._known[kind]


def kind_of(store: Store, record_id: str) -> str:
    """The kind that an id's prefix stands for; "" for none."""
    prefix = record_id[:3]
    return next((each.name for each in store.schema.values() if each.prefix == prefix), "")


def _getter(field: Field) -> Getter:
    name = field.name
    if field.type == "boolean":
        return lambda values: values.get(name) or False
    if field.is_compound:
        return _address(name.removesuffix("Address"))
    return lambda values: values.get(name)


def _address(before: str) -> Getter:
    parts = ("Street", "City", "State", "PostalCode", "Country")

    def get(values: Mapping[str, Any]) -> Any:
        found = {p[0].lower() + p[1:]: values.get(f"{before}{p}") for p in parts}
        return found if any(found.values()) else None

    return get


def _through(store: Store, field: str, kinds: tuple[str, ...], beyond: Getter) -> Getter:
    tables = [store.table(kind) for kind in kinds]

    def get(values: Mapping[str, Any]) -> Any:
        record_id = values.get(field)
        if record_id is None:
            return None
        for table in tables:
            record = table.get(record_id)
            if record is not None:
                return beyond(record.values)
        return None

    return get


def _typed(store: Store, field: str) -> Getter:
    names = {each.prefix: each.name for each in store.schema.values()}
    return lambda values: names.get((values.get(field) or "")[:3])


def _not_understood(parts: list[str]) -> Exception:
    return bad(
        "INVALID_FIELD",
        f"Didn't understand relationship '{parts[0]}' in field path. If you are attempting to use "
        "a custom relationship, be sure to append the '__r' after the custom relationship name. "
        "Please reference your WSDL or the describe call for the appropriate names.",
    )
