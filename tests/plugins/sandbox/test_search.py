"""Search: its caps, its late index and its disorder."""

from __future__ import annotations

import time
from typing import Any

import pytest

from leadline_sandbox.hubspot import Hub, make
from leadline_sandbox.hubspot.kinds import CONTACTS
from leadline_sandbox.hubspot.records import Record

from .door import Door, where


def _fill(hub: Hub, count: int, at: int | None = None) -> list[str]:
    """Contacts that were all modified in one millisecond."""
    now = hub.clock.ms() if at is None else at
    first = CONTACTS.first_id
    for number in range(first, first + count):
        hub.store.put(Record(CONTACTS, number, {}, now, now))
    return [str(number) for number in range(first, first + count)]


def _ids(body: dict[str, Any]) -> list[str]:
    return [each["id"] for each in body["results"]]


def test_a_page_holds_200_rows(hub: Hub, door: Door) -> None:
    _fill(hub, 201)
    assert door.search(limit=201).status == 400
    found = door.search(limit=200).json
    assert (len(found["results"]), found["total"], found["paging"]["next"]["after"]) == (
        200,
        201,
        "200",
    )


def test_nothing_is_found_beyond_10000_results(hub: Hub, door: Door) -> None:
    _fill(hub, 10_050)
    assert door.search(limit=200, after="9800").status == 200
    refused = door.search(limit=200, after="9900")
    assert refused.status == 400
    assert door.search(limit=10, after="0").json["total"] == 10_050


