"""Forms, marketing emails, events, lists and histories of a simulated portal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from leadline_hubspot.activities import note_stages
from leadline_hubspot.instants import iso
from leadline_sandbox.hubspot import Hub, portal

from .activity_world import Pulls, of_type, source_of

HOUR, DAY = 3_600_000, 86_400_000


@pytest.fixture
def hub() -> Iterator[Hub]:
    with portal(contacts=0, limited=False) as hub:
        yield hub


def contact(hub: Hub, email: str = "ada@example.com", **properties: str) -> str:
    return hub.store.create("contacts", {"email": email, **properties}).id


def yesterday(hub: Hub) -> int:
    return hub.clock.ms() - DAY


# --- forms


@pytest.mark.parametrize("kind", ["hubspot", "captured", "flow"])
def test_forms_of_every_kind_bring_their_submissions(hub: Hub, tmp_path: Path, kind: str) -> None:
    ada = contact(hub)
    form = hub.store.feeds.form("Contact us", kind)
    at, url = yesterday(hub), "https://x.example/a?utm_campaign=spring&utm_source=news"
    sent = hub.store.feeds.submit(form, at, {"email": "ADA@example.com", "budget": "5"}, url)
    (row,) = Pulls(source_of(hub, tmp_path, activities=("forms",))).pull().values()
    assert row["activity_id"] == f"form:{form.guid}:{sent.id}"
    assert (row["contact_id"], row["type"]) == (ada, "form_submit")
    assert (row["name"], row["url"]) == ("Contact us", url)
    assert (row["campaign"], row["channel"]) == ("spring", "news")
    assert row["occurred_at"].timestamp() * 1000 == pytest.approx(at)
    assert row["properties"] is None


def test_a_form_may_be_a_demo_request_by_its_name_or_its_guid(hub: Hub, tmp_path: Path) -> None:
    contact(hub)
    forms = [hub.store.feeds.form(name) for name in ("Book a demo", "Prices", "Other")]
    for form in forms:
        hub.store.feeds.submit(form, yesterday(hub), {"email": "ada@example.com"})
    types = {"demo_request": ("book a DEMO",), "information_request": (forms[1].guid,)}
    world = Pulls(source_of(hub, tmp_path, types=types, activities=("forms",)))
    rows = world.pull()
    assert sorted(row["type"] for row in rows.values()) == [
        "demo_request",
        "form_submit",
        "information_request",
    ]
    assert not world.off & {"demo_request", "information_request", "form_submit"}


def test_an_additional_address_is_its_contacts_too(hub: Hub, tmp_path: Path) -> None:
    ada = contact(hub)
    hub.store.calculate("contacts", ada, {"hs_additional_emails": "a@old.example;b@old.example"})
    form = hub.store.feeds.form("Contact us")
    hub.store.feeds.submit(form, yesterday(hub), {"email": "b@old.example"})
    (row,) = Pulls(source_of(hub, tmp_path, activities=("forms",))).pull().values()
    assert row["contact_id"] == ada


def test_a_submission_waits_for_its_contact(hub: Hub, tmp_path: Path) -> None:
    contact(hub)
    form = hub.store.feeds.form("Contact us")
    hub.store.feeds.submit(form, yesterday(hub) - DAY, {"email": "late@example.com"})
    hub.store.feeds.submit(form, yesterday(hub) - DAY, {"firstname": "Nobody"})
    hub.store.feeds.submit(form, hub.clock.ms(), {"email": "ada@example.com"})
    world = Pulls(source_of(hub, tmp_path, activities=("forms",)))
    assert len(world.pull()) == 1
    late = contact(hub, "late@example.com")
    world.lose()
    assert late in {row["contact_id"] for row in world.pull().values()}
    assert late not in {row["contact_id"] for row in world.pull().values()}


def test_only_new_pages_of_a_form_are_read_again(hub: Hub, tmp_path: Path) -> None:
    contact(hub)
    form = hub.store.feeds.form("Contact us")
    for number in range(120):
        hub.store.feeds.submit(form, yesterday(hub) + number, {"email": "ada@example.com"})
    world = Pulls(source_of(hub, tmp_path, activities=("forms",)))
    assert len(world.pull()) == 120
    for number in range(60):
        at = hub.clock.ms() - HOUR + number
        hub.store.feeds.submit(form, at, {"email": "ada@example.com"})
    assert len(world.pull()) >= 60
    assert len(world.lake) == 180
    calls = world.source.meter.calls
    world.pull()
    assert world.source.meter.calls - calls <= 12


def test_a_form_that_cannot_be_read_is_told_and_read_later(hub: Hub, tmp_path: Path) -> None:
    contact(hub)
    forms = [hub.store.feeds.form(name) for name in ("First", "Second")]
    for form in forms:
        hub.store.feeds.submit(form, yesterday(hub), {"email": "ada@example.com"})
    world = Pulls(source_of(hub, tmp_path, activities=("forms",)))
    hub.faults.once("414", "submissions")
    assert [row["name"] for row in world.pull().values()] == ["Second"]
    assert world.rejects == ["form First"]
    world.pull()
    assert len(world.lake) == 2


# --- marketing emails


def test_what_happens_to_a_marketing_email_is_told_by_address(hub: Hub, tmp_path: Path) -> None:
    ada = contact(hub)
    mailing = hub.store.feeds.mailing("Spring news")
    at = yesterday(hub)
    for number, type_ in enumerate(["SENT", "DELIVERED", "OPEN", "CLICK", "BOUNCE", "PROCESSED"]):
        hub.store.feeds.mailed(
            type_, "ada@example.com", at + number, mailing, url="https://x.example"
        )
    hub.store.feeds.mailed("OPEN", "ada@example.com", at, mailing, filtered=True)
    hub.store.feeds.mailed("OPEN", "nobody@example.com", at, mailing)
    rows = Pulls(source_of(hub, tmp_path, activities=("marketing_emails",))).pull()
    assert sorted(row["type"] for row in rows.values()) == [
        "email_bounce",
        "email_click",
        "email_open",
        "email_sent",
    ]
    (opened,) = of_type(rows, "email_open")
    assert (opened["contact_id"], opened["name"]) == (ada, "Spring news")
    assert opened["activity_id"].startswith("email:")
    assert opened["channel"] == "email"


def test_marketing_emails_of_years_are_read_page_by_page_and_resumed(
    hub: Hub, tmp_path: Path
) -> None:
    contact(hub)
    mailing = hub.store.feeds.mailing("News")
    now = hub.clock.ms()
    for number in range(2_300):
        at = now - number * DAY // 2
        hub.store.feeds.mailed("OPEN", "ada@example.com", at, mailing)
    whole = Pulls(source_of(hub, tmp_path / "whole", activities=("marketing_emails",)))
    assert len(whole.pull()) == 2_300
    broken = Pulls(source_of(hub, tmp_path / "broken", activities=("marketing_emails",)))
    for most in (3, 4, 5, 6, 7):
        broken.pull(most)
    broken.pull()
    assert broken.lake.keys() == whole.lake.keys()


def test_an_open_that_is_told_late_is_not_missed(hub: Hub, tmp_path: Path) -> None:
    contact(hub)
    mailing = hub.store.feeds.mailing("News")
    now = hub.clock.ms()
    hub.store.feeds.mailed("OPEN", "ada@example.com", now - 60_000, mailing)
    world = Pulls(source_of(hub, tmp_path, activities=("marketing_emails",)))
    assert len(world.pull()) == 1
    hub.store.feeds.mailed("CLICK", "ada@example.com", now - HOUR // 2, mailing)
    assert len(of_type(world.pull(), "email_click")) == 1


def test_leaving_one_kind_of_mail_is_an_unsubscribe(hub: Hub, tmp_path: Path) -> None:
    ada = contact(hub)
    at = yesterday(hub)
    hub.store.feeds.subscription("ada@example.com", at, subscription=9)
    hub.store.feeds.subscription("ada@example.com", at + 5, "SUBSCRIBED", subscription=8)
    rows = Pulls(source_of(hub, tmp_path, activities=("subscriptions",))).pull()
    (row,) = rows.values()
    assert (row["contact_id"], row["type"], row["name"]) == (ada, "unsubscribe", "9")
    assert "ada" not in row["activity_id"]


# --- events


def test_page_views_and_custom_events_are_told_one_by_one(hub: Hub, tmp_path: Path) -> None:
    ada = contact(hub)
    at, custom = yesterday(hub), f"pe{hub.options.portal_id}_roi_calculated"
    feeds = hub.store.feeds
    feeds.event("e_visited_page", ada, at, hs_url="https://x.example/pricing", hs_title="Pricing")
    feeds.event(custom, ada, at, savings="high")
    feeds.event("e_call_started", ada, at)
    rows = Pulls(source_of(hub, tmp_path, activities=("events",))).pull()
    assert sorted(row["type"] for row in rows.values()) == ["custom:roi_calculated", "page_view"]
    (view,) = of_type(rows, "page_view")
    assert (view["contact_id"], view["name"]) == (ada, "Pricing")
    assert view["url"] == "https://x.example/pricing"


def test_a_custom_event_may_be_mapped(hub: Hub, tmp_path: Path) -> None:
    custom = f"pe{hub.options.portal_id}_roi_calculated"
    hub.store.feeds.event(custom, contact(hub), yesterday(hub))
    types = {"tool_use": ("roi_calculated",)}
    world = Pulls(source_of(hub, tmp_path, types=types, activities=("events",)))
    assert [row["type"] for row in world.pull().values()] == ["tool_use"]
    assert "tool_use" not in world.off


def test_page_views_are_resumed_where_a_pull_broke_off(hub: Hub, tmp_path: Path) -> None:
    ada = contact(hub)
    for number in range(450):
        hub.store.feeds.event("e_visited_page", ada, yesterday(hub) + number, hs_url="https://x")
    world = Pulls(source_of(hub, tmp_path, activities=("events",)))
    world.pull(4)
    assert 0 < len(world.lake) < 450
    hub.store.feeds.event("e_visited_page", ada, hub.clock.ms(), hs_url="https://x")
    world.pull()
    world.pull()
    assert len(world.lake) == 451


# --- lists


def test_who_joins_a_list_is_told_once(hub: Hub, tmp_path: Path) -> None:
    ada, bob = contact(hub), contact(hub, "bob@example.com")
    made = hub.store.feeds.contact_list("Webinar guests", yesterday(hub))
    made.members[int(ada)] = yesterday(hub)
    types = {"webinar_register": ("Webinar guests",)}
    world = Pulls(source_of(hub, tmp_path, types=types, activities=("lists",)))
    assert [row["type"] for row in world.pull().values()] == ["webinar_register"]
    made.members[int(bob)] = hub.clock.ms()
    rows = world.pull()
    assert bob in {row["contact_id"] for row in rows.values()}
    assert len(world.lake) == 2


# --- stages


def test_every_lifecycle_stage_that_was_entered_is_a_change(hub: Hub, tmp_path: Path) -> None:
    ada = contact(hub, lifecyclestage="lead")
    world = Pulls(source_of(hub, tmp_path, activities=("stages",)))
    assert [row["name"] for row in world.pull().values()] == ["lead"]
    hub.clock.advance(HOUR / 1000)
    hub.store.update("contacts", ada, {"lifecyclestage": "opportunity"})
    hub.clock.advance(HOUR / 1000)
    hub.store.update("contacts", ada, {"lifecyclestage": "customer"})
    rows = world.pull()
    assert [row["name"] for row in of_type(rows, "stage_change")][-2:] == ["lead", "opportunity"]
    assert {row["name"] for row in world.lake.values()} == {"lead", "opportunity", "customer"}
    calls = world.source.meter.calls
    assert world.pull() == {}
    assert world.source.meter.calls - calls <= 6


def test_a_stage_that_leadline_wrote_is_no_fact(hub: Hub, tmp_path: Path) -> None:
    ada = contact(hub, lifecyclestage="lead")
    source = source_of(hub, tmp_path, activities=("stages",))
    world = Pulls(source)
    world.pull()
    hub.clock.advance(HOUR / 1000)
    hub.store.update("contacts", ada, {"lifecyclestage": "customer"})
    hub.clock.advance(-HOUR / 1000)
    note_stages(source.state, {ada: "opportunity"})
    assert "customer" in {row["name"] for row in world.pull().values()}
    hub.store.update("contacts", ada, {"lifecyclestage": "evangelist"})
    note_stages(source.state, {ada: "evangelist"})
    assert "evangelist" not in {row["name"] for row in world.pull().values()}


def test_leaving_all_mail_is_an_unsubscribe(hub: Hub, tmp_path: Path) -> None:
    ada = contact(hub)
    world = Pulls(source_of(hub, tmp_path, activities=("stages",)))
    assert world.pull() == {}
    hub.store.update("contacts", ada, {"hs_email_optout": "true"})
    (row,) = world.pull().values()
    assert (row["contact_id"], row["type"]) == (ada, "unsubscribe")


# --- counters


def count(hub: Hub, ada: str, views: int, at: int) -> None:
    hub.store.calculate(
        "contacts",
        ada,
        {"hs_analytics_num_page_views": str(views), "hs_analytics_last_timestamp": iso(at)},
    )


def test_counters_stand_in_where_the_account_has_no_events(hub: Hub, tmp_path: Path) -> None:
    hub.options.tier = "free"
    ada = contact(hub)
    count(hub, ada, 40, yesterday(hub))
    world = Pulls(source_of(hub, tmp_path, activities=("counters", "events")))
    assert sorted(world.pull()) == [f"counted:page_view:{ada}:40"]
    assert "page_view" not in world.off
    assert world.pull() == {}
    # A counter moves no modified date.
    count(hub, ada, 42, hub.clock.ms())
    world.lose()
    rows = world.pull()
    assert sorted(rows) == [f"counted:page_view:{ada}:{number}" for number in (41, 42)]
    assert all(row["properties"] == '{"counted": "true"}' for row in rows.values())


def test_a_counter_that_is_calculated_late_is_found(hub: Hub, tmp_path: Path) -> None:
    hub.options.tier = "free"
    ada = contact(hub)
    count(hub, ada, 3, yesterday(hub))
    world = Pulls(source_of(hub, tmp_path, activities=("counters", "events")))
    world.pull()
    contact(hub, "bob@example.com")
    world.pull()
    count(hub, ada, 4, hub.clock.ms() - HOUR // 2)
    assert list(world.pull()) == [f"counted:page_view:{ada}:4"]


def test_reading_a_part_afresh_in_between_loses_no_count(hub: Hub, tmp_path: Path) -> None:
    hub.options.tier = "free"
    ada = contact(hub)
    count(hub, ada, 3, yesterday(hub))
    world = Pulls(source_of(hub, tmp_path, activities=("counters", "events")))
    world.pull()
    kept, world.checkpoint = world.checkpoint, None
    world.lose()
    world.checkpoint = kept
    count(hub, ada, 6, hub.clock.ms())
    assert sorted(world.pull()) == [f"counted:page_view:{ada}:{number}" for number in (4, 5, 6)]


def test_what_was_counted_goes_when_events_come_one_by_one(hub: Hub, tmp_path: Path) -> None:
    hub.options.tier = "free"
    ada = contact(hub)
    count(hub, ada, 2, yesterday(hub))
    hub.store.feeds.event("e_visited_page", ada, yesterday(hub), hs_url="https://x.example")
    world = Pulls(source_of(hub, tmp_path, activities=("counters", "events")))
    world.pull()
    assert list(world.lake) == [f"counted:page_view:{ada}:2"]
    hub.options.tier = "enterprise"
    world.pull()
    (key,) = world.lake
    assert key.startswith("event:")
