"""What syncs of HubSpot are known to lose, and that this one does not: reading.

The README of this folder says which test keeps which trap shut, in all the files.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from leadline.batches import Stream
from leadline.errors import SourceError
from leadline.vocabulary import FieldType
from leadline_hubspot import paths
from leadline_hubspot.instants import iso
from leadline_sandbox.hubspot import Hub, portal, searching
from tests.connectors.traps import assert_named

from . import activity_world, reading
from .activity_world import Pulls, of_type
from .reading import Reading, brought, held

HOUR, DAY = 3_600_000, 86_400_000
TESTS = Path(__file__).parents[2]
FEEDS = ("calls",)


@pytest.fixture
def hub() -> Iterator[Hub]:
    with portal(contacts=0, limited=False) as made:
        for number in range(20):
            values = {"email": f"p{number}@example.com", "firstname": f"P{number}"}
            made.store.create("contacts", values)
        yield made


def contacts(hub: Hub) -> list[str]:
    return [record.id for record in hub.store.records("contacts")]


def call(hub: Hub, *people: str, at: int | None = None) -> str:
    """A call with these contacts; at: when it was logged."""
    logged = hub.clock.ms() if at is None else at
    values = {"hs_timestamp": iso(logged)}
    made = hub.store.create("calls", values, created=logged, modified=logged).id
    for each in people:
        hub.store.link("calls", made, "contacts", each)
    return made


def calls(hub: Hub, folder: Path, **settings: Any) -> Pulls:
    return Pulls(activity_world.source_of(hub, folder, activities=FEEDS, **settings))


def read(hub: Hub, folder: Path, **settings: Any) -> Reading:
    """All contacts were read once, and the search does not lag."""
    made = Reading(reading.source_of(hub, folder, lag_seconds=0, **settings))
    made.pull()
    return made


# --- the cursor


def test_the_boundary_millisecond_is_not_lost(hub: Hub, tmp_path: Path) -> None:
    ids, now = contacts(hub), hub.clock.ms()
    hub.store.touch("contacts", ids[:1], now)
    logged = call(hub, ids[0], at=now)
    lake, world = read(hub, tmp_path), calls(hub, tmp_path, lag_seconds=0)
    assert f"call:{logged}:{ids[0]}" in world.pull()
    late = hub.store.create("contacts", {"firstname": "Late"}, created=now, modified=now).id
    logged = call(hub, ids[1], at=now)
    assert lake.pull()[late]["first_name"] == "Late"
    assert f"call:{logged}:{ids[1]}" in world.pull()


def test_a_date_in_the_future_hides_no_later_change(hub: Hub, tmp_path: Path) -> None:
    first, second, *_ = contacts(hub)
    hub.store.touch("contacts", [first], hub.clock.ms() + DAY)
    call(hub, first, at=hub.clock.ms() + DAY)
    lake, world = read(hub, tmp_path), calls(hub, tmp_path, lag_seconds=0)
    world.pull()
    hub.store.update("contacts", second, {"firstname": "Changed"})
    logged = call(hub, second)
    assert lake.pull()[second]["first_name"] == "Changed"
    assert f"call:{logged}:{second}" in world.pull()


def test_records_of_the_year_1970_do_not_break_the_search(hub: Hub, tmp_path: Path) -> None:
    hub.store.touch("contacts", contacts(hub), 1)
    call(hub, contacts(hub)[0], at=1)
    lake, world = read(hub, tmp_path), calls(hub, tmp_path)
    world.pull()
    hub.store.update("contacts", contacts(hub)[3], {"firstname": "Changed"})
    logged = call(hub, contacts(hub)[0])
    lake.pull()
    assert brought(lake.live) == held(hub)
    assert f"call:{logged}:{contacts(hub)[0]}" in world.pull()
    assert hub.journal.count(status=500) == 0


def _none(*_: object) -> list[object]:
    return []


@pytest.mark.parametrize("pulled", ["contacts", "calls"])
def test_a_search_that_counts_rows_and_shows_none_is_no_end(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pulled: str
) -> None:
    ada = contacts(hub)[0]
    pull: Callable[[], Mapping[str, object]] = read(hub, tmp_path).pull
    if pulled == "calls":
        pull = calls(hub, tmp_path).pull
        pull()
    hub.store.touch("contacts", [ada])
    logged = call(hub, ada)
    with monkeypatch.context() as patch:
        patch.setattr(searching, "_disordered", _none)
        with pytest.raises(SourceError, match="this cannot be: sync again later"):
            pull()
    assert {"contacts": ada, "calls": f"call:{logged}:{ada}"}[pulled] in pull()


# --- pages


def test_the_link_to_the_next_page_is_not_followed(hub: Hub, tmp_path: Path) -> None:
    lake = read(hub, tmp_path, page_size=5)
    assert len(lake.live) == 20
    listed = hub.journal.calls("contacts.list")
    marks = [dict(each.query).get("after") for each in listed if "archived" not in str(each.query)]
    assert len(marks) == 4
    assert [mark for mark in marks if mark is not None] == sorted(
        mark for mark in marks if mark is not None
    )


def test_the_history_of_more_than_fifty_contacts_is_told(tmp_path: Path) -> None:
    with portal(contacts=120, activities_per_contact=0, limited=False) as hub:
        world = Pulls(activity_world.source_of(hub, tmp_path, activities=("stages",)))
        world.pull()
        hub.clock.advance(HOUR / 1000)
        for each in contacts(hub):
            hub.store.update("contacts", each, {"lifecyclestage": "evangelist"})
        rows = of_type(world.pull(), "stage_change")
        told = {row["contact_id"] for row in rows if row["name"] == "evangelist"}
        assert told == set(contacts(hub))
        assert hub.journal.count(status=400) == 0


def test_more_than_a_thousand_calls_have_all_their_contacts(hub: Hub, tmp_path: Path) -> None:
    ids = contacts(hub)
    made = [call(hub, ids[number % 20]) for number in range(1_100)]
    world = calls(hub, tmp_path)
    world.pull()
    hub.store.touch("calls", made)
    again = calls(hub, tmp_path / "again")
    assert len(again.pull()) == 1_100
    assert len(world.pull()) == 1_100
    sent = hub.journal.calls("associations.read")
    assert max(len(each.json["inputs"]) for each in sent) <= 1_000
    assert hub.journal.count(status=400) == 0


def test_a_contact_under_two_labels_of_a_call_has_the_call_once(hub: Hub, tmp_path: Path) -> None:
    ada = contacts(hub)[0]
    logged = call(hub, ada, ada)
    hub.store.link("calls", logged, "contacts", ada, 9_001)
    assert list(calls(hub, tmp_path).pull()) == [f"call:{logged}:{ada}"]


def test_a_call_with_nobody_is_no_error(hub: Hub, tmp_path: Path) -> None:
    call(hub)
    logged = call(hub, contacts(hub)[0])
    world = calls(hub, tmp_path)
    assert list(world.pull()) == [f"call:{logged}:{contacts(hub)[0]}"]
    assert world.rejects == []


def test_a_submission_that_comes_while_other_forms_are_read_is_told(
    hub: Hub, tmp_path: Path
) -> None:
    record = hub.store.records("contacts")[0]
    now, email = hub.clock.ms(), {"email": record.value("email").upper()}
    forms = [hub.store.feeds.form(name) for name in ("First", "Second", "Third")]
    for form in forms:
        for number in range(60):
            hub.store.feeds.submit(form, now - HOUR + number, email)
    world = Pulls(activity_world.source_of(hub, tmp_path, activities=("forms",)))
    world.pull(most=2)
    for form in forms:
        hub.store.feeds.submit(form, hub.clock.ms() - 2_000, email)
    world.pull()
    world.pull()
    assert len(world.lake) == 3 * 61


# --- values


def test_a_number_that_is_no_number_costs_no_record(hub: Hub, tmp_path: Path) -> None:
    company = hub.store.create("companies", {"name": "North", "numberofemployees": "50"}).id
    hub.store.calculate("companies", company, {"numberofemployees": "N/A"})
    source = reading.source_of(
        hub, tmp_path, wanted={**reading.WANTED, "company.employees": FieldType.INTEGER}
    )
    row = Reading(source, Stream.COMPANIES).pull()[company]
    assert (row["company"], row["company.employees"]) == ("North", "N/A")


def test_our_own_score_edited_to_junk_is_written_anew(hub: Hub, tmp_path: Path) -> None:
    definition = {"name": "leadline_score", "label": "score", "type": "string"}
    definition |= {"fieldType": "text", "groupName": "contactinformation"}
    hub.store.schemas["contacts"].create(definition, hub.clock.ms())
    ada = contacts(hub)[0]
    hub.store.update("contacts", ada, {"leadline_score": "N/A"})
    lake = read(hub, tmp_path)
    assert lake.known[ada]["score"] is None
    assert lake.rejects == []


# --- paths

DATED = {
    "/crm/v3/objects/": "/crm/objects/2026-09/",
    "/crm/v4/associations/": "/crm/associations/2026-09/",
    "/crm/v3/properties/": "/crm/properties/2026-09/",
    "/crm/v3/pipelines/": "/crm/pipelines/2026-09/",
    "/crm/v3/owners": "/crm/owners/2026-09",
    "/crm/v3/lists/": "/crm/lists/2026-09/",
    "/events/v3/events": "/events/event-occurrences/2026-09",
    "/account-info/v3/": "/account-info/2026-09/",
}


def test_dated_paths_are_a_change_of_one_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, path in list(vars(paths).items()):
        for old, new in DATED.items():
            if name.isupper() and path.startswith(old):
                monkeypatch.setattr(paths, name, path.replace(old, new, 1))
    with portal(contacts=20, activities_per_contact=3, limited=False) as hub:
        lake = read(hub, tmp_path)
        world = Pulls(activity_world.source_of(hub, tmp_path))
        assert world.pull()
        hub.store.touch("contacts", contacts(hub))
        lake.pull()
        assert brought(lake.live) == held(hub)
        called = {each.path for each in hub.journal.calls()}
        assert not [path for path in called if path.startswith(tuple(DATED))]
        assert hub.journal.count(status=404) == 0


def test_no_path_stands_outside_the_table() -> None:
    folder = Path(paths.__file__).parent
    found = [
        (path.name, literal)
        for path in folder.rglob("*.py")
        if path.name != "paths.py"
        for literal in re.findall(
            r'"/(?:crm|events|marketing|email|oauth|form)[^"]*', path.read_text()
        )
    ]
    assert found == []


def test_the_urllib3_that_breaks_the_client_is_ruled_out() -> None:
    project = tomllib.loads((TESTS.parent / "pyproject.toml").read_text("utf-8"))["project"]
    needs = [Requirement(each) for each in project["optional-dependencies"]["hubspot"]]
    (allowed,) = (each.specifier for each in needs if each.name == "urllib3")
    assert "2.6.0" not in allowed
    assert "2.6.3" in allowed


# --- the table


def test_every_trap_of_the_table_has_its_test() -> None:
    assert_named(Path(__file__).parent / "README.md")
