"""What changes in the portal reaches the lake, whatever the search does and forgets."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from leadline_sandbox.hubspot import Hub, portal

from .reading import Reading, brought, held, source_of


@pytest.fixture
def hub() -> Iterator[Hub]:
    with portal(contacts=60, limited=False) as made:
        yield made


def ids_of(hub: Hub) -> list[str]:
    return [record.id for record in hub.store.records("contacts")]


def rename(hub: Hub, contact_id: str, name: str) -> None:
    hub.store.update("contacts", contact_id, {"firstname": name})


@pytest.fixture
def reading(hub: Hub, tmp_path: Path) -> Reading:
    """All contacts were read once."""
    made = Reading(source_of(hub, tmp_path, page_size=10, lag_seconds=0))
    made.pull()
    return made


def test_only_what_changed_comes_again(hub: Hub, reading: Reading) -> None:
    changed = ids_of(hub)[10:15]
    latest = max(hub.store.records("contacts"), key=lambda record: record.modified).id
    for one in changed:
        rename(hub, one, "Changed")
    assert set(reading.pull()) <= {*changed, latest}
    assert brought(reading.live) == held(hub)
    assert set(reading.pull()) <= set(changed)


def test_more_than_ten_thousand_contacts_of_one_millisecond_are_all_found(tmp_path: Path) -> None:
    with portal(contacts=100, limited=False) as hub:
        store = hub.store
        reading = Reading(source_of(hub, tmp_path, lag_seconds=0))
        reading.pull()
        for number in range(500_000, 510_200):
            store.create("contacts", {"firstname": "New"}, number=number)
        store.touch("contacts", ids_of(hub))
        before = reading.calls
        assert len(reading.pull()) == 10_300
        assert reading.calls - before <= 52 + 103 + 1 + 1
        assert hub.journal.count(status=400) == 0


@pytest.mark.parametrize("order", ["pages", "all"])
def test_a_search_in_any_order_leaves_nothing_out(hub: Hub, reading: Reading, order: str) -> None:
    hub.options.order = order  # type: ignore[assignment]  # a word of `Order`
    for one in ids_of(hub):
        rename(hub, one, f"New {one}")
    assert len(reading.pull()) == 60
    assert brought(reading.live) == held(hub)
    assert reading.rejects == []


def test_what_the_search_shows_late_is_found_later(hub: Hub, tmp_path: Path) -> None:
    hub.options.lag_seconds = 60
    reading = Reading(source_of(hub, tmp_path, lag_seconds=60))
    reading.pull()
    first, second = ids_of(hub)[:2]
    rename(hub, first, "Early")
    hub.clock.advance(30)
    rename(hub, second, "Later")
    hub.clock.advance(31)
    assert reading.pull()[first]["first_name"] == "Early"
    hub.clock.advance(31)
    reading.pull()
    assert brought(reading.live) == held(hub)


def test_a_change_behind_the_scans_back_comes_with_the_next_one(hub: Hub, reading: Reading) -> None:
    ids = ids_of(hub)
    hub.store.touch("contacts", ids)
    reading.pull(between=lambda number: rename(hub, ids[0], f"After {number}"))
    assert reading.rows[ids[0]]["first_name"] != hub.store.records("contacts")[0].value("firstname")
    reading.pull()
    assert brought(reading.live) == held(hub)


def test_a_deleted_contact_goes_and_a_restored_one_comes_back_again_and_again(
    hub: Hub, reading: Reading
) -> None:
    one = ids_of(hub)[20]
    for _ in range(3):
        hub.store.archive("contacts", one)
        assert reading.pull()[one]["deleted"]
        assert one not in reading.pull()
        record = hub.store.restore("contacts", one)
        record.modified = 1_700_000_000_000  # nothing but the list of the deleted tells
        hub.store.put(record)
        assert not reading.pull()[one]["deleted"]
    assert brought(reading.live) == held(hub)


def test_a_contact_deleted_anew_before_the_deleted_are_listed_is_deleted(
    hub: Hub, reading: Reading
) -> None:
    one = ids_of(hub)[20]
    hub.store.archive("contacts", one)
    reading.pull()
    hub.store.restore("contacts", one)
    checkpoint = dict(reading.checkpoint or {})
    reading.checkpoint = {**checkpoint, "archive_due": 2**53}
    assert not reading.pull()[one]["deleted"]
    hub.store.archive("contacts", one)
    reading.checkpoint = {**reading.checkpoint, "archive_due": 0}
    assert reading.pull()[one]["deleted"]


def test_many_deleted_contacts_are_not_listed_at_every_sync(hub: Hub, tmp_path: Path) -> None:
    reading = Reading(source_of(hub, tmp_path, page_size=1))
    for one in ids_of(hub)[:15]:
        hub.store.archive("contacts", one)
    reading.pull()
    before = hub.journal.count("contacts.list")
    reading.pull()
    assert hub.journal.count("contacts.list") == before
    reading.checkpoint = {**(reading.checkpoint or {}), "archive_due": 0}
    reading.pull()
    assert hub.journal.count("contacts.list") == before + 15


@pytest.mark.parametrize("keeps_id", [False, True])
def test_merged_contacts_lead_to_the_one_they_became(
    hub: Hub, reading: Reading, keeps_id: bool
) -> None:
    hub.options.merge_keeps_id = keeps_id
    first, second, third, *_ = ids_of(hub)
    made = hub.store.merge("contacts", first, second)
    rows = reading.pull()
    gone = {first, second} - {made.id}
    assert {one: rows[one]["merged_into"] for one in gone} == dict.fromkeys(gone, made.id)
    assert not rows[made.id]["deleted"]
    last = hub.store.merge("contacts", made.id, third)
    reading.pull()
    gone = {first, second, third, made.id} - {last.id}
    assert {reading.rows[one]["merged_into"] for one in gone} <= {made.id, last.id}
    assert all(reading.rows[one]["deleted"] for one in gone)
    assert brought(reading.live) == held(hub)


def test_contacts_whose_successor_is_deleted_before_it_was_read_are_gone_too(
    hub: Hub, reading: Reading
) -> None:
    first, second, *_ = ids_of(hub)
    made = hub.store.merge("contacts", first, second)
    hub.store.archive("contacts", made.id)
    rows = reading.pull()
    assert [rows[one]["deleted"] for one in (first, second, made.id)] == [True] * 3
    assert rows[first]["merged_into"] == made.id


def test_contacts_that_merge_between_search_and_read_are_not_mixed_up(
    hub: Hub, reading: Reading
) -> None:
    ids = ids_of(hub)
    hub.store.touch("contacts", ids)

    def merge(number: int) -> None:
        if number == 1:
            hub.store.merge("contacts", ids[-2], ids[-1])

    reading.pull(between=merge)
    reading.pull()
    assert brought(reading.live) == held(hub)


def test_an_erased_contact_is_noticed_when_everything_is_asked_for_again(
    hub: Hub, reading: Reading
) -> None:
    old = ids_of(hub)[3]
    hub.store.erase("contacts", old)
    kept, reading.checkpoint = reading.checkpoint, None
    assert reading.pull()[old]["deleted"] is True
    # The checkpoint that was put aside still knows whom it has met.
    other = ids_of(hub)[5]
    reading.checkpoint = kept
    hub.store.erase("contacts", other)
    reading.forget_sweep(days=8)
    assert reading.pull()[other]["deleted"] is True


def test_an_erased_contact_is_noticed_by_the_next_full_sweep(hub: Hub, reading: Reading) -> None:
    old, young = ids_of(hub)[5], hub.store.create("contacts", {"firstname": "Young"}).id
    reading.pull()
    hub.store.erase("contacts", old)
    hub.store.erase("contacts", young)
    reading.pull()
    assert not reading.rows[old]["deleted"]
    reading.forget_sweep(days=8)
    rows = reading.pull()
    assert (rows[old]["deleted"], rows[young]["deleted"]) == (True, True)
    assert brought(reading.live) == held(hub)


def test_a_full_sweep_finds_what_no_search_shows(hub: Hub, reading: Reading) -> None:
    one = ids_of(hub)[7]
    hub.store.calculate("contacts", one, {"jobtitle": "Calculated"})
    assert one not in reading.pull()
    reading.forget_sweep(days=8)
    assert reading.pull()[one]["job_title"] == "Calculated"
    before = hub.journal.count("contacts.search")
    reading.pull()
    assert hub.journal.count("contacts.search") == before + 1


def test_ids_that_were_lost_cost_no_contact(hub: Hub, reading: Reading) -> None:
    one, other = ids_of(hub)[:2]
    hub.store.archive("contacts", one)
    reading.pull()
    for file in (reading.source.state / "contacts").iterdir():
        file.unlink()
    hub.store.archive("contacts", other)
    rows = reading.pull()
    assert rows[one]["deleted"]
    assert rows[other]["deleted"]
    reading.forget_sweep(days=8)
    reading.pull()
    assert brought(reading.live) == held(hub)


@pytest.mark.parametrize("seed", range(4))
def test_a_portal_in_motion_is_the_same_in_the_lake_once_it_rests(
    hub: Hub, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    hub.options.order = chance.choice(["sorted", "pages", "all"])
    for kind in ("429", "429-secondly", "502", "html200", "empty200", "broken", "423"):
        hub.faults.add(kind, rate=0.02)
    source = source_of(hub, tmp_path, page_size=5, lag_seconds=5)

    def move(_: int) -> None:
        for _ in range(chance.randrange(3)):
            one, other = chance.sample(ids_of(hub), 2)
            what = chance.randrange(6)
            if what <= 2:
                rename(hub, one, f"Name {chance.random()}")
            elif what == 3:
                hub.store.merge("contacts", one, other)
            elif what == 4:
                hub.store.create("contacts", {"firstname": "New"})
            else:
                hub.store.archive("contacts", one)
                if chance.random() < 0.5:
                    hub.store.restore("contacts", one)

    reading = Reading(source)
    for _ in range(8):
        again = Reading(source)  # a new process, now and then one that is broken off
        again.rows, again.checkpoint = reading.rows, reading.checkpoint
        reading = again
        reading.pull(only=chance.choice([None, 2, 5]), between=move)
    reading.pull()  # the rest of one that was broken off
    reading.pull()
    assert brought(reading.live) == held(hub)
