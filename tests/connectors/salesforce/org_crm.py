"""A simulated org as a CRM that can be seeded, changed and looked into."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from leadline.testing import Crm, Row
from leadline_sandbox.salesforce import Org
from leadline_sandbox.salesforce.ids import made_id

_PREFIX, _END = "Leadline_", "__c"
_LEAD = {"email": "Email", "first_name": "FirstName", "job_title": "Title", "company": "Company"}
_STAMPS = frozenset(["SystemModstamp", "LastModifiedDate", "LastModifiedById"])
_VISIT = "Other"


class OrgCrm(Crm):
    """An empty org; its leads get the ids and the instants that the contract asks for.

    Page views are tasks that are done, of a type that the config maps. A task has no address.
    """

    activity_types: Mapping[str, tuple[str, ...]] = {"page_view": (_VISIT,)}
    stage_field = "Lead.Status"
    stage_values = ("Working", "Qualified")

    def __init__(self, org: Org) -> None:
        self.org = org
        self.keys = {"consumer_key": org.consumer_key, "consumer_secret": org.consumer_secret}

    def contact_id(self, number: int) -> str:
        return made_id("00Q", 1000 + number)

    def company_id(self, number: int) -> str:
        return made_id("001", 1000 + number)

    def settings(self) -> Mapping[str, object]:
        return {
            "client_credentials": self.keys,
            "instance_url": self.org.url,
            "settle_seconds": 0,
        }

    def put_contacts(self, rows: Sequence[Row], at: datetime) -> None:
        self._put("Lead", "contact_id", rows, _LEAD, at)

    def put_companies(self, rows: Sequence[Row], at: datetime) -> None:
        self._put("Account", "company_id", rows, {"company": "Name"}, at)

    def put_activities(self, rows: Sequence[Row], at: datetime) -> None:
        self._move_to(at)
        for row in rows:
            values = {
                "WhoId": row["contact_id"],
                "Type": _VISIT,
                "Status": "Completed",
                "Subject": row["name"],
                "CompletedDateTime": row["occurred_at"],
            }
            self.org.store.create("Task", values, created=at, modified=at)

    def merge_contacts(self, loser: str, winner: str, at: datetime) -> str:
        self._move_to(at)
        stays = self.org.store.merge("Lead", winner, loser).id
        self.org.clock.advance(1)
        return stays

    def delete_contact(self, contact_id: str, at: datetime) -> None:
        self._move_to(at)
        self.org.store.delete("Lead", contact_id)
        # A pull reads what was changed before its own instant, not in it.
        self.org.clock.advance(1)

    def read_back(self) -> Mapping[str, Mapping[str, object]]:
        return {
            record.id: {
                name.removeprefix(_PREFIX).removesuffix(_END).lower(): _plain(value)
                for name, value in record.values.items()
                if name.startswith(_PREFIX)
            }
            for record in self.org.store.records("Lead")
        }

    def read_stages(self) -> Mapping[str, object]:
        return {record.id: record.values.get("Status") for record in self.org.store.records("Lead")}

    def everything_else(self) -> object:
        return {
            (kind, record.id): {
                name: value
                for name, value in record.values.items()
                if not name.startswith(_PREFIX) and name not in _STAMPS
            }
            for kind in ("Lead", "Contact", "Account", "Task", "Opportunity", "PermissionSet")
            for deleted in (False, True)
            for record in self.org.store.records(kind, deleted)
        }

    def break_down(self) -> bool:
        self.org.faults.add("503")
        return True

    def say_too_many(self, times: int) -> bool:
        self.org.faults.clear()
        if times:
            self.org.faults.add("403-concurrent", "composite", times=times)
        return True

    def end_session(self) -> bool:
        self.org.sessions.end()
        return True

    def refuse_sign_in(self) -> bool:
        self.org.sessions.app.consumer_secret = "another"
        return self.end_session()

    def break_in_write(self, after: int) -> bool:
        self.org.faults.once("broken", "collections.update")
        return True

    def refuse_contact(self, contact_id: str) -> bool:
        self.org.store.add_rule("Lead", lambda lead: lead.id != contact_id, "Not this one")
        return True

    def _put(
        self, kind: str, key: str, rows: Sequence[Row], names: Mapping[str, str], at: datetime
    ) -> None:
        self._move_to(at)
        store = self.org.store
        for row in rows:
            record_id = str(row[key])
            values = {name: row[field] or None for field, name in names.items() if field in row}
            if store.get(kind, record_id) is None:
                born = {"LastName": "Doe"} if kind == "Lead" else {}
                store.create(kind, {**born, **values}, id=record_id, created=at, modified=at)
            else:
                store.update(kind, record_id, values, modified=at)

    def _move_to(self, at: datetime) -> None:
        """Let it be a minute after `at` in the org."""
        self.org.clock.stop()
        now = at + timedelta(minutes=1)
        self.org.clock.advance((now - self.org.clock.now()).total_seconds())


def _plain(value: object) -> object:
    """A whole number as such: Salesforce keeps every number as a decimal."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
