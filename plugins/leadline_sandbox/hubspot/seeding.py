"""The demo's funnel as a HubSpot portal: contacts with companies, and all that they did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from leadline_sandbox.hubspot.instants import full_iso
from leadline_sandbox.hubspot.kinds import COMPANIES, CONTACTS, PRIMARY, type_between
from leadline_sandbox.hubspot.projecting import Projector
from leadline_sandbox.hubspot.records import Record
from leadline_sandbox.hubspot.stages import stage_dates
from leadline_sandbox.hubspot.store import Store
from leadline_sandbox.seed import (
    SELLERS,
    Act,
    Funnel,
    Row,
    company_domain,
    funnel,
    milliseconds,
    uncollected,
)

_TEXTS = {
    "firstname": "First name",
    "lastname": "Last name",
    "jobtitle": "Job title",
    "hs_seniority": "Seniority",
    "job_function": "Department",
    "country": "Country",
    "city": "City",
    "industry": "Industry",
    "company": "Company",
    "numemployees": "Employees",
    "annualrevenue": "Annual revenue",
    "budget": "Budget",
    "planned_purchase": "Planned purchase",
    "lead_source": "Lead source",
    "marketing_consent": "Consent",
}
_COMPANY_TEXTS = {
    "name": "Company",
    "country": "Country",
    "city": "City",
    "industry": "Industry",
    "numberofemployees": "Employees",
    "annualrevenue": "Annual revenue",
}
_COUNTERS = {
    "Page view": ("hs_analytics_num_page_views", "hs_analytics_last_timestamp"),
    "Email sent": ("hs_email_delivered", "hs_email_last_send_date"),
    "Email opened": ("hs_email_open", "hs_email_last_open_date"),
    "Email clicked": ("hs_email_click", "hs_email_last_click_date"),
    "Email bounced": ("hs_email_bounce", ""),
    "Form submitted": ("num_conversion_events", "recent_conversion_date"),
    "Meeting held": ("", "engagements_last_meeting_booked"),
}
_STAGE_OF = {"Deal won": "customer", "Deal created": "opportunity", "Demo requested": "lead"}
_PIPELINE = (
    ("appointmentscheduled", "Appointment scheduled", "0.2"),
    ("contractsent", "Contract sent", "0.9"),
    ("closedwon", "Closed won", "1.0"),
    ("closedlost", "Closed lost", "0.0"),
)


def fill(store: Store, contacts: int, seed: int) -> None:
    """Owners and pipelines, and a funnel of this many contacts; with 0 the portal is empty."""
    _furnish(store)
    if not contacts:
        return
    today = store.clock.now().date()
    with store.lock, uncollected():
        made = funnel(contacts, seed, today, store.options.activities_per_contact)
        emails = _contacts(store, made)
        _companies(store, made)
        projector = Projector(store, emails)
        for act in made.activities:
            projector.take(act)
        projector.finish()


def _contacts(store: Store, made: Funnel) -> dict[int, str]:
    """Puts every contact; answers the e-mail address of each."""
    acts = made.acts()
    emails: dict[int, str] = {}
    taken: set[str] = set()
    for row in made.contacts:
        number = int(row["Contact ID"])
        email = _one_of_its_kind(row["Email"].lower(), taken)
        values = {name: row[heading] for name, heading in _TEXTS.items()}
        values |= {"email": email, **_done(acts[number], milliseconds(row["Created"]))}
        values["hubspot_owner_id"] = str(number % len(SELLERS) + 1)
        if email:
            values["hs_email_domain"] = email.partition("@")[2]
        emails[number] = email
        store.put(
            Record(
                CONTACTS,
                number,
                {name: value for name, value in values.items() if value},
                milliseconds(row["Created"]),
                milliseconds(row["Last modified"]) + number * 7 % 1_000,
            )
        )
    return emails


def _one_of_its_kind(email: str, taken: set[str]) -> str:
    """HubSpot has one contact per address: a second one of the demo gets a tag."""
    if email and email in taken:
        before, _, domain = email.partition("@")
        email = f"{before}+2@{domain}"
    taken.add(email)
    return email


def _done(acts: Sequence[Act], created: int) -> dict[str, str]:
    """The calculated counters, the stage, and whether mail is still wanted."""
    counts: Counter[str] = Counter()
    values: dict[str, str] = {}
    stage = "subscriber"
    for act in acts:
        counter, last = _COUNTERS.get(act.kind, ("", ""))
        if counter:
            counts[counter] += 1
        if last:
            values[last] = full_iso(act.at)
        if act.kind == "Unsubscribed":
            values["hs_email_optout"] = "true"
        if stage != "customer":
            stage = _STAGE_OF.get(act.kind, stage)
    values |= {name: str(number) for name, number in counts.items()}
    return {**values, "lifecyclestage": stage, **stage_dates(stage, created)}


def _companies(store: Store, made: Funnel) -> None:
    """A company per domain that is no free mail, the primary one of whoever writes from there."""
    companies: dict[str, Record] = {}
    for row in made.contacts:
        domain = company_domain(row)
        if not domain:
            continue
        if domain not in companies:
            companies[domain] = store.put(_company(domain, row, len(companies)))
        number, company = int(row["Contact ID"]), companies[domain]
        for type_id in (PRIMARY["contacts", "companies"], type_between(CONTACTS, COMPANIES)):
            store.links.add(CONTACTS, number, COMPANIES, company.number, type_id)
        contact = store.live("contacts", number)
        contact.values = {**contact.values, "associatedcompanyid": company.id}
        store.put(contact)


def _company(domain: str, row: Row, place: int) -> Record:
    values = {name: row[heading] for name, heading in _COMPANY_TEXTS.items() if row[heading]}
    created = milliseconds(row["Created"])
    return Record(
        COMPANIES,
        COMPANIES.first_id + place,
        {**values, "domain": domain},
        created,
        created + 86_400_000,
    )


def _furnish(store: Store) -> None:
    opened = full_iso(1_704_067_200_000)
    for number, (first, last) in enumerate(SELLERS, start=1):
        store.owners.append(
            {
                "id": str(number),
                "email": f"{first}.{last}@harbourline.example".lower(),
                "type": "PERSON",
                "firstName": first,
                "lastName": last,
                "userId": number,
                "userIdIncludingInactive": number,
                "createdAt": opened,
                "updatedAt": opened,
                "archived": False,
                "teams": [],
            }
        )
    stages = [
        {
            "id": stage,
            "label": label,
            "displayOrder": order,
            "metadata": {
                "isClosed": str(probability in ("1.0", "0.0")).lower(),
                "probability": probability,
            },
            "createdAt": opened,
            "updatedAt": opened,
            "archived": False,
            "writePermissions": "CRM_PERMISSIONS_ENFORCEMENT",
        }
        for order, (stage, label, probability) in enumerate(_PIPELINE)
    ]
    store.pipelines["deals"] = [
        {
            "id": "default",
            "label": "Sales pipeline",
            "displayOrder": 0,
            "stages": stages,
            "createdAt": opened,
            "updatedAt": opened,
            "archived": False,
        }
    ]
