"""The demo's funnel as a Salesforce org: leads, contacts on accounts, and all that they did.

Of ten people six are leads and four are contacts; one of the contacts was a lead before.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from leadline_sandbox.salesforce.converting import STATUS
from leadline_sandbox.salesforce.deriving import CLOSED_TASK
from leadline_sandbox.salesforce.happenings import Happenings, Person
from leadline_sandbox.salesforce.history import leave_history
from leadline_sandbox.salesforce.ids import made_id
from leadline_sandbox.salesforce.records import Values
from leadline_sandbox.salesforce.store import Store
from leadline_sandbox.seed import SELLERS, Act, Row, company_domain, funnel, uncollected

_OPENED = "2024-01-01T00:00:00.000Z"
_USERS = (("Leadline", "Integration"), *SELLERS)
_DEALS = frozenset({"Deal created", "Deal won", "Deal lost"})
_SOURCES = {"Partner": "Partner Referral", "Outbound": "Phone Inquiry"}


def fill(store: Store, contacts: int, seed: int) -> None:
    """Users and statuses, and a funnel of this many people; with 0 there is nobody."""
    with store.lock, uncollected():
        _furnish(store)
        if not contacts:
            return
        today = store.clock.now().date()
        made = funnel(contacts, seed, today, store.options.activities_per_contact)
        acts, people = made.acts(), _People(store)
        for row in made.contacts:
            people.take(row, acts[int(row["Contact ID"])])
        happenings = Happenings(store, people.known)
        for act in made.activities:
            happenings.take(act)
        happenings.finish()
        store.settle()


class _People:
    """Puts every person of the funnel. known: by the demo's number."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._accounts: dict[str, str] = {}
        self.known: dict[int, Person] = {}

    def take(self, row: Row, acts: Sequence[Act]) -> None:
        """A lead, or a contact, which may have been a lead before."""
        number = int(row["Contact ID"])
        kinds = {act.kind for act in acts}
        values = _shared(self._store, row, number, kinds)
        if number % 10 < 6 and not kinds & _DEALS:
            lead = self._lead(row, values, kinds, number)
            self.known[number] = Person("Lead", lead, "", row["Email"], values["OwnerId"])
            return
        account, personal = self._account(row, values)
        made: Values = {
            **values,
            "Department": row["Department"] or None,
            "MailingCity": row["City"] or None,
            "MailingCountry": row["Country"] or None,
        }
        if account:
            made["AccountId"] = account
        if self._store.options.person_accounts:
            made["IsPersonAccount"] = personal
        contact = self._store.put("Contact", made).id
        if personal:
            self._own(account, contact)
        person = Person("Contact", contact, account, row["Email"], values["OwnerId"])
        if number % 10 == 9:
            person.lead = self._lead(row, values, kinds, number, person)
        self.known[number] = person

    def _lead(
        self, row: Row, values: Values, kinds: set[str], number: int, became: Person | None = None
    ) -> str:
        made: Values = {
            **values,
            "Company": row["Company"] or "[not provided]",
            "City": row["City"] or None,
            "Country": row["Country"] or None,
            **_firm(row),
            "Planned_Purchase__c": row["Planned purchase"][:10] or None,
            "Status": _status(kinds, number),
        }
        if became is not None:
            made |= {
                "IsConverted": True,
                "Status": STATUS,
                "ConvertedDate": values["LastModifiedDate"][:10],
                "ConvertedContactId": became.id,
                "ConvertedAccountId": became.account or None,
            }
        lead = self._store.put("Lead", made)
        rep, fresh = self._store.rep, {"Status": "New", "OwnerId": values["OwnerId"]}
        leave_history(self._store, "Lead", None, lead.values, rep, values["CreatedDate"])
        leave_history(self._store, "Lead", fresh, lead.values, rep, values["LastModifiedDate"])
        return lead.id

    def _account(self, row: Row, values: Values) -> tuple[str, bool]:
        """The account's id and whether it is the person; "" for somebody without a company."""
        domain = company_domain(row)
        private = not domain
        if private and not self._store.options.person_accounts:
            return "", False
        if not private and domain in self._accounts:
            return self._accounts[domain], False
        made: Values = {
            **_stamped(self._store, row, values["OwnerId"]),
            "Name": values["Name"] if private else row["Company"],
            "BillingCity": row["City"] or None,
            "BillingCountry": row["Country"] or None,
        }
        if not private:
            made |= {**_firm(row), "Website": f"https://www.{domain}"}
        if self._store.options.person_accounts:
            made["IsPersonAccount"] = private
        if private:
            made |= {
                "FirstName": values.get("FirstName"),
                "LastName": values["LastName"],
                "PersonEmail": values.get("Email"),
                "PersonTitle": values.get("Title"),
            }
        account = self._store.put("Account", made).id
        if not private:
            self._accounts[domain] = account
        return account, private

    def _own(self, account: str, contact: str) -> None:
        record = self._store.table("Account")[account]
        record.values = {**record.values, "PersonContactId": contact}


