"""A simulated portal as a CRM that can be seeded, changed and looked into."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from leadline.testing import Crm, Row
from leadline_sandbox.hubspot import Hub

_PREFIX = "leadline_"
_OWN = {
    **dict.fromkeys(("score", "fit", "engagement"), ("number", "number")),
    **dict.fromkeys(("grade", "temperature", "model_version"), ("string", "text")),
    "reasons": ("string", "textarea"),
    "scored_at": ("datetime", "date"),
}
_CONTACT = {"email": "email", "first_name": "firstname", "job_title": "jobtitle"}
_LOGGED = "web visit"


class HubCrm(Crm):
    """An empty portal; records get the ids and the instants that the contract asks for.

    Page views come as events. HubSpot learns of an event when it happens; what is told of days
    later is logged by hand, as a call of a kind of its own.
    """

    activity_types: Mapping[str, tuple[str, ...]] = {"page_view": (_LOGGED,)}
    stage_field = "hs_lead_status"
    stage_values = ("NEW", "OPEN")

    def __init__(self, hub: Hub) -> None:
        self.hub, self.token = hub, hub.token
        for name, (type_, field_type) in _OWN.items():
            definition = {
                "name": _PREFIX + name,
                "label": name,
                "type": type_,
                "fieldType": field_type,
                "groupName": "contactinformation",
            }
            hub.store.schemas["contacts"].create(definition, hub.clock.ms())

    def contact_id(self, number: int) -> str:
        return str(1000 + number)

    def company_id(self, number: int) -> str:
        return str(5000 + number)

    def settings(self) -> Mapping[str, object]:
        return {"access_token": self.token, "base_url": self.hub.url, "page_size": 2}

    def put_contacts(self, rows: Sequence[Row], at: datetime) -> None:
        names = {**_CONTACT, "company": "company"}
        self._put("contacts", "contact_id", rows, names, at)

    def put_companies(self, rows: Sequence[Row], at: datetime) -> None:
        self._put("companies", "company_id", rows, {"company": "name"}, at)

    def put_activities(self, rows: Sequence[Row], at: datetime) -> None:
        for row in rows:
            occurred_at = row["occurred_at"]
            assert isinstance(occurred_at, datetime)
            contact = str(row["contact_id"])
            if at - occurred_at < timedelta(days=1):
                shown = {"hs_title": str(row["name"]), "hs_url": str(row["url"])}
                feeds = self.hub.store.feeds
                feeds.event("e_visited_page", contact, _ms(occurred_at), **shown)
                continue
            properties = {
                "hs_timestamp": str(_ms(occurred_at)),
                "hs_call_title": str(row["name"]),
                "hs_activity_type": _LOGGED,
            }
            call = self.hub.store.create("calls", properties, created=_ms(at), modified=_ms(at))
            self.hub.store.link("calls", call.id, "contacts", contact)

    def merge_contacts(self, loser: str, winner: str, at: datetime) -> str:
        return self.hub.store.merge("contacts", winner, loser).id

    def delete_contact(self, contact_id: str, at: datetime) -> None:
        self.hub.store.archive("contacts", contact_id)

    def read_back(self) -> Mapping[str, Mapping[str, object]]:
        return {
            record.id: {
                name.removeprefix(_PREFIX): value
                for name, value in record.values.items()
                if name.startswith(_PREFIX)
            }
            for record in self.hub.store.records("contacts")
        }

    def read_stages(self) -> Mapping[str, object]:
        records = self.hub.store.records("contacts")
        return {record.id: record.values.get(self.stage_field) for record in records}

    def everything_else(self) -> object:
        return {
            (kind, record.id): (
                {n: v for n, v in record.values.items() if not n.startswith(_PREFIX)},
                record.archived_at,
            )
            for kind in ("contacts", "companies", "calls", "deals")
            for archived in (False, True)
            for record in self.hub.store.records(kind, archived)
        }

    def break_down(self) -> bool:
        self.hub.faults.add("503")
        return True

    def say_too_many(self, times: int) -> bool:
        self.hub.faults.clear()
        if times:
            self.hub.faults.add("429", times=times)
        return True

    def refuse_sign_in(self) -> bool:
        self.hub.options.token = "another"
        return True

    def break_in_write(self, after: int) -> bool:
        self.hub.faults.once("broken", "contacts.batch_update")
        return True

    def _put(
        self, kind: str, key: str, rows: Sequence[Row], names: Mapping[str, str], at: datetime
    ) -> None:
        store = self.hub.store
        for row in rows:
            record_id = str(row[key])
            values = {name: str(row[field]) for field, name in names.items() if field in row}
            if store.get(kind, record_id) is None:
                store.create(kind, values, number=int(record_id), created=_ms(at), modified=_ms(at))
            else:
                store.update(kind, record_id, values)
                store.touch(kind, [record_id], _ms(at))


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
