"""Conversion: a lead becomes a contact of an account, and all that hung on it moves there."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from leadline_sandbox.salesforce.personal import on_account
from leadline_sandbox.salesforce.problems import bad
from leadline_sandbox.salesforce.records import Record, Values

if TYPE_CHECKING:
    from leadline_sandbox.salesforce.store import Store

STATUS = "Converted"
# Lead field → contact field: an empty one is filled. Custom fields go nowhere by themselves.
CARRIED = {
    "Salutation": "Salutation",
    "FirstName": "FirstName",
    "LastName": "LastName",
    "Title": "Title",
    "Email": "Email",
    "Phone": "Phone",
    "MobilePhone": "MobilePhone",
    "LeadSource": "LeadSource",
    "Description": "Description",
    "HasOptedOutOfEmail": "HasOptedOutOfEmail",
    "Street": "MailingStreet",
    "City": "MailingCity",
    "State": "MailingState",
    "PostalCode": "MailingPostalCode",
    "Country": "MailingCountry",
}
_COMPANY = {
    "Company": "Name",
    "Industry": "Industry",
    "NumberOfEmployees": "NumberOfEmployees",
    "AnnualRevenue": "AnnualRevenue",
    "Website": "Website",
    "City": "BillingCity",
    "Country": "BillingCountry",
}
_MONTH = timedelta(days=30)


def convert(
    store: Store, lead_id: str, account_id: str | None, contact_id: str | None, opportunity: bool
) -> str:
    """The contact's id."""
    lead = store.live("Lead", lead_id)
    if lead.values.get("IsConverted"):
        raise bad("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead", [])
    contact = store.live("Contact", contact_id) if contact_id else None
    if contact is None and not account_id and _is_private(store, lead):
        contact = _person(store, lead)
    account = _account(store, lead, account_id, contact)
    if contact is None:
        made = {new: lead.values.get(old) for old, new in CARRIED.items()}
        owner = {"AccountId": account, "OwnerId": lead.values.get("OwnerId")}
        contact = store.insert("Contact", made | owner, user=store.rep)
    else:
        _fill(store, lead, contact)
    deal = _opportunity(store, lead, account, contact.id) if opportunity else None
    _move(store, lead.id, contact.id, deal or account)
    store.write(
        lead,
        {
            "IsConverted": True,
            "ConvertedDate": store.stamp()[:10],
            "ConvertedAccountId": account,
            "ConvertedContactId": contact.id,
            "ConvertedOpportunityId": deal,
            "Status": STATUS,
        },
    )
    return contact.id


def _is_private(store: Store, lead: Record) -> bool:
    """Whether the lead becomes a person account: it names no company."""
    return store.options.person_accounts and not lead.values.get("Company")


def _person(store: Store, lead: Record) -> Record:
    """The contact of a new person account."""
    shown = {on_account(new): lead.values.get(old) for old, new in CARRIED.items()}
    known = store.schema["Account"].fields
    values = {name: value for name, value in shown.items() if name in known and value is not None}
    made = {**values, "IsPersonAccount": True, "OwnerId": lead.values.get("OwnerId")}
    account = store.insert("Account", made, user=store.rep)
    return store.live("Contact", account.values["PersonContactId"])


def _account(store: Store, lead: Record, account_id: str | None, contact: Record | None) -> str:
    if account_id:
        return store.live("Account", account_id).id
    if contact is not None and contact.values.get("AccountId"):
        return str(contact.values["AccountId"])
    made = {new: lead.values.get(old) for old, new in _COMPANY.items()}
    owner = {"OwnerId": lead.values.get("OwnerId")}
    return store.insert("Account", made | owner, user=store.rep).id


def _fill(store: Store, lead: Record, contact: Record) -> None:
    empty: Values = {
        new: lead.values[old]
        for old, new in CARRIED.items()
        if lead.values.get(old) is not None and contact.values.get(new) is None
    }
    store.write(contact, empty)


def _opportunity(store: Store, lead: Record, account: str, contact: str) -> str:
    values = {
        "Name": f"{lead.values.get('Company') or lead.values.get('LastName')}-",
        "StageName": "Prospecting",
        "CloseDate": (store.clock.now() + _MONTH).date().isoformat(),
        "AccountId": account,
        "OwnerId": lead.values.get("OwnerId"),
    }
    made = store.insert("Opportunity", values, user=store.rep)
    role = {"OpportunityId": made.id, "ContactId": contact, "IsPrimary": True}
    store.insert("OpportunityContactRole", role, user=store.rep)
    return made.id


def _move(store: Store, lead: str, contact: str, what: str) -> None:
    """Activities and campaign members go to the contact, each with a new stamp."""
    for kind in ("Task", "Event"):
        for each in store.having(kind, "WhoId", lead):
            store.write(each, {"WhoId": contact, "WhatId": what})
    for kind in ("TaskRelation", "EventRelation", "EmailMessageRelation"):
        for each in store.having(kind, "RelationId", lead):
            store.write(each, {"RelationId": contact})
    for each in store.having("CampaignMember", "LeadId", lead):
        store.write(each, {"ContactId": contact})