def _shared(store: Store, row: Row, number: int, kinds: set[str]) -> Values:
    """What a lead and a contact have alike."""
    owner = made_id("005", 2 + number % 3)
    source = row["Lead source"]
    values: Values = {
        **_stamped(store, row, owner),
        "FirstName": row["First name"] or None,
        "LastName": row["Last name"] or "[not provided]",
        "Title": row["Job title"] or None,
        "Email": row["Email"] or None,
        "LeadSource": _SOURCES.get(source, "Web" if source else None),
        "Seniority__c": row["Seniority"] or None,
        "Function__c": row["Department"] or None,
        "Consent__c": row["Consent"] or None,
        "Budget__c": float(row["Budget"]) if row["Budget"] else None,
        "HasOptedOutOfEmail": "Unsubscribed" in kinds,
    }
    values["Name"] = " ".join(filter(None, (values["FirstName"], values["LastName"])))
    if "Email bounced" in kinds:
        values["EmailBouncedReason"] = "550 no such user"
        values["EmailBouncedDate"] = values["LastModifiedDate"]
    return {name: value for name, value in values.items() if value is not None}


def _firm(row: Row) -> Values:
    """What a lead and an account say of a company alike."""
    return {
        "Industry": row["Industry"] or None,
        "NumberOfEmployees": int(row["Employees"]) if row["Employees"] else None,
        "AnnualRevenue": float(row["Annual revenue"]) if row["Annual revenue"] else None,
    }


def _stamped(store: Store, row: Row, owner: str) -> dict[str, Any]:
    modified = _kept(row["Last modified"])
    return {
        "IsDeleted": False,
        "CreatedDate": _kept(row["Created"]),
        "CreatedById": store.rep,
        "LastModifiedDate": modified,
        "LastModifiedById": owner,
        "SystemModstamp": modified,
        "OwnerId": owner,
    }


def _kept(instant: str) -> str:
    """An instant of the demo, 2026-05-01T09:30:00Z, as the org keeps it."""
    return f"{instant[:19]}.000Z"


def _status(kinds: set[str], number: int) -> str:
    if "Demo requested" in kinds or "Trial started" in kinds:
        return "Qualified"
    if "Call" in kinds or "Meeting held" in kinds:
        return "Working"
    if number % 7 == 0:
        return "Unqualified"
    return "Nurturing" if "Email opened" in kinds else "New"


def _furnish(store: Store) -> None:
    """The organization, its users, and the statuses of leads and tasks."""
    for number, (first, last) in enumerate(_USERS, start=1):
        name = f"{first}.{last}".lower()
        values = {"FirstName": first, "LastName": last, "IsActive": True, "UserType": "Standard"}
        store.create(
            "User",
            {
                **values,
                "Username": "leadline@sandbox.example" if number == 1 else f"{name}@org.example",
                "Email": f"{name}@harbourline.example",
                "TimeZoneSidKey": store.options.time_zone,
            },
            id=made_id("005", number),
            created=_OPENED,
        )
    store.create(
        "Organization",
        {
            "Name": "Harbourline",
            "OrganizationType": store.options.edition,
            "IsSandbox": False,
            "InstanceName": "SBX1",
            "TimeZoneSidKey": store.options.time_zone,
            "DefaultLocaleSidKey": "en_US",
        },
        created=_OPENED,
    )
    for kind, flag, last in (("Lead", "IsConverted", STATUS), ("Task", "IsClosed", CLOSED_TASK)):
        for order, label in enumerate(store.schema[kind].fields["Status"].picklist, start=1):
            named = {"MasterLabel": label, "ApiName": label, "SortOrder": order}
            flags = {"IsDefault": order == 1, flag: label == last}
            store.create(f"{kind}Status", named | flags, created=_OPENED)
