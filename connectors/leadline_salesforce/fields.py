"""Leadline's own fields on leads and contacts: their names, and their values as they are now."""

from __future__ import annotations

from leadline.batches import Source
from leadline_salesforce.settings import SalesforceSettings

# These of a change are no fields of leadline's own.
_NOT_OURS = ("contact_id", "stage", "stage_field")

_CUSTOM, _OF_PERSON = "__c", "__pc"


def own_field(source: Source, column: str) -> str:
    """The field of leadline's own, on Lead and on Contact, that holds a column of a change."""
    if named := source.write.get(column):
        return named
    settings = source.settings_as(SalesforceSettings)
    words = "_".join(word[:1].upper() + word[1:] for word in column.split("_"))
    namespace = settings.namespace.removesuffix("__")
    prefix = f"{namespace}__" if namespace else ""
    return f"{prefix}{settings.field_prefix}{words}{_CUSTOM}"


def own_fields(source: Source) -> dict[str, str]:
    """Column of a change → the field of leadline's own for it."""
    return {name: own_field(source, name) for name in source.output.names if name not in _NOT_OURS}


def of_person_account(field: str) -> str:
    """The name that a custom field of Contact has on the Account of a person."""
    return field.removesuffix(_CUSTOM) + _OF_PERSON if field.endswith(_CUSTOM) else field
