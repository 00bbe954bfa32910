"""Associations, events, marketing e-mail, forms and lists, each with its own way of paging."""

from __future__ import annotations

from typing import Any

import pytest

from leadline_sandbox.hubspot import Hub

from .door import Answer, Door

AT = 1_790_000_000_000


def _call(hub: Hub, contacts: int) -> tuple[str, list[str]]:
    call = hub.store.create("calls", {"hs_timestamp": "2026-11-01T10:00:00Z"})
    ids = [hub.store.create("contacts", {}).id for _ in range(contacts)]
    for each in ids:
        hub.store.link("calls", call.id, "contacts", each)
    return call.id, ids


def _linked(door: Door, *inputs: dict[str, str]) -> Answer:
    return door.post("/crm/v4/associations/calls/contacts/batch/read", {"inputs": list(inputs)})


def test_associations_of_a_record_have_their_own_pages(hub: Hub, door: Door) -> None:
    hub.options.association_page = 2
    call, ids = _call(hub, 5)
    seen: list[str] = []
    asked = {"id": call}
    while True:
        (found,) = _linked(door, asked).json["results"]
        seen += [str(each["toObjectId"]) for each in found["to"]]
        if "paging" not in found:
            break
        asked = {"id": call, "after": found["paging"]["next"]["after"]}
    assert seen == ids


def test_no_association_is_said_as_an_error_of_a_207(hub: Hub, door: Door) -> None:
    call, _ = _call(hub, 1)
    lone, _ = _call(hub, 0)
    read = _linked(door, {"id": call}, {"id": lone})
    assert read.status == 207
    assert [each["from"]["id"] for each in read.json["results"]] == [call]
    assert read.json["errors"][0]["subCategory"] == "crm.associations.NO_ASSOCIATIONS_FOUND"
    assert _linked(door, *({"id": str(n)} for n in range(1_001))).status == 400


def test_a_primary_company_is_there_twice_and_the_contact_is_not_modified(
    hub: Hub, door: Door
) -> None:
    contact = hub.store.create("contacts", {})
    company = hub.store.create("companies", {"name": "X"})
    before = contact.modified
    for type_id in (1, 279):
        hub.store.link("contacts", contact.id, "companies", company.id, type_id)
    path = "/crm/v4/associations/contacts/companies/batch/read"
    (found,) = door.post(path, {"inputs": [{"id": contact.id}]}).json["results"]
    types = [each["typeId"] for each in found["to"][0]["associationTypes"]]
    assert types == [1, 279]
    inline = door.get(f"/crm/v3/objects/contacts/{contact.id}", associations="companies").json
    listed = [each["id"] for each in inline["associations"]["companies"]["results"]]
    assert listed == [company.id, company.id]
    assert contact.modified == before


def test_events_come_newest_first_for_a_type_or_a_contact(hub: Hub, door: Door) -> None:
    a, b = (hub.store.create("contacts", {}).id for _ in range(2))
    for n in range(5):
        hub.store.feeds.event("e_visited_page", a if n % 2 else b, AT + n * 1_000, hs_url=f"/{n}")
    path = "/events/v3/events"
    seen: list[str] = []
    asked: dict[str, str | int] = {"eventType": "e_visited_page", "limit": 2}
    while True:
        page = door.get(path, **asked).json
        seen += [each["properties"]["hs_url"] for each in page["results"]]
        if "paging" not in page:
            break
        asked["after"] = page["paging"]["next"]["after"]
    assert seen == ["/4", "/3", "/2", "/1", "/0"]
    window = {"occurredAfter": "2026-09-21T13:33:21Z", "occurredBefore": "2026-09-21T14:13:22Z"}
    found = door.get(path, eventType="e_visited_page", **window).json["results"]
    inside = [each for each in found if window["occurredAfter"] <= each["occurredAt"]]
    assert inside == found
    own = door.get(path, objectType="contact", objectId=a).json["results"]
    assert {each["objectId"] for each in own} == {a}
    assert door.get(path, objectId=a).status == 400


def test_events_of_a_merged_contact_are_the_new_ones(hub: Hub, door: Door) -> None:
    a, b = (hub.store.create("contacts", {}).id for _ in range(2))
    hub.store.feeds.event("e_visited_page", b, AT)
    new = hub.store.merge("contacts", a, b).id
    (event,) = door.get("/events/v3/events", eventType="e_visited_page").json["results"]
    assert event["objectId"] == new


