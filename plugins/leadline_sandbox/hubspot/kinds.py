"""The kinds of CRM records, the names they go by, and how two of them are associated."""

from __future__ import annotations

from dataclasses import dataclass

_COMMON = ("hs_createdate", "hs_lastmodifieddate", "hs_object_id")


@dataclass(frozen=True, slots=True)
class Kind:
    """One object type. defaults: the properties that are answered when none is asked for."""

    name: str
    singular: str
    type_id: str
    first_id: int
    scope: str = "contacts"
    created: str = "hs_createdate"
    modified: str = "hs_lastmodifieddate"
    defaults: tuple[str, ...] = _COMMON

    @property
    def title(self) -> str:
        """As messages and events name it: CONTACT."""
        return self.singular.upper()

    @property
    def always(self) -> tuple[str, ...]:
        """The properties that come along whatever is asked for."""
        return (self.created, self.modified, "hs_object_id")


CONTACTS = Kind(
    "contacts",
    "contact",
    "0-1",
    100_001,
    created="createdate",
    modified="lastmodifieddate",
    defaults=("createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname"),
)
COMPANIES = Kind(
    "companies",
    "company",
    "0-2",
    9_000_000_001,
    "companies",
    created="createdate",
    defaults=("createdate", "domain", "hs_lastmodifieddate", "hs_object_id", "name"),
)
DEALS = Kind(
    "deals",
    "deal",
    "0-3",
    30_000_000_001,
    "deals",
    created="createdate",
    defaults=(
        "amount",
        "closedate",
        "createdate",
        "dealname",
        "dealstage",
        "hs_lastmodifieddate",
        "hs_object_id",
        "pipeline",
    ),
)
ALL = (
    CONTACTS,
    COMPANIES,
    DEALS,
    Kind("calls", "call", "0-48", 41_000_000_001),
    Kind("emails", "email", "0-49", 42_000_000_001),
    Kind("meetings", "meeting", "0-47", 43_000_000_001),
    Kind("notes", "note", "0-46", 44_000_000_001),
    Kind("tasks", "task", "0-27", 45_000_000_001),
    Kind("communications", "communication", "0-18", 46_000_000_001),
    Kind("postal_mail", "postal_mail", "0-116", 47_000_000_001),
    Kind("leads", "lead", "0-136", 48_000_000_001, "leads"),
)
BY_NAME = {name: kind for kind in ALL for name in (kind.name, kind.singular, kind.type_id)}

# (from, to) → the type id of an association that nobody labelled.
_TYPES = {
    ("contacts", "companies"): 279,
    ("companies", "contacts"): 280,
    ("contacts", "deals"): 4,
    ("deals", "contacts"): 3,
    ("companies", "deals"): 342,
    ("deals", "companies"): 341,
    ("contacts", "calls"): 193,
    ("calls", "contacts"): 194,
    ("contacts", "emails"): 197,
    ("emails", "contacts"): 198,
    ("contacts", "meetings"): 199,
    ("meetings", "contacts"): 200,
    ("contacts", "notes"): 201,
    ("notes", "contacts"): 202,
    ("contacts", "tasks"): 203,
    ("tasks", "contacts"): 204,
    ("contacts", "communications"): 82,
    ("communications", "contacts"): 81,
    ("contacts", "postal_mail"): 454,
    ("postal_mail", "contacts"): 453,
    ("leads", "contacts"): 578,
    ("contacts", "leads"): 579,
}
PRIMARY = {("contacts", "companies"): 1, ("companies", "contacts"): 2}
OPPOSITE = {1: 2, 2: 1}


def type_between(one: Kind, other: Kind) -> int:
    """The type id of a plain association."""
    return _TYPES.get((one.name, other.name), 0)
