"""CSV files as a CRM that can be seeded, changed and looked into: an export that is replaced."""

from __future__ import annotations

import csv
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from leadline.testing import Crm, Row

TYPED = {
    "budget": 1234.5,
    "visits": 7,
    "planned_purchase_date": date(2026, 3, 29),
    "seen_at": datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC),
    "opted_out": True,
}
CONTACT_HEADINGS = (
    "contact_id",
    "email",
    "first_name",
    "job_title",
    "company",
    "updated_at",
    "merged_into",
    *TYPED,
)
COMPANY_HEADINGS = ("company_id", "company", "updated_at")
ACTIVITY_HEADINGS = ("activity_id", "contact_id", "type", "occurred_at", "name", "url")


class CsvCrm(Crm):
    """Writes each file anew at every change, as an export does."""

    typed: Mapping[str, object] = TYPED
    fields: Mapping[str, str] = {name: name for name in TYPED}

    def __init__(self, folder: Path) -> None:
        self.contacts, self.activities = folder / "contacts.csv", folder / "activities.csv"
        self.companies = folder / "companies.csv"
        self.output = folder / "scores.csv"
        self._contacts: dict[str, dict[str, str]] = {}
        self._activities: dict[str, dict[str, str]] = {}
        self._companies: dict[str, dict[str, str]] = {}
        self._off: list[str] = []
        self._export()

    def settings(self) -> Mapping[str, object]:
        return {
            "contacts": self.contacts.name,
            "activities": self.activities.name,
            "companies": self.companies.name,
            "output": self.output.name,
            "complete": True,
            "batch_rows": 2,
            "feeds_off": self._off,
        }

    def put_contacts(self, rows: Sequence[Row], at: datetime) -> None:
        for row in rows:
            texts = _texts({**row, "updated_at": at})
            self._contacts[texts["contact_id"]] = texts
        self._export()

    def put_activities(self, rows: Sequence[Row], at: datetime) -> None:
        for row in rows:
            texts = _texts(row)
            self._activities[texts["activity_id"]] = texts
        self._export()

    def put_companies(self, rows: Sequence[Row], at: datetime) -> None:
        for row in rows:
            texts = _texts({**row, "updated_at": at})
            self._companies[texts["company_id"]] = texts
        self._export()

    def delete_contact(self, contact_id: str, at: datetime) -> None:
        del self._contacts[contact_id]
        self._export()

    def merge_contacts(self, loser: str, winner: str, at: datetime) -> str:
        self.put_contacts([{**self._contacts[loser], "merged_into": winner}], at)
        return winner

    def read_back(self) -> Mapping[str, Mapping[str, object]]:
        if not self.output.exists():
            return {}
        with self.output.open(encoding="utf-8-sig", newline="") as file:
            return {row["contact_id"]: dict(row) for row in csv.DictReader(file)}

    def switch_feeds(self, off: Collection[str]) -> bool:
        self._off = sorted(off)
        return True

    def everything_else(self) -> object:
        files = (self.contacts, self.activities, self.companies)
        return [file.read_bytes() for file in files]

    def _export(self) -> None:
        _write(self.contacts, CONTACT_HEADINGS, self._contacts)
        _write(self.activities, ACTIVITY_HEADINGS, self._activities)
        _write(self.companies, COMPANY_HEADINGS, self._companies)


def _write(path: Path, headings: Sequence[str], rows: Mapping[str, Mapping[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, headings)
        writer.writeheader()
        writer.writerows(rows.values())


def _texts(row: Row) -> dict[str, str]:
    return {n: v.isoformat() if isinstance(v, date) else str(v) for n, v in row.items()}