def test_rows_of_one_millisecond_are_told_apart_by_their_ids_alone(hub: Hub, door: Door) -> None:
    ids = _fill(hub, 450)
    hub.options.searches = 100
    seen: list[str] = []
    last = "0"
    while page := _ids(
        door.search(
            filterGroups=[
                {
                    "filters": [
                        {
                            "propertyName": "lastmodifieddate",
                            "operator": "BETWEEN",
                            "value": str(hub.clock.ms() - 60_000),
                            "highValue": str(hub.clock.ms()),
                        },
                        {"propertyName": "hs_object_id", "operator": "GT", "value": last},
                    ]
                }
            ],
            sorts=[{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
            limit=200,
        ).json
    ):
        seen += page
        last = page[-1]
    assert seen == ids


_FILTER = where("city", "EQ", "x")[0]["filters"]
_REFUSED: dict[str, dict[str, Any]] = {
    "six groups": {"filterGroups": [{"filters": []}] * 6},
    "seven filters": {"filterGroups": [{"filters": _FILTER * 7}]},
    "20 filters in all": {"filterGroups": [{"filters": _FILTER * 5}] * 4},
    "two sorts": {"sorts": ["email", "city"]},
    "3,000 characters": {"properties": ["p" * 3_000]},
    "an unknown property": {"filterGroups": where("nothing", "EQ", 1)},
    "an unknown operator": {"filterGroups": where("city", "LIKE", 1)},
    "a plain date": {"filterGroups": where("lastmodifieddate", "GTE", "2020-11-15")},
}


@pytest.mark.parametrize("body", _REFUSED.values(), ids=_REFUSED.keys())
def test_what_a_search_refuses(door: Door, body: dict[str, Any]) -> None:
    assert door.search(**body).status == 400


def test_the_epoch_is_an_error_of_the_server(door: Door) -> None:
    assert door.search(filterGroups=where("lastmodifieddate", "GTE", 0)).status == 500
    assert door.search(filterGroups=where("lastmodifieddate", "GTE", 1_000)).status == 200


def test_the_index_is_late_by_the_portals_clock(hub: Hub, door: Door) -> None:
    hub.options.lag_seconds = 30
    made = hub.store.create("contacts", {"city": "Berlin"})
    assert door.search().json["total"] == 0
    hub.clock.advance(31)
    assert _ids(door.search().json) == [made.id]
    hub.store.update("contacts", made.id, {"city": "Ulm"})
    (stale,) = door.search(properties=["city"]).json["results"]
    assert stale["properties"]["city"] == "Berlin"
    hub.store.archive("contacts", made.id)
    assert _ids(door.search().json) == [made.id]
    hub.clock.advance(31)
    assert door.search().json["total"] == 0


@pytest.mark.parametrize("order", ["pages", "all"])
def test_rows_come_out_of_order_and_none_is_lost(hub: Hub, door: Door, order: Any) -> None:
    ids = _fill(hub, 60)
    hub.options.order = order
    found = [
        _ids(door.search(limit=20, after=str(n), sorts=["hs_object_id"]).json) for n in (0, 20, 40)
    ]
    flat = [each for page in found for each in page]
    assert sorted(flat) == ids
    assert flat != ids
    assert (set(found[0]) == set(ids[:20])) is (order == "pages")


def test_archived_and_erased_records_never_appear(hub: Hub, door: Door) -> None:
    ids = _fill(hub, 3)
    hub.store.archive("contacts", ids[0])
    hub.store.erase("contacts", ids[1])
    assert _ids(door.search().json) == ids[2:]


def test_contacts_have_no_hs_lastmodifieddate(hub: Hub, door: Door) -> None:
    ids = _fill(hub, 2)
    assert door.search(filterGroups=where("hs_lastmodifieddate", "GTE", 1_000)).json["total"] == 0
    found = door.search(filterGroups=where("lastmodifieddate", "GTE", 1_000)).json
    assert _ids(found) == ids


def test_search_shows_the_default_properties_alone(hub: Hub, door: Door) -> None:
    hub.store.create("contacts", {"email": "a@x.example", "city": "Ulm"})
    (row,) = door.search().json["results"]
    assert set(row["properties"]) == {
        "createdate",
        "email",
        "firstname",
        "hs_object_id",
        "lastmodifieddate",
        "lastname",
    }
    hub.store.create("calls", {"hs_timestamp": "2026-11-01T10:00:00Z"})
    (call,) = door.search("calls").json["results"]
    assert set(call["properties"]) == {"hs_createdate", "hs_lastmodifieddate", "hs_object_id"}


@pytest.mark.parametrize(
    ("given", "cities"),
    [
        ({"operator": "EQ", "value": "ulm"}, {"Ulm"}),
        ({"operator": "NEQ", "value": "Ulm"}, {"Bad Tölz"}),
        ({"operator": "IN", "values": ["ulm"]}, {"Ulm"}),
        ({"operator": "IN", "values": ["Ulm"]}, set()),
        ({"operator": "NOT_IN", "values": ["ulm"]}, {"Bad Tölz"}),
        ({"operator": "HAS_PROPERTY"}, {"Ulm", "Bad Tölz"}),
        ({"operator": "NOT_HAS_PROPERTY"}, {None}),
        ({"operator": "CONTAINS_TOKEN", "value": "b*"}, {"Bad Tölz"}),
    ],
    ids=lambda given: given["operator"] if isinstance(given, dict) else None,
)
def test_operators(hub: Hub, door: Door, given: dict[str, Any], cities: set[str | None]) -> None:
    for city in ("Ulm", "Bad Tölz", ""):
        hub.store.create("contacts", {"city": city})
    groups = [{"filters": [{"propertyName": "city", **given}]}]
    found = door.search(filterGroups=groups, properties=["city"]).json["results"]
    assert {each["properties"]["city"] for each in found} == cities


def test_who_is_associated_can_be_searched_by(hub: Hub, door: Door) -> None:
    contact = hub.store.create("contacts", {"email": "a@x.example"})
    calls = [hub.store.create("calls", {"hs_call_title": str(n)}) for n in range(2)]
    hub.store.link("calls", calls[1].id, "contacts", contact.id)
    found = door.search("calls", filterGroups=where("associations.contact", "EQ", contact.id))
    assert _ids(found.json) == [calls[1].id]


def test_20000_contacts_are_walked_in_milliseconds() -> None:
    hub = make(contacts=0)
    _fill(hub, 20_000)
    index = hub.store.index("contacts")
    began = time.perf_counter()
    for _ in range(10):
        assert len(index.after(CONTACTS.first_id + 10_000 - 1, hub.clock.ms())) == 10_000
    assert (time.perf_counter() - began) / 10 < 0.05
