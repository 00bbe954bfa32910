"""Which of an object's fields a canonical fact is read from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from leadline.batches import Source
from leadline_salesforce.describing import Described, FieldInfo
from leadline_salesforce.fields import own_fields

LEAD, CONTACT, ACCOUNT = "Lead", "Contact", "Account"
PEOPLE = (LEAD, CONTACT)

# How an object's ids begin.
PREFIXES: Mapping[str, str] = MappingProxyType({LEAD: "00Q", CONTACT: "003", ACCOUNT: "001"})

_PERSON = {
    "email": "Email",
    "first_name": "FirstName",
    "last_name": "LastName",
    "job_title": "Title",
    "phone": "Phone",
    "source_channel": "LeadSource",
    "owner": "OwnerId",
    "opted_out": "HasOptedOutOfEmail",
}

# What is not here, nor in the config's `fields`, Salesforce has no usual place for.
DEFAULTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        # A lead has no account: what it says of its company is all that is known.
        LEAD: {
            **_PERSON,
            "country": "Country",
            "city": "City",
            "industry": "Industry",
            "company": "Company",
            "company.employees": "NumberOfEmployees",
            "company.revenue": "AnnualRevenue",
            "company.industry": "Industry",
            "company.country": "Country",
            "company.city": "City",
            "company.domain": "Website",
            "lifecycle_stage": "Status",
            "lead_status": "Status",
        },
        CONTACT: {
            **_PERSON,
            "company_id": "AccountId",
            "country": "MailingCountry",
            "city": "MailingCity",
            "department": "Department",
            "consumer": "IsPersonAccount",
        },
        ACCOUNT: {
            "company": "Name",
            "company.employees": "NumberOfEmployees",
            "company.revenue": "AnnualRevenue",
            "company.industry": "Industry",
            "company.country": "BillingCountry",
            "company.city": "BillingCity",
            "company.domain": "Website",
        },
    }
)

# The clocks of a record, the best one first: what the system changes moves only the first.
STAMPS = ("SystemModstamp", "LastModifiedDate", "CreatedDate")
PERSON_ACCOUNT = "IsPersonAccount"
MERGED, CONVERTED = "MasterRecordId", "ConvertedContactId"

_RECORD = ("Id", "CreatedDate", "IsDeleted", MERGED, CONVERTED, PERSON_ACCOUNT)


@dataclass(frozen=True, slots=True)
class Layout:
    """What is read of one object: only what the user may see.

    stamp: its clock. facts: canonical field → field. own: column of a change → leadline's field.
    missing: what was wanted, and the field that is not there or hidden.
    """

    kind: str
    stamp: str
    facts: Mapping[str, str]
    own: Mapping[str, str]
    missing: Mapping[str, str]
    infos: Mapping[str, FieldInfo]

    @property
    def names(self) -> tuple[str, ...]:
        """The fields to ask for, each once."""
        record = (name for name in _RECORD if name in self.infos)
        return tuple(dict.fromkeys([*record, self.stamp, *self.facts.values(), *self.own.values()]))


def facts_of(source: Source, kind: str) -> dict[str, str]:
    """Canonical field → the object's field, as the config or the defaults say."""
    company = kind == ACCOUNT
    named = source.company_fields if company else source.fields
    wanted = [*source.wanted_of_companies] if company else ["email", "company_id", *source.wanted]
    if source.links_to and not company:
        wanted.append("linked_to")
    defaults = DEFAULTS[kind]
    found = {
        fact: _on(named[fact], kind) if fact in named else defaults.get(fact, "") for fact in wanted
    }
    return {fact: field for fact, field in found.items() if field}


def layout(source: Source, described: Described) -> Layout:
    """What is read of an object that the user may see."""
    by_name = {name.lower(): info for name, info in described.fields.items()}
    facts, missing = dict[str, str](), dict[str, str]()
    for fact, field in facts_of(source, described.name).items():
        info = by_name.get(field.lower())
        if info is not None and not info.compound:
            facts[fact] = info.name
        elif field != PERSON_ACCOUNT:  # it is there where the org has person accounts
            missing[fact] = field
    own = dict[str, str]()
    if described.name != ACCOUNT:
        for column, field in own_fields(source).items():
            if (info := by_name.get(field.lower())) is not None:
                own[column] = info.name
    stamp = next((name for name in STAMPS if described.has(name)), STAMPS[-1])
    return Layout(described.name, stamp, facts, own, missing, described.fields)


def _on(text: str, kind: str) -> str:
    """The part of a mapping that is about an object: "Title", or "Lead.A, Contact.B"."""
    for part in (each.strip() for each in text.split(",")):
        place, _, field = part.partition(".")
        if not field:
            return part
        if place.lower() == kind.lower():
            return field
    return ""
