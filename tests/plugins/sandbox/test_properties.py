"""Property definitions: made once, restored, and only where they fit."""

from __future__ import annotations

from typing import Any

import pytest

from leadline_sandbox.hubspot import Hub

from .door import Door

PROPERTIES = "/crm/v3/properties/contacts"
SCORE = {
    "name": "leadline_score",
    "label": "Score",
    "type": "number",
    "fieldType": "number",
    "groupName": "leadline",
}
GROUP = {"name": "leadline", "label": "Leadline", "displayOrder": -1}


@pytest.fixture
def grouped(door: Door) -> Door:
    """A portal with leadline's own group."""
    assert door.post(f"{PROPERTIES}/groups", GROUP).status == 201
    return door


def test_a_property_is_made_once(grouped: Door) -> None:
    made = grouped.post(PROPERTIES, SCORE)
    assert (made.status, made.json["hubspotDefined"]) == (201, False)
    again = grouped.post(PROPERTIES, SCORE)
    assert (again.status, again.json["category"]) == (409, "OBJECT_ALREADY_EXISTS")
    assert again.json["subCategory"] == "Properties.PROPERTY_WITH_NAME_EXISTS"
    group = grouped.post(f"{PROPERTIES}/groups", GROUP)
    assert (group.status, group.json["category"]) == (409, "OBJECT_ALREADY_EXISTS")


def test_a_property_can_be_written_once_it_is_there(hub: Hub, grouped: Door) -> None:
    contact = hub.store.create("contacts", {})
    write = {"id": contact.id, "properties": {"leadline_score": "85"}}
    assert grouped.update(write).status == 400
    grouped.post(PROPERTIES, SCORE)
    assert grouped.update(write).status == 200
    assert contact.value("leadline_score") == "85"


def test_an_archived_property_comes_back_with_its_old_date(hub: Hub, grouped: Door) -> None:
    born = grouped.post(PROPERTIES, SCORE).json["createdAt"]
    assert grouped.call("DELETE", f"{PROPERTIES}/leadline_score").status == 204
    assert grouped.get(f"{PROPERTIES}/leadline_score").status == 404
    archived = grouped.get(PROPERTIES, archived="true").json["results"]
    assert [each["name"] for each in archived] == ["leadline_score"]
    hub.clock.advance(3_600)
    again = grouped.post(PROPERTIES, SCORE)
    assert (again.status, again.json["createdAt"]) == (201, born)


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Leadline Score"},
        {"type": "number", "fieldType": "text"},
        {"groupName": "nobody"},
        {"type": "enumeration", "fieldType": "select"},
        {"label": ""},
    ],
    ids=["name", "pair", "group", "options", "label"],
)
def test_a_definition_that_does_not_fit_is_refused(grouped: Door, change: dict[str, Any]) -> None:
    refused = grouped.post(PROPERTIES, {**SCORE, **change})
    assert (refused.status, refused.json["category"]) == (400, "VALIDATION_ERROR")


def test_a_change_of_options_replaces_the_list(hub: Hub, grouped: Door) -> None:
    options = [{"label": each, "value": each.lower()} for each in ("Hot", "Cold")]
    kind = {"name": "leadline_temperature", "type": "enumeration", "fieldType": "select"}
    grouped.post(PROPERTIES, {**SCORE, **kind, "options": options})
    path = f"{PROPERTIES}/leadline_temperature"
    changed = grouped.call("PATCH", path, {"options": options[:1]}).json
    assert [each["value"] for each in changed["options"]] == ["hot"]
    contact = hub.store.create("contacts", {})
    write = {"id": contact.id, "properties": {"leadline_temperature": "cold"}}
    assert "INVALID_OPTION" in grouped.update(write).text


def test_what_hubspot_calculates_says_so(door: Door) -> None:
    found = door.get(f"{PROPERTIES}/hs_email_open").json
    assert found["calculated"]
    assert found["modificationMetadata"]["readOnlyValue"]
    stages = door.get(f"{PROPERTIES}/lifecyclestage").json["options"]
    assert [each["value"] for each in stages][:3] == [
        "subscriber",
        "lead",
        "marketingqualifiedlead",
    ]
