"""Records one by one: pages by id, merges under a new id, deletions that search never shows."""

from __future__ import annotations

from leadline_sandbox.hubspot import Hub

from .door import Door

CONTACTS = "/crm/v3/objects/contacts"


def _ids(body: dict[str, list[dict[str, str]]]) -> list[str]:
    return [each["id"] for each in body["results"]]


def test_pages_follow_the_id_and_name_the_next_one(hub: Hub, door: Door) -> None:
    made = [hub.store.create("contacts", {"email": f"c{n}@x.example"}).id for n in range(5)]
    first = door.get(CONTACTS, limit=2).json
    assert _ids(first) == made[:2]
    assert first["paging"]["next"]["after"] == made[2]
    assert _ids(door.get(CONTACTS, limit=100, after=made[2]).json) == made[2:]
    assert "paging" not in door.get(CONTACTS, limit=5).json


def test_the_link_of_a_page_leads_elsewhere(hub: Hub, door: Door) -> None:
    for n in range(2):
        hub.store.create("contacts", {"email": f"c{n}@x.example"})
    link = door.get(CONTACTS, limit=1).json["paging"]["next"]["link"]
    assert not link.startswith(hub.url)


def test_a_page_holds_100_records_and_50_with_history(hub: Hub, door: Door) -> None:
    assert door.get(CONTACTS, limit=101).status == 400
    assert door.get(CONTACTS, limit=51, propertiesWithHistory="email").status == 400
    assert door.get(CONTACTS, limit=50, propertiesWithHistory="email").status == 200


def test_values_are_text_and_unknown_properties_are_left_out(hub: Hub, door: Door) -> None:
    made = hub.store.create("contacts", {"email": "A@X.example", "budget": 1200})
    read = door.get(f"{CONTACTS}/{made.id}", properties="email,budget,city,nothing").json
    values = read["properties"]
    assert (values["email"], values["budget"], values["city"]) == ("a@x.example", "1200", None)
    assert "nothing" not in values
    assert values["hs_object_id"] == made.id
    assert values["lastmodifieddate"] == read["updatedAt"]


def test_history_has_every_value_with_its_instant(hub: Hub, door: Door) -> None:
    made = hub.store.create("contacts", {"jobtitle": "Clerk"})
    hub.clock.advance(60)
    hub.store.update("contacts", made.id, {"jobtitle": "Head"})
    read = door.get(f"{CONTACTS}/{made.id}", propertiesWithHistory="jobtitle").json
    versions = read["propertiesWithHistory"]["jobtitle"]
    assert [each["value"] for each in versions] == ["Head", "Clerk"]
    assert versions[0]["timestamp"] > versions[1]["timestamp"]


def test_a_merge_makes_a_new_record_that_both_ids_lead_to(hub: Hub, door: Door) -> None:
    kept = hub.store.create("contacts", {"email": "a@x.example", "city": "Berlin"})
    gone = hub.store.create("contacts", {"email": "b@x.example", "jobtitle": "Head"})
    body = {"primaryObjectId": kept.id, "objectIdToMerge": gone.id}
    new = door.post(f"{CONTACTS}/merge", body).json["id"]
    assert new not in (kept.id, gone.id)
    names = "email,city,jobtitle,hs_additional_emails,hs_merged_object_ids"
    for old in (kept.id, gone.id):
        read = door.get(f"{CONTACTS}/{old}", properties=names).json
        assert read["id"] == new
    values = read["properties"]
    assert (values["email"], values["city"], values["jobtitle"]) == (
        "a@x.example",
        "Berlin",
        "Head",
    )
    assert values["hs_additional_emails"] == "b@x.example"
    assert values["hs_merged_object_ids"] == f"{kept.id};{gone.id}"
    assert _ids(door.get(CONTACTS).json) == [new]
    assert _ids(door.get(CONTACTS, archived="true").json) == []


def test_a_merge_keeps_the_id_where_the_account_is_set_so(hub: Hub, door: Door) -> None:
    hub.options.merge_keeps_id = True
    kept, gone = (hub.store.create("contacts", {"email": f"{n}@x.example"}) for n in "ab")
    assert hub.store.merge("contacts", kept.id, gone.id).id == kept.id
    assert door.get(f"{CONTACTS}/{gone.id}").json["id"] == kept.id


def test_a_second_merge_is_left_out_of_the_calculated_list(hub: Hub, door: Door) -> None:
    a, b, c = (hub.store.create("contacts", {"email": f"{n}@x.example"}) for n in "abc")
    once = hub.store.merge("contacts", a.id, b.id)
    twice = hub.store.merge("contacts", once.id, c.id)
    assert set(twice.value("hs_merged_object_ids").split(";")) == {a.id, b.id, c.id, once.id}
    assert set(twice.value("hs_calculated_merged_vids").split(";")) == {once.id, c.id}


