"""What the integration user may see and edit: field-level security and permission sets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadline_sandbox.salesforce.fields import Field
from leadline_sandbox.salesforce.kinds import Kind
from leadline_sandbox.salesforce.problems import no_type

if TYPE_CHECKING:
    from leadline_sandbox.salesforce.store import Store


class Access:
    """hidden: (kind, field) pairs, with None for a whole kind; protected: read but not edited."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.hidden: set[tuple[str, str | None]] = set()
        self.protected: set[tuple[str, str]] = set()

    def kind(self, name: str) -> Kind:
        """A kind that the user may see, by its name in any case; INVALID_TYPE otherwise."""
        kinds = self._store.schema
        found = kinds.get(name) or next(
            (each for each in kinds.values() if each.name.lower() == name.lower()), None
        )
        if found is None or (found.name, None) in self.hidden:
            raise no_type(name)
        return found

    def fields(self, kind: str) -> dict[str, Field]:
        """The fields that the user may see."""
        return {
            name: field
            for name, field in self._store.schema[kind].fields.items()
            if (kind, name) not in self.hidden
            and (not field.made or self._granted(kind, name, "PermissionsRead"))
        }

    def edits(self, kind: str, field: Field) -> bool:
        """Whether the user may write a field that can be written at all."""
        if (kind, field.name) in self.protected:
            return False
        return not field.made or self._granted(kind, field.name, "PermissionsEdit")

    def _granted(self, kind: str, name: str, right: str) -> bool:
        store = self._store
        if kind == "Account" and name.endswith("__pc"):
            # A person account shows the contact's own fields, by the contact's rights.
            kind, name = "Contact", name.removesuffix("__pc") + "__c"
        sets = {
            each.values["PermissionSetId"]
            for each in store.table("PermissionSetAssignment").values()
            if each.values.get("AssigneeId") == store.user
        }
        return any(
            each.values.get("Field") == f"{kind}.{name}"
            and each.values.get(right)
            and each.values.get("ParentId") in sets
            for each in store.table("FieldPermissions").values()
        )
