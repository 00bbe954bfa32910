"""Pulls of activities go on where the last one stopped, lose nothing, and say what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from leadline.errors import RetryLater, SourceError
from leadline_salesforce.activities import FEEDS, feeds
from leadline_salesforce.api import Api
from leadline_sandbox.salesforce import Org, org

from .activity_world import (
    Pulls,
    ago,
    contact,
    email,
    event,
    lead,
    pulls,
    source_of,
    task,
    types,
)
from .writing import fast_clock

NEVER = {"page_view", "form_submit", "email_click", "content_download", "purchase", "list_leave"}


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    fast_clock(monkeypatch)


@pytest.fixture
def crm() -> Iterator[Org]:
    with org(contacts=0) as crm:
        yield crm


# --- what there is and what is off


def test_a_seeded_org_has_activities_of_every_feed(tmp_path: Path) -> None:
    with org(contacts=60, seed=7) as crm:
        world = pulls(crm, tmp_path)
        rows = world.pull()
        people = {each.id for kind in ("Lead", "Contact") for each in crm.store.records(kind)}
        assert {"call", "meeting", "email_sent", "deal_created"} <= set(types(rows))
        assert {row["contact_id"] for row in rows.values()} <= people
        assert all(row["occurred_at"] <= crm.clock.now() for row in rows.values())
        assert world.pull() == {} or len(world.lake) == len(rows)
        assert world.off >= NEVER


def test_an_object_that_the_user_may_not_see_turns_off_its_feed_alone(
    crm: Org, tmp_path: Path
) -> None:
    task(crm, lead(crm))
    crm.store.hide("Opportunity")
    crm.store.hide("Event", "EndDateTime")
    world = pulls(crm, tmp_path)
    assert types(world.pull()) == ["custom:task"]
    assert {"deal_created", "deal_won", "deal_lost", "meeting"} <= world.off
    assert not {"call", "custom:task"} & world.off
    said = {feed.name: feed for feed in feeds(world.source, world.api)}
    assert "Opportunity" in said["opportunities"].why
    assert said["events"].why == "the user may not see Event.EndDateTime"


def test_a_feed_that_the_settings_leave_out_is_off_with_that_reason(
    crm: Org, tmp_path: Path
) -> None:
    source = source_of(crm, tmp_path, activities=("tasks",))
    found = feeds(source, Api(source))
    assert {feed.name for feed in found} == set(FEEDS)
    assert [feed.name for feed in found if feed.on] == ["tasks"]
    assert {feed.why for feed in found if not feed.on} == {"the setting `activities` leaves it out"}


def test_a_feed_that_there_is_not_is_named(crm: Org, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"names cats, which is no feed; there are emails,"):
        pulls(crm, tmp_path, "cats").pull()


def test_a_feed_that_is_refused_in_the_middle_does_not_stop_the_others(
    crm: Org, tmp_path: Path
) -> None:
    task(crm, lead(crm))
    event(crm, contact(crm), ago(crm, days=1))
    # E-mails and tasks come first; the count of calls before the events' own is theirs.
    world = pulls(crm, tmp_path, "events", "campaigns")
    crm.faults.once("403-access", "query.all")
    assert world.pull() == {}
    assert "meeting" in world.off
    assert types(world.pull()) == ["meeting"]
    assert "meeting" not in world.off


# --- nothing is lost


def test_the_second_pull_brings_what_is_new(crm: Org, tmp_path: Path) -> None:
    ada = lead(crm)
    first = task(crm, ada)
    crm.clock.advance(3600)
    world = pulls(crm, tmp_path)
    assert list(world.pull()) == [f"task:{first}"]
    assert world.pull() == {}
    second = task(crm, ada)
    assert list(world.pull()) == [f"task:{second}"]


def test_what_becomes_visible_after_its_stamp_is_found(crm: Org, tmp_path: Path) -> None:
    ada = lead(crm)
    world = pulls(crm, tmp_path, "tasks")
    world.pull()
    crm.options.commit_lag_seconds = 300
    late = task(crm, ada)
    crm.options.commit_lag_seconds = 0
    crm.clock.advance(120)
    seen = task(crm, ada)
    assert list(world.pull()) == [f"task:{seen}"]
    crm.clock.advance(300)
    assert f"task:{late}" in world.pull()


@pytest.mark.parametrize("bulk_above", [0, 10_000])
def test_many_tasks_of_one_second_are_all_found(crm: Org, tmp_path: Path, bulk_above: int) -> None:
    crm.options.page_size, crm.options.short_pages = 200, True
    ada, at = lead(crm), ago(crm, hours=1)
    made = {
        crm.store.create("Task", {"WhoId": ada, "Status": "Completed"}, created=at).id
        for _ in range(700)
    }
    world = pulls(crm, tmp_path, "tasks", bulk_above=bulk_above)
    assert world.pull().keys() == {f"task:{each}" for each in made}
    assert bool(crm.journal.count("bulk.query.create")) is (bulk_above == 0)


def test_bulk_brings_the_same_as_pages_do(tmp_path: Path) -> None:
    with org(contacts=30, seed=3) as crm:
        paged = pulls(crm, tmp_path / "pages", bulk_above=100_000)
        paged.pull()
        jobs = pulls(crm, tmp_path / "jobs", bulk_above=0)
        jobs.pull()
    assert crm.journal.count("bulk.query.create") > 3
    assert paged.lake == jobs.lake


def test_a_pull_that_breaks_off_goes_on_where_it_stopped(crm: Org, tmp_path: Path) -> None:
    crm.options.page_size = 200
    crm.store.hide("TaskRelation")
    ada = lead(crm)
    for number in range(3):
        at = ago(crm, hours=9 - number)
        for _ in range(200):
            crm.store.create("Task", {"WhoId": ada, "Status": "Completed"}, created=at)
    world = pulls(crm, tmp_path, "tasks")
    assert len(world.pull(most=3)) == 400
    asked = crm.journal.count("query.more")
    rest = world.pull()
    assert len(world.lake) == 600
    assert len(rest) < 600
    assert crm.journal.count("query.more") - asked <= 2


def test_a_query_that_the_org_forgot_is_asked_again_from_there(crm: Org, tmp_path: Path) -> None:
    crm.options.page_size = 200
    ada = lead(crm)
    for number in range(500):
        at = ago(crm, minutes=500 - number)
        crm.store.create("Task", {"WhoId": ada, "Status": "Completed"}, created=at)
    crm.faults.once("bad-locator", "query.more")
    world = pulls(crm, tmp_path, "tasks")
    assert len(world.pull()) == 500


@pytest.mark.parametrize("trouble", ["query-timeout", "too-large"])
def test_a_query_that_is_too_much_is_asked_in_halves(
    crm: Org, tmp_path: Path, trouble: str
) -> None:
    ada = lead(crm)
    made = [
        crm.store.create(
            "Task", {"WhoId": ada, "Status": "Completed"}, created=ago(crm, days=days)
        ).id
        for days in (3000, 900, 10, 1)
    ]
    world = pulls(crm, tmp_path, "tasks")
    # A query that timed out is repeated before it is cut.
    crm.faults.add(trouble, "query.all", times=6 if trouble == "query-timeout" else 1)
    assert world.pull().keys() == {f"task:{each}" for each in made}


def test_an_org_that_is_down_ends_the_pull_and_loses_nothing(crm: Org, tmp_path: Path) -> None:
    talk = task(crm, lead(crm))
    world = pulls(crm, tmp_path)
    crm.faults.add("503", "query.all")
    with pytest.raises(RetryLater):
        world.pull()
    crm.faults.clear()
    assert list(world.pull()) == [f"task:{talk}"]


def test_a_batch_that_was_never_committed_comes_again(crm: Org, tmp_path: Path) -> None:
    talk = task(crm, lead(crm))
    world = pulls(crm, tmp_path)
    crm.clock.advance(60)
    world.lose()
    assert list(world.pull()) == [f"task:{talk}"]


def test_a_full_sweep_finds_what_moved_no_stamp(crm: Org, tmp_path: Path) -> None:
    campaign = crm.store.create("Campaign", {"Name": "Fair", "Type": "Email"}).id
    member = {"CampaignId": campaign, "LeadId": lead(crm), "Status": "Responded"}
    crm.store.create("CampaignMember", member)
    crm.clock.advance(3600)
    world = pulls(crm, tmp_path, "campaigns")
    world.pull()
    crm.clock.advance(2 * 86_400)
    crm.store.update("Campaign", campaign, {"Name": "Great fair"})
    assert world.pull() == {}
    crm.clock.advance(6 * 86_400)
    assert [row["campaign"] for row in world.pull().values()] == ["Great fair"]


def test_no_query_is_longer_than_an_address_may_be(crm: Org, tmp_path: Path) -> None:
    crm.options.uri_limit = 14_000
    ada = lead(crm)
    for _ in range(900):
        task(crm, ada)
    world = pulls(crm, tmp_path)
    assert len(world.pull()) == 900
    assert crm.journal.count("*", 414) == 0


def test_a_session_that_ends_in_the_middle_is_renewed(crm: Org, tmp_path: Path) -> None:
    talk = task(crm, lead(crm))
    world = pulls(crm, tmp_path)
    crm.faults.once("401", "query.all", after=2)
    assert list(world.pull()) == [f"task:{talk}"]


# --- people become others


def test_a_conversion_moves_activities_and_counts_none_twice(crm: Org, tmp_path: Path) -> None:
    ada = lead(crm)
    talk, met = task(crm, ada), event(crm, ada, ago(crm, days=2))
    message = email(crm, ada)
    world = pulls(crm, tmp_path, "tasks", "events", "emails")
    before = world.pull()
    assert {row["contact_id"] for row in before.values()} == {ada}
    crm.clock.advance(3600)
    became = crm.store.convert(ada)
    after = world.pull()
    assert {f"task:{talk}", f"event:{met}"} <= after.keys()
    assert any(key.startswith(f"email:{message}:") for key in after)
    assert world.lake.keys() == before.keys()
    assert {row["contact_id"] for row in world.lake.values()} == {became}
    moments = {key: row["occurred_at"] for key, row in before.items()}
    assert {key: row["occurred_at"] for key, row in world.lake.items()} == moments


def test_a_campaign_member_with_lead_and_contact_is_the_contacts(crm: Org, tmp_path: Path) -> None:
    ada = lead(crm)
    campaign = crm.store.create("Campaign", {"Name": "Fair", "Type": "Conference"}).id
    values = {"CampaignId": campaign, "LeadId": ada, "Status": "Attended"}
    made = crm.store.create("CampaignMember", values).id
    became = crm.store.convert(ada)
    (row,) = pulls(crm, tmp_path, "campaigns").pull().values()
    assert (row["activity_id"], row["contact_id"]) == (f"member:{made}:response", became)


def test_a_merge_moves_activities_to_the_winner(crm: Org, tmp_path: Path) -> None:
    winner, loser = contact(crm), contact(crm, "Eve")
    talk = task(crm, loser)
    world = pulls(crm, tmp_path, "tasks")
    world.pull()
    crm.clock.advance(3600)
    crm.store.merge("Contact", winner, loser)
    world.pull()
    assert {key: row["contact_id"] for key, row in world.lake.items()} == {f"task:{talk}": winner}


def test_who_goes_takes_along_what_they_did(crm: Org, tmp_path: Path) -> None:
    ada = lead(crm)
    task(crm, ada)
    event(crm, ada, ago(crm, days=2))
    world = pulls(crm, tmp_path, "tasks", "events")
    assert len(world.pull()) == 2
    crm.store.delete("Lead", ada)
    world.pull()
    assert world.lake == {}


# --- the cost


def test_a_pull_with_nothing_new_is_cheap(crm: Org, tmp_path: Path) -> None:
    task(crm, lead(crm))
    crm.clock.advance(3600)
    world = Pulls(crm, source_of(crm, tmp_path))
    world.pull()
    before = world.source.meter.calls
    assert world.pull() == {}
    assert world.source.meter.calls - before <= 20
