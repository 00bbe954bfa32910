"""A pull over all feeds: what is off is said, and breaking off anywhere loses nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from leadline.errors import RetryLater, SourceError
from leadline_hubspot.activities import FEEDS, feeds
from leadline_sandbox.hubspot import Hub, portal

from .activity_world import Pulls, source_of


@pytest.fixture(scope="module")
def hub() -> Iterator[Hub]:
    with portal(contacts=30, limited=False) as hub:
        yield hub


@pytest.fixture
def world(hub: Hub, tmp_path: Path) -> Pulls:
    return Pulls(source_of(hub, tmp_path))


def test_every_feed_is_named_with_what_it_brings(world: Pulls) -> None:
    found = feeds(world.source, world.api)
    assert {feed.name for feed in found} == set(FEEDS)
    assert [feed.name for feed in found if not feed.on] == ["counters"]
    assert all(feed.types for feed in found if feed.on)
    assert all(bool(feed.why) is not feed.on for feed in found)


def test_everything_that_the_portal_holds_arrives(hub: Hub, world: Pulls) -> None:
    rows = world.pull()
    feeds_of = hub.store.feeds
    counted = Counter(row["type"] for row in rows.values())
    for kind, type_ in (("calls", "call"), ("meetings", "meeting"), ("deals", "deal_created")):
        assert counted[type_] == len(hub.store.records(kind)) > 0, kind
    assert counted["page_view"] == len(feeds_of.events["e_visited_page"])
    told = Counter(each.type for each in feeds_of.mail.between(None, None) if not each.filtered)
    assert (counted["email_open"], counted["email_click"]) == (told["OPEN"], told["CLICK"])
    assert counted["form_submit"] == sum(
        each.values.get("email", "") != ""
        for form in feeds_of.forms.values()
        for each in form.submissions.between(None, None)
        if form.type != "blog_comment"
    )
    assert counted["list_join"] == sum(len(each.members) for each in feeds_of.lists.values())
    contacts = {each.id for each in hub.store.records("contacts")}
    assert {row["contact_id"] for row in rows.values()} <= contacts


@pytest.mark.parametrize("fault", ["429", "502", "html200", "empty200", "broken", "423"])
def test_trouble_on_the_way_loses_nothing(
    hub: Hub, world: Pulls, tmp_path: Path, fault: str
) -> None:
    whole = world.pull()
    hub.faults.add(fault, rate=0.05)
    try:
        troubled = Pulls(source_of(hub, tmp_path / "troubled")).pull()
    finally:
        hub.faults.clear()
    assert troubled == whole


def test_a_day_whose_calls_are_used_up_goes_on_the_next_day(
    hub: Hub, world: Pulls, tmp_path: Path
) -> None:
    whole = world.pull()
    stopped = Pulls(source_of(hub, tmp_path / "stopped"))
    for passed in (30, 60, 90):
        hub.faults.once("429-daily", after=passed)
        with pytest.raises(RetryLater):
            stopped.pull()
        hub.faults.clear()
    stopped.pull()
    assert stopped.lake == whole


def test_a_feed_that_is_forbidden_in_the_middle_goes_on_when_it_is_allowed_again(
    hub: Hub, world: Pulls, tmp_path: Path
) -> None:
    whole = world.pull()
    cut = Pulls(source_of(hub, tmp_path / "cut"))
    # The first call of the events feed says that they may be had; the third one not any more.
    hub.faults.once("403", "events", after=2)
    cut.pull()
    assert "page_view" in cut.off
    assert "deal_won" not in cut.off
    cut.pull()
    assert "page_view" not in cut.off
    assert cut.lake == whole


def test_a_second_full_pull_brings_the_same_ids(world: Pulls) -> None:
    first = world.pull()
    world.checkpoint = None
    assert world.pull() == first


def test_a_pull_broken_off_after_any_batch_goes_on_without_loss(
    hub: Hub, world: Pulls, tmp_path: Path
) -> None:
    whole = world.pull()
    broken = Pulls(source_of(hub, tmp_path / "broken"))
    for most in (2, 3, 2, 5, 9):
        broken.pull(most)
        broken.lose(2)
    broken.pull()
    assert broken.lake == whole


def test_a_lost_folder_means_reading_everything_again(hub: Hub, tmp_path: Path) -> None:
    world = Pulls(source_of(hub, tmp_path))
    whole = world.pull()
    for file in world.source.state.iterdir():
        file.unlink()
    assert world.pull() == whole


def test_an_idle_account_costs_few_calls(world: Pulls) -> None:
    world.pull()
    before = world.source.meter.calls
    world.pull()
    assert world.source.meter.calls - before <= 50


@pytest.mark.parametrize("tier", ["free", "pro"])
def test_what_the_tier_lacks_is_off_with_a_reason(tier: str, tmp_path: Path) -> None:
    with portal(contacts=5, limited=False, tier=tier) as hub:
        world = Pulls(source_of(hub, tmp_path))
        rows = world.pull()
        found = {feed.name: feed for feed in feeds(world.source, world.api)}
    assert not found["events"].on
    assert "403" in found["events"].why or "scope" in found["events"].why
    assert found["counters"].on
    assert "page_view" not in world.off
    assert "list_leave" in world.off
    assert any(row["type"] == "page_view" for row in rows.values())


@pytest.mark.parametrize(
    ("scope", "feed", "off"),
    [
        ("forms", "forms", "content_download"),
        ("crm.objects.deals.read", "deals", "deal_won"),
        ("crm.lists.read", "lists", "list_join"),
    ],
)
def test_a_missing_scope_turns_off_its_feed_and_no_other(
    hub: Hub, tmp_path: Path, scope: str, feed: str, off: str
) -> None:
    kept = hub.options.scopes
    hub.options.scopes = hub.options.without(scope)
    try:
        types = {"content_download": ("Whitepaper download",)}
        world = Pulls(source_of(hub, tmp_path, types=types))
        rows = world.pull()
        found = {each.name: each for each in feeds(world.source, world.api)}
    finally:
        hub.options.scopes = kept
    assert not found[feed].on
    assert "scope" in found[feed].why
    assert off in world.off
    assert sum(not each.on for each in found.values()) == (1 if feed == "forms" else 2)
    assert "page_view" in {row["type"] for row in rows.values()}


def test_only_the_feeds_that_the_settings_name_are_pulled(hub: Hub, tmp_path: Path) -> None:
    world = Pulls(source_of(hub, tmp_path, activities=("deals",)))
    types = {row["type"] for row in world.pull().values()}
    assert types <= {"deal_created", "deal_won", "deal_lost"}
    assert {"call", "page_view", "email_open", "stage_change"} <= world.off
    assert not types & world.off


def test_a_feed_that_does_not_exist_is_refused_with_those_that_do(hub: Hub, tmp_path: Path) -> None:
    world = Pulls(source_of(hub, tmp_path, activities=("deals", "phone")))
    with pytest.raises(SourceError, match=r"names phone, which is no feed; there are stages"):
        world.pull()


def test_no_address_and_no_token_reaches_a_row_or_a_checkpoint(world: Pulls) -> None:
    rows = world.pull()
    text = str(rows) + str(world.checkpoint)
    assert "@" not in text
    assert "pat-na1" not in text
