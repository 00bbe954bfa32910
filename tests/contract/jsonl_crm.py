"""JSON-lines files as a CRM that can be seeded, changed and looked into."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from leadline.testing import Crm, Row

_KEY = "s3cret-of-the-door"


class JsonLinesCrm(Crm):
    """Appends lines, as an export that only ever grows."""

    stage_field = "status"
    typed: Mapping[str, object] = {
        "budget": 1234.5,
        "visits": 7,
        "planned_purchase_date": date(2026, 3, 29),
        "seen_at": datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC),
        "opted_out": True,
    }

    def __init__(self, folder: Path) -> None:
        self.contacts = folder / "contacts.jsonl"
        self.activities = folder / "activities.jsonl"
        self.companies = folder / "companies.jsonl"
        self.output = folder / "scores.json"
        self.stages, self.off = folder / "stages.json", folder / "off.json"
        self.door = folder / "door.json"
        self._doors = {"key": _KEY, "session": 1, "too_many": 0, "refused": [], "break_after": None}
        self._say()
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
            "door": self.door.name,
            "key": _KEY,
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

    def merge_contacts(self, loser: str, winner: str, at: datetime) -> str:
        _append(self.contacts, [{"contact_id": loser, "merged_into": winner}], at)
        return winner

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

    def say_too_many(self, times: int) -> bool:
        return self._say(too_many=times)

    def end_session(self) -> bool:
        return self._say(session=2)

    def refuse_sign_in(self) -> bool:
        return self._say(key="another")

    def break_in_write(self, after: int) -> bool:
        return self._say(break_after=after)

    def refuse_contact(self, contact_id: str) -> bool:
        return self._say(refused=[contact_id])

    def _say(self, **doors: object) -> bool:
        self._doors |= doors
        self.door.write_text(json.dumps(self._doors), encoding="utf-8")
        return True


def _append(path: Path, rows: Sequence[Row], at: datetime) -> None:
    with path.open("a", encoding="utf-8") as file:
        for row in rows:
            texts = {n: v.isoformat() if isinstance(v, date) else str(v) for n, v in row.items()}
            file.write(json.dumps({**texts, "updated_at": at.isoformat()}) + "\n")
