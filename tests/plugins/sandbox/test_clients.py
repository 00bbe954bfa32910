"""HubSpot's own clients, for Node and for Python, take what the simulator answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from leadline_sandbox.hubspot import Hub, portal

from .node_clients import drive

SINCE = "2026-01-01T00:00:00Z"


@pytest.fixture
def hub() -> Iterator[Hub]:
    """A seeded account that a client may change."""
    with portal(contacts=60, limited=False) as hub:
        yield hub


def test_the_node_client_reads_and_writes(hub: Hub) -> None:
    seen = drive("drive.js", hub.url, hub.token, SINCE)
    ids = [str(number) for number in range(100_001, 100_061)]
    assert seen["listed"] == ids
    assert seen["one"]["updated"]
    assert seen["search"] == {"total": 55, "ids": ids[5:15]}
    assert seen["updated"] == {"status": "COMPLETE", "ids": ids[:3]}
    assert seen["read"] == {"budgets": ["1200"] * 3, "errors": 1, "missing": ["999"]}
    assert seen["archived"] == [seen["created"]] == ["new@node.example"]
    assert seen["merged"] == {"fresh": True, "found": True}
    assert seen["property"] == {"name": "leadline_score", "builtIn": False}
    assert seen["again"] == {"code": 409, "category": "OBJECT_ALREADY_EXISTS"}
    assert seen["stages"][0] == "subscriber"
    assert seen["linked"] == 5
    assert seen["events"] == ["e_visited_page"] * 10
    assert (seen["owners"], seen["closed"]) == (3, ["closedwon", "closedlost"])
    assert seen["forms"]
    assert seen["lists"]


def _calls(client: Any) -> dict[str, Callable[[], Any]]:
    crm, contacts, read = client.crm, client.crm.contacts, {"inputs": [{"id": "100001"}]}
    written = {"inputs": [{"id": "100001", "properties": {"budget": "3"}}]}
    score = {"name": "s", "label": "S", "type": "number", "fieldType": "number"}
    return {
        "list": lambda: contacts.basic_api.get_page(limit=5, associations=["companies"]),
        "history": lambda: contacts.basic_api.get_page(limit=5, properties_with_history=["city"]),
        "search": lambda: contacts.search_api.do_search({"limit": 5}),
        "read": lambda: contacts.batch_api.read({**read, "properties": ["email"]}),
        "missing": lambda: contacts.batch_api.read({"inputs": [*read["inputs"], {"id": "5"}]}),
        "update": lambda: contacts.batch_api.update(written),
        "properties": lambda: crm.properties.core_api.get_all("contacts"),
        "property": lambda: crm.properties.core_api.create(
            "contacts", {**score, "groupName": "contactinformation"}
        ),
        "groups": lambda: crm.properties.groups_api.get_all("contacts"),
        "meetings": lambda: crm.objects.meetings.basic_api.get_page(limit=5),
        "deals": lambda: crm.deals.basic_api.get_page(limit=5),
        "associations": lambda: crm.associations.v4.batch_api.get_page(
            "contacts", "companies", {"inputs": [{"id": "100001"}, {"id": "5"}]}
        ),
        "owners": lambda: crm.owners.owners_api.get_page(),
        "pipelines": lambda: crm.pipelines.pipelines_api.get_all("deals"),
        "events": lambda: client.events.events_api.get_page(event_type="e_visited_page"),
        "forms": lambda: client.marketing.forms.forms_api.get_page(),
        "lists": lambda: crm.lists.lists_api.do_search({"query": "", "count": 5, "offset": 0}),
    }


def test_the_python_client_accepts_every_answer(hub: Hub) -> None:
    from hubspot import HubSpot

    client = HubSpot(access_token=hub.token, host=hub.url, client_side_validation=True)
    for name, call in _calls(client).items():
        answer = call().to_dict()
        rows = answer.get("results") or answer.get("lists") or [answer.get("name")]
        assert rows[0], name
