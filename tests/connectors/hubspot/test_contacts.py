"""A first load of contacts: all of them, as they are, in as few calls as pages allow."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leadline.batches import output_schema
from leadline.errors import RetryLater
from leadline.vocabulary import FieldType
from leadline_sandbox.hubspot import Hub, portal

from .reading import WANTED, Reading, brought, held, source_of


@pytest.fixture
def hub() -> Iterator[Hub]:
    with portal(contacts=250) as made:
        yield made


def test_every_contact_comes_as_the_portal_has_it(hub: Hub, tmp_path: Path) -> None:
    reading = Reading(source_of(hub, tmp_path))
    reading.pull()
    assert brought(reading.live) == held(hub)
    assert reading.rejects == []


def test_a_first_load_takes_no_more_calls_than_its_pages(hub: Hub, tmp_path: Path) -> None:
    for record in hub.store.records("contacts")[:30]:
        hub.store.archive("contacts", record.id)
    reading = Reading(source_of(hub, tmp_path))
    reading.pull()
    assert reading.calls == 3 + 1  # 220 that are there, 30 that are deleted


def test_a_sync_without_news_takes_a_search_and_the_list_of_the_deleted(
    hub: Hub, tmp_path: Path
) -> None:
    reading = Reading(source_of(hub, tmp_path, lag_seconds=0))
    reading.pull()
    before = reading.calls
    reading.pull()
    assert reading.calls - before == 3  # the latest contact ties, and is read again
    assert hub.journal.summary()["contacts.search"] == 1


def test_more_properties_than_an_address_holds_are_asked_for_in_a_body(
    hub: Hub, tmp_path: Path
) -> None:
    names = [f"one_of_the_very_many_properties_of_this_account_{n:04}" for n in range(200)]
    for name in names:
        definition = {
            "name": name,
            "label": name,
            "type": "string",
            "fieldType": "text",
            "groupName": "contactinformation",
        }
        hub.store.schemas["contacts"].create(definition, hub.clock.ms())
    last = hub.store.records("contacts")[-1]
    hub.store.update("contacts", last.id, {names[-1]: "found"})
    wanted = {**WANTED, **dict.fromkeys(names, FieldType.TEXT)}
    fields = dict(zip(names, names, strict=True))
    reading = Reading(source_of(hub, tmp_path, wanted=wanted, fields=fields))
    reading.pull()
    assert hub.journal.count(status=414) == 0
    assert reading.calls == 2 * 3 + 1
    assert brought(reading.live) == held(hub)
    assert reading.rows[last.id][names[-1]] == "found"


def test_fields_are_read_from_the_properties_that_the_config_names(
    hub: Hub, tmp_path: Path
) -> None:
    record = hub.store.records("contacts")[0]
    hub.store.update("contacts", record.id, {"hs_lead_status": "OPEN", "firstname": "Zoë"})
    wanted = {"status": FieldType.TEXT, "first_name": FieldType.TEXT, "budget": FieldType.MONEY}
    fields = {"status": "hs_lead_status", "budget": "no_such_property"}
    reading = Reading(source_of(hub, tmp_path, wanted=wanted, fields=fields))
    row = reading.pull()[record.id]
    assert (row["status"], row["first_name"], row["budget"]) == ("OPEN", "Zoë", None)
    (call, *_) = hub.journal.calls("contacts.list")
    asked = dict(call.query)["properties"].split(",")
    assert "hs_lead_status" in asked
    assert "jobtitle" not in asked


def test_a_contact_has_its_company_and_its_instants(hub: Hub, tmp_path: Path) -> None:
    record = next(r for r in hub.store.records("contacts") if r.value("associatedcompanyid"))
    row = Reading(source_of(hub, tmp_path)).pull()[record.id]
    assert row["company_id"] == record.value("associatedcompanyid")
    for name, instant in (("created_at", record.created), ("updated_at", record.modified)):
        assert datetime.fromisoformat(row[name]).timestamp() * 1000 == pytest.approx(instant)


def test_a_link_to_salesforce_is_read_where_links_are_wanted(hub: Hub, tmp_path: Path) -> None:
    first, second = (record.id for record in hub.store.records("contacts")[:2])
    hub.store.calculate("contacts", first, {"phone": "003A"})
    fields = {"linked_to": "phone"}
    rows = Reading(source_of(hub, tmp_path, fields=fields, links_to="salesforce")).pull()
    assert rows[first]["linked_to"] == "003A"
    assert "linked_to" not in Reading(source_of(hub, tmp_path / "other")).pull()[second]


def test_our_own_properties_come_as_they_are_now(hub: Hub, tmp_path: Path) -> None:
    types = {"score": ("number", "number"), "grade": ("string", "text"), "at": ("datetime", "date")}
    for name, (type_, field_type) in types.items():
        definition = {
            "name": f"our_{name}",
            "label": name,
            "type": type_,
            "fieldType": field_type,
            "groupName": "contactinformation",
        }
        hub.store.schemas["contacts"].create(definition, hub.clock.ms())
    first, second, third = (record.id for record in hub.store.records("contacts")[:3])
    values = {"our_score": "42", "our_grade": "A1", "our_at": "2026-11-20T10:30:00Z"}
    hub.store.update("contacts", first, values)
    hub.store.update("contacts", third, {"our_score": str(2**32 + 42)})
    source = source_of(
        hub,
        tmp_path,
        property_prefix="our_",
        write={"scored_at": "our_at"},
        output=output_schema(["fit"], ["stage", "stage_field"]).remove(0),
    )
    reading = Reading(source)
    reading.pull()
    known = reading.known[first]
    assert (known["score"], known["grade"]) == (42, "A1")
    assert known["scored_at"] == datetime(2026, 11, 20, 10, 30, tzinfo=UTC)
    assert set(reading.known[second].values()) == {second, None}
    assert reading.known[third]["score"] is None
    assert not {"stage", "stage_field"} & set(known)
    assert len(reading.known) == 250


@pytest.mark.parametrize("fault", ["html200", "empty200", "502", "broken", "429"])
def test_a_page_that_comes_to_nothing_is_no_end_of_the_list(
    hub: Hub, tmp_path: Path, fault: str
) -> None:
    hub.faults.once(fault, "contacts.list", after=1)
    reading = Reading(source_of(hub, tmp_path))
    reading.pull()
    assert brought(reading.live) == held(hub)


def test_a_load_that_broke_off_goes_on_where_it_was(hub: Hub, tmp_path: Path) -> None:
    reading = Reading(source_of(hub, tmp_path, page_size=99))  # each page is a batch of its own
    reading.pull(only=1)
    calls = reading.calls
    reading.pull()
    assert brought(reading.live) == held(hub)
    assert reading.calls - calls == 2 + 1


def test_an_error_loses_none_of_the_pages_before_it(hub: Hub, tmp_path: Path) -> None:
    hub.faults.once("477", "contacts.list", after=2)
    reading = Reading(source_of(hub, tmp_path))
    with pytest.raises(RetryLater):
        reading.pull()
    assert len(reading.live) == 200
    calls = reading.calls
    reading.pull()
    assert brought(reading.live) == held(hub)
    assert reading.calls - calls == 1 + 1
