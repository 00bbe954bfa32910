"""Single contacts by their ids: fresh while the search lags, deleted and merged ones too."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from leadline.batches import Stream
from leadline_hubspot import narrow
from leadline_hubspot.api import Api
from leadline_sandbox.hubspot import Hub, portal

from .reading import source_of


@pytest.fixture
def hub() -> Iterator[Hub]:
    """A portal whose search is an hour behind."""
    with portal(contacts=30, lag_seconds=3600.0) as made:
        yield made


def read(hub: Hub, folder: Path, stream: Stream, *ids: str, **settings: Any) -> dict[str, Any]:
    """The last row of each id that came."""
    source = source_of(hub, folder, **settings)
    batches = list(narrow.fetch(source, Api(source), stream, ids))
    return {row[stream.key]: row for each in batches for row in each.rows.to_pylist()}


def test_a_contact_is_read_as_it_is_now_and_no_other(hub: Hub, tmp_path: Path) -> None:
    one, two = (each.id for each in hub.store.records("contacts")[:2])
    hub.store.update("contacts", one, {"jobtitle": "Head of IT"})
    hub.journal.clear()
    rows = read(hub, tmp_path, Stream.CONTACTS, one, two)
    assert rows.keys() == {one, two}
    assert rows[one]["job_title"] == "Head of IT"
    assert len(hub.journal.calls("contacts.search")) == 0


def test_what_is_no_more_is_said_to_be_deleted(hub: Hub, tmp_path: Path) -> None:
    gone, lost = (each.id for each in hub.store.records("contacts")[:2])
    hub.store.archive("contacts", gone)
    hub.store.erase("contacts", lost)
    rows = read(hub, tmp_path, Stream.CONTACTS, gone, lost, "nonsense")
    assert {key: row["deleted"] for key, row in rows.items()} == {gone: True, lost: True}


def test_a_contact_that_was_merged_names_the_one_that_is_left(hub: Hub, tmp_path: Path) -> None:
    loser, winner = (each.id for each in hub.store.records("contacts")[:2])
    left = hub.store.merge("contacts", winner, loser).id
    rows = read(hub, tmp_path, Stream.CONTACTS, loser)
    assert rows[loser]["merged_into"] == left
    assert rows[left]["deleted"] is False


def test_more_than_a_page_is_read_in_pages(hub: Hub, tmp_path: Path) -> None:
    ids = [each.id for each in hub.store.records("contacts")]
    assert read(hub, tmp_path, Stream.CONTACTS, *ids, page_size=7).keys() == set(ids)


def test_what_sales_logged_comes_along(hub: Hub, tmp_path: Path) -> None:
    contact = hub.store.records("contacts")[0].id
    at = datetime.now(UTC) - timedelta(hours=1)
    call = {"hs_timestamp": at.isoformat(), "hs_call_title": "About the price"}
    made = hub.store.create("calls", call)
    hub.store.link("calls", made.id, "contacts", contact)
    rows = read(hub, tmp_path, Stream.ACTIVITIES, contact, activities=("calls",))
    row = rows[f"call:{made.id}:{contact}"]
    assert (row["contact_id"], row["type"], row["name"]) == (contact, "call", "About the price")
    assert {each["contact_id"] for each in rows.values()} == {contact}


def test_activities_that_the_account_does_not_allow_are_left_out(tmp_path: Path) -> None:
    with portal(contacts=3) as hub:
        contact = hub.store.records("contacts")[0].id
        hub.faults.add("403", "calls")
        hub.faults.add("403", "associations")
        assert read(hub, tmp_path, Stream.ACTIVITIES, contact, activities=("calls",)) == {}
