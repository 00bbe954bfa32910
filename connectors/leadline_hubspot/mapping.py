"""Which of HubSpot's properties a canonical field is read from, and how values become columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from leadline.batches import Source
from leadline.connecting.known import held
from leadline_hubspot.answers import Json
from leadline_hubspot.changes import STAGE_COLUMNS, own_property

# What HubSpot calls the two kinds of record.
CONTACTS, COMPANIES = "contacts", "companies"

# Of a contact. What is not here, nor in the config's `fields`, HubSpot has no usual place for.
CONTACT_DEFAULTS: Mapping[str, str] = {
    "first_name": "firstname",
    "last_name": "lastname",
    "job_title": "jobtitle",
    "seniority": "hs_seniority",
    "department": "hs_role",
    "industry": "industry",
    "country": "country",
    "city": "city",
    "gender": "gender",
    "language": "hs_language",
    "phone": "phone",
    "company": "company",
    "source_channel": "hs_analytics_source",
    "lifecycle_stage": "lifecyclestage",
    "owner": "hubspot_owner_id",
    "lead_status": "hs_lead_status",
    "opted_out": "hs_email_optout",
}

# Of a company, for the contacts of which it is the primary one.
COMPANY_DEFAULTS: Mapping[str, str] = {
    "company": "name",
    "company.employees": "numberofemployees",
    "company.revenue": "annualrevenue",
    "company.industry": "industry",
    "company.country": "country",
    "company.city": "city",
    "company.domain": "domain",
}

EMAIL = "email"
COMPANY_ID = "associatedcompanyid"
MERGED_IDS = "hs_merged_object_ids"
MERGED_VIDS = "hs_calculated_merged_vids"

# Where the Salesforce integration keeps a contact's id there; a contact's before a lead's.
LINKS = ("salesforcecontactid", "salesforceleadid")


def contact_properties(source: Source) -> dict[str, tuple[str, ...]]:
    """Canonical field → the properties that it is read from; of several the first that has one."""
    named = source.fields
    found: dict[str, tuple[str, ...]] = {
        "email": (named.get("email", EMAIL),),
        "company_id": (named.get("company_id", COMPANY_ID),),
    }
    if source.links_to:
        found["linked_to"] = (named["linked_to"],) if "linked_to" in named else LINKS
    for field in source.wanted:
        if name := named.get(field) or CONTACT_DEFAULTS.get(field):
            found[field] = (name,)
    return found


def company_properties(source: Source) -> dict[str, tuple[str, ...]]:
    """Canonical company fact → the property of the company that it is read from."""
    named = source.company_fields
    found: dict[str, tuple[str, ...]] = {}
    for field in source.wanted_of_companies:
        if name := named.get(field) or COMPANY_DEFAULTS.get(field):
            found[field] = (name,)
    return found


def own_properties(source: Source) -> dict[str, str]:
    """Column of a change → leadline's own property for it."""
    return {
        name: own_property(source, name)
        for name in source.output.names
        if name not in ("contact_id", *STAGE_COLUMNS)
    }


def texts(records: Sequence[Json], names: Iterable[str]) -> pa.StructArray:
    """These properties of some records, as text and all at once: a row each, null where empty."""
    kind = pa.struct([pa.field(name, pa.string()) for name in names])
    values = [record["properties"] for record in records]
    try:
        return pa.array(values, kind)
    except (pa.ArrowTypeError, pa.ArrowInvalid):  # a bare number or boolean among the texts
        return pa.array([{n: _text(v) for n, v in each.items()} for each in values], kind)


class Columns:
    """The columns of `texts`, by name."""

    def __init__(self, rows: pa.StructArray) -> None:
        self._columns = {
            field.name: column for field, column in zip(rows.type, rows.flatten(), strict=True)
        }

    def of(self, names: Iterable[str]) -> pa.Array:
        """Of each record the first of these properties that is not empty."""
        first, *others = (self._columns[name] for name in names)
        for other in others:
            first = pc.if_else(pc.fill_null(pc.equal(first, ""), True), other, first)
        return first


def known_values(columns: Columns, ids: pa.Array, source: Source) -> pa.Table:
    """`contact_id` and leadline's own properties as they are now, typed as they are written.

    What cannot be read as its type is unknown, so that it is written anew.
    """
    known = {"contact_id": ids}
    for name, prop in own_properties(source).items():
        known[name] = held(columns.of((prop,)), source.output.field(name).type)
    return pa.table(known)


def merged_ids(record: Json) -> list[str]:
    """The ids that went into this record; neither of HubSpot's two lists is always complete."""
    values = record.get("properties") or {}
    given = (values.get(MERGED_IDS), values.get(MERGED_VIDS))
    if not any(given):
        return []
    parts = (
        part.partition(":")[0].strip() for text in given if text for part in str(text).split(";")
    )
    return sorted({one for one in parts if one.isdigit()} - {str(record["id"])})


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else str(value)
