"""JSON-lines files as a CRM that can be seeded, changed and looked into."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from leadline.testing import Crm, Row


class JsonLinesCrm(Crm):
    """Appends lines, as an export that only ever grows."""

    stage_field = "status"

    def __init__(self, folder: Path) -> None:
        self.contacts = folder / "contacts.jsonl"
        self.activities = folder / "activities.jsonl"
        self.companies = folder / "companies.jsonl"
        self.output = folder / "scores.json"
        self.stages, self.off = folder / "stages.json", folder / "off.json"
        self.stages.write_text("{}", encoding="utf-8")
        self.switch_feeds([])
        self.contacts.touch()
        self.activities.touch()
        self.companies.touch()

    def settings(self) -> Mapping[str, object]:
        return {
            "contacts": self.contacts.name,
            "activities": self.activities.name,
            "companies": self.companies.name,
            "output": self.output.name,
            "stages": self.stages.name,
            "off": self.off.name,
            "page": 2,
        }

    def put_contacts(self, rows: Sequence[Row], at: datetime) -> None:
        _append(self.contacts, rows, at)

    def put_activities(self, rows: Sequence[Row], at: datetime) -> None:
        _append(self.activities, rows, at)

    def put_companies(self, rows: Sequence[Row], at: datetime) -> None:
        _append(self.companies, rows, at)

    def delete_contact(self, contact_id: str, at: datetime) -> None:
        _append(self.contacts, [{"contact_id": contact_id, "deleted": "true"}], at)

    def read_back(self) -> Mapping[str, Mapping[str, object]]:
        if not self.output.exists():
            return {}
        scores: dict[str, dict[str, object]] = json.loads(self.output.read_text(encoding="utf-8"))
        return scores

    def read_stages(self) -> Mapping[str, object]:
        stages = json.loads(self.stages.read_text(encoding="utf-8"))
        return {contact_id: fields[self.stage_field] for contact_id, fields in stages.items()}

    def everything_else(self) -> object:
        files = (self.contacts, self.activities, self.companies, self.stages)
        return [file.read_bytes() for file in files]

    def switch_feeds(self, off: Collection[str]) -> bool:
        self.off.write_text(json.dumps(sorted(off)), encoding="utf-8")
        return True

    def break_down(self) -> bool:
        self.contacts.write_bytes(b"")
        return True


def _append(path: Path, rows: Sequence[Row], at: datetime) -> None:
    with path.open("a", encoding="utf-8") as file:
        for row in rows:
            texts = {n: v.isoformat() if isinstance(v, datetime) else v for n, v in row.items()}
            file.write(json.dumps({**texts, "updated_at": at.isoformat()}) + "\n")