def test_a_deleted_contact_is_in_the_archived_list_alone_and_comes_back(
    hub: Hub, door: Door
) -> None:
    made = hub.store.create("contacts", {"email": "a@x.example"})
    call = hub.store.create("calls", {"hs_timestamp": "2026-11-01T10:00:00Z"})
    hub.store.link("calls", call.id, "contacts", made.id)
    assert door.call("DELETE", f"{CONTACTS}/{made.id}").status == 204
    assert door.get(f"{CONTACTS}/{made.id}").status == 404
    assert door.get(CONTACTS).json["results"] == []
    (archived,) = door.get(CONTACTS, archived="true").json["results"]
    assert (archived["id"], archived["archived"]) == (made.id, True)
    assert archived["archivedAt"]
    assert door.get(f"/crm/v4/objects/calls/{call.id}/associations/contacts").json["results"] == []
    hub.store.restore("contacts", made.id)
    linked = door.get(f"/crm/v4/objects/calls/{call.id}/associations/contacts").json["results"]
    assert [each["toObjectId"] for each in linked] == [made.number]


def test_an_erased_contact_is_nowhere(hub: Hub, door: Door) -> None:
    made = hub.store.create("contacts", {"email": "a@x.example"})
    body = {"objectId": "a@x.example", "idProperty": "email"}
    assert door.post(f"{CONTACTS}/gdpr-delete", body).status == 204
    assert door.get(f"{CONTACTS}/{made.id}").status == 404
    assert door.get(CONTACTS).json["results"] == []
    assert door.get(CONTACTS, archived="true").json["results"] == []
    read = door.post(f"{CONTACTS}/batch/read", {"inputs": [{"id": made.id}]})
    assert (read.status, read.json["errors"][0]["context"]["ids"]) == (207, [made.id])


def test_a_second_contact_of_an_address_is_refused(hub: Hub, door: Door) -> None:
    made = hub.store.create("contacts", {"email": "a@x.example"})
    refused = door.post(CONTACTS, {"properties": {"email": "A@x.example"}})
    assert refused.status == 409
    assert refused.json["message"] == f"Contact already exists. Existing ID: {made.id}"


def test_a_stage_is_never_set_backward_unless_it_is_cleared_first(hub: Hub, door: Door) -> None:
    made = hub.store.create("contacts", {"lifecyclestage": "opportunity"})
    path = f"{CONTACTS}/{made.id}"

    def write(value: str) -> str:
        answered = door.call("PATCH", path, {"properties": {"lifecyclestage": value}})
        assert answered.status == 200
        return hub.store.live("contacts", made.id).value("lifecyclestage")

    assert write("lead") == "opportunity"
    assert write("customer") == "customer"
    assert write("") == ""
    assert write("lead") == "lead"
    refused = door.call("PATCH", path, {"properties": {"lifecyclestage": "prospect"}})
    assert refused.status == 400


def test_what_hubspot_calculates_does_not_move_the_modified_date(hub: Hub, door: Door) -> None:
    made = hub.store.create("contacts", {"email": "a@x.example"})
    company = hub.store.create("companies", {"name": "X"})
    before = made.modified
    hub.clock.advance(60)
    hub.store.calculate("contacts", made.id, {"hs_email_open": "3"})
    hub.store.link("contacts", made.id, "companies", company.id)
    read = door.get(f"{CONTACTS}/{made.id}", properties="hs_email_open").json
    assert read["properties"]["hs_email_open"] == "3"
    assert made.modified == before
    refused = door.call("PATCH", f"{CONTACTS}/{made.id}", {"properties": {"hs_email_open": "9"}})
    assert refused.status == 400
    assert "READ_ONLY_VALUE" in refused.text


def test_writing_the_value_that_is_there_moves_the_date(hub: Hub, door: Door) -> None:
    made = hub.store.create("contacts", {"city": "Berlin"})
    before = made.modified
    hub.clock.advance(1)
    door.call("PATCH", f"{CONTACTS}/{made.id}", {"properties": {"city": "Berlin"}})
    assert made.modified > before


def test_paths_with_a_date_are_the_same_calls(hub: Hub, door: Door) -> None:
    made = hub.store.create("contacts", {"email": "a@x.example"})
    assert door.get(f"/crm/objects/2026-09/contacts/{made.id}").json["id"] == made.id
    assert door.get("/crm/properties/2026-09/contacts").status == 200
    assert door.get("/account-info/2026-09/details").json["portalId"] == 4_242_424
    assert hub.journal.count("contacts.get") == 1
