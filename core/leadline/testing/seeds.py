"""The records that the contract tests put into a CRM."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from leadline.testing.crm import Crm, Row

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)

# Several records share an instant, and a page ends inside such a group.
CLOCK = (0, 0, 0, 1, 1, 2, 2)


def moment(minutes: int) -> datetime:
    """So many minutes into the CRM's life."""
    return START + timedelta(minutes=minutes)


def contact(crm: Crm, number: int, **facts: str) -> Row:
    """A contact like any other."""
    return {
        "contact_id": crm.contact_id(number),
        "email": f"person{number}@example.com",
        "first_name": f"First{number}",
        "job_title": "Head of Sales",
        "company": f"Company {number}",
        **facts,
    }


def activity(crm: Crm, number: int, of: int, *, occurred_at: datetime | None = None) -> Row:
    """A page view of a contact."""
    return {
        "activity_id": f"a{number:04d}",
        "contact_id": crm.contact_id(of),
        "type": "page_view",
        "occurred_at": occurred_at or moment(number),
        "name": f"Page {number}",
        "url": f"https://example.com/{number}",
    }


def company(crm: Crm, number: int, name: str = "") -> Row:
    """A company like any other."""
    return {"company_id": crm.company_id(number), "company": name or f"Company {number}"}


def seed_companies(crm: Crm) -> list[Row]:
    """Seven companies, in three instants."""
    rows = [company(crm, number + 1) for number in range(len(CLOCK))]
    for minute in sorted(set(CLOCK)):
        together = [row for row, its in zip(rows, CLOCK, strict=True) if its == minute]
        crm.put_companies(together, moment(minute))
    return rows


def seed_contacts(crm: Crm) -> list[Row]:
    """Seven contacts, in three instants."""
    rows = [contact(crm, number + 1) for number in range(len(CLOCK))]
    for minute in sorted(set(CLOCK)):
        together = [row for row, its in zip(rows, CLOCK, strict=True) if its == minute]
        crm.put_contacts(together, moment(minute))
    return rows


def seed_activities(crm: Crm) -> list[Row]:
    """Seven activities of three contacts, learned in three instants; the contacts as well."""
    seed_contacts(crm)
    rows = [activity(crm, number + 1, of=number % 3 + 1) for number in range(len(CLOCK))]
    for minute in sorted(set(CLOCK)):
        together = [row for row, its in zip(rows, CLOCK, strict=True) if its == minute]
        crm.put_activities(together, moment(minute))
    return rows