def test_email_events_are_by_address_newest_first_in_a_closed_window(hub: Hub, door: Door) -> None:
    feeds = hub.store.feeds
    mailing = feeds.mailing("Newsletter", "Hello")
    for n, kind in enumerate(("SENT", "DELIVERED", "OPEN", "CLICK")):
        feeds.mailed(kind, "a@x.example", AT + n, mailing, url="https://x" if n == 3 else "")
    feeds.mailed("OPEN", "a@x.example", AT + 4, mailing, filtered=True)
    path = "/email/public/v1/events"

    def types(**asked: str | int) -> list[str]:
        return [each["type"] for each in door.get(path, **asked).json["events"]]

    assert types() == ["OPEN", "CLICK", "OPEN", "DELIVERED", "SENT"]
    assert types(excludeFilteredEvents="true", startTimestamp=AT + 2, endTimestamp=AT + 4) == [
        "CLICK",
        "OPEN",
    ]
    assert types(eventType="OPEN", startTimestamp=AT, endTimestamp=AT + 2) == ["OPEN"]
    first = door.get(path, limit=3).json
    assert first["hasMore"]
    assert types(limit=3, offset=first["offset"]) == ["DELIVERED", "SENT"]
    assert door.get(path, eventType="OPEN,CLICK").status == 400
    assert door.get(path, limit=1_001).status == 400
    named = door.get(f"/email/public/v1/campaigns/{mailing.number}").json
    assert (named["name"], named["subject"]) == ("Newsletter", "Hello")


def test_forms_not_made_in_hubspot_are_listed_on_request_alone(hub: Hub, door: Door) -> None:
    forms = {
        kind: hub.store.feeds.form(kind, kind)
        for kind in ("hubspot", "captured", "flow", "blog_comment")
    }

    def listed(**asked: str) -> list[str]:
        return [
            each["formType"] for each in door.get("/marketing/v3/forms", **asked).json["results"]
        ]

    assert listed() == ["hubspot"]
    assert listed(formTypes="hubspot,captured,flow") == ["hubspot", "captured", "flow"]
    path = "/form-integrations/v1/submissions/forms"
    assert door.get(f"{path}/{forms['captured'].guid}").status == 200
    refused = door.get(f"{path}/{forms['blog_comment'].guid}")
    assert (refused.status, refused.json["category"]) == (400, "FORM_TYPE_NOT_ALLOWED")


def test_submissions_come_50_at_a_time_newest_first(hub: Hub, door: Door) -> None:
    form = hub.store.feeds.form("Contact")
    for n in range(60):
        hub.store.feeds.submit(form, AT + n, {"email": f"c{n}@x.example"})
    path = f"/form-integrations/v1/submissions/forms/{form.guid}"
    assert door.get(path, limit=51).status == 400
    first = door.get(path, limit=50).json
    rest = door.get(path, limit=50, after=first["paging"]["next"]["after"]).json
    instants = [each["submittedAt"] for each in (*first["results"], *rest["results"])]
    assert instants == list(range(AT + 59, AT - 1, -1))
    assert first["results"][0]["values"][0]["value"] == "c59@x.example"


def test_lists_and_their_members_in_the_order_of_joining(hub: Hub, door: Door) -> None:
    a, b, c = (hub.store.create("contacts", {}) for _ in range(3))
    made = hub.store.feeds.contact_list("Newsletter", AT)
    made.members |= {a.number: AT + 5, b.number: AT + 1, c.number: AT + 3}
    hub.store.archive("contacts", c.id)
    (found,) = door.post("/crm/v3/lists/search", {"query": "news"}).json["lists"]
    path = f"/crm/v3/lists/{found['listId']}/memberships/join-order"
    members = door.get(path, limit=100).json["results"]
    assert [each["recordId"] for each in members] == [b.id, a.id]
    assert door.get(path, limit=251).status == 400


def test_subscriptions_change_on_a_timeline(hub: Hub, door: Door) -> None:
    hub.store.feeds.subscription("a@x.example", AT)
    hub.store.feeds.subscription("b@x.example", AT + 1, "SUBSCRIBED", 7)
    path = "/email/public/v1/subscriptions/timeline"
    changes = [each["changes"][0] for each in door.get(path).json["timeline"]]
    assert [(each["change"], each.get("subscriptionId")) for each in changes] == [
        ("SUBSCRIBED", 7),
        ("UNSUBSCRIBED", None),
    ]


@pytest.mark.parametrize("page", [1, 7, 100])
def test_every_seeded_event_is_met_once_whatever_the_page(full: Door, page: int) -> None:
    asked: dict[str, str | int] = {"eventType": "pe4242424_webinar_attended", "limit": page}
    seen: list[str] = []
    for _ in range(200):
        found: dict[str, Any] = full.get("/events/v3/events", **asked).json
        seen += [each["id"] for each in found["results"]]
        if "paging" not in found:
            break
        asked["after"] = found["paging"]["next"]["after"]
    assert seen
    assert len(seen) == len(set(seen))
