"""Calls, emails, meetings, tasks and deals of a simulated portal become activities of contacts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from leadline_hubspot.instants import instant, iso
from leadline_sandbox.hubspot import Hub, portal
from leadline_sandbox.hubspot.kinds import BY_NAME

from .activity_world import Pulls, of_type, source_of

DAY = 86_400_000
FEEDS = ("calls", "emails", "meetings", "tasks", "communications", "deals")


@pytest.fixture
def hub() -> Iterator[Hub]:
    with portal(contacts=0, limited=False) as hub:
        yield hub


def pulls(hub: Hub, folder: Path, *feeds: str, **settings: Any) -> Pulls:
    return Pulls(source_of(hub, folder, activities=feeds or FEEDS, **settings))


def contact(hub: Hub, email: str = "ada@example.com") -> str:
    return hub.store.create("contacts", {"email": email}).id


def engage(hub: Hub, kind: str, *contacts: str, **properties: str) -> str:
    """A record of yesterday, associated with contacts."""
    yesterday = iso(hub.clock.ms() - DAY)
    stamped = {"hs_timestamp": yesterday} if kind != "deals" else {}
    made = hub.store.create(kind, {**stamped, **properties})
    for each in contacts:
        hub.store.link(kind, made.id, "contacts", each)
    return made.id


def test_each_contact_of_a_call_has_the_call(hub: Hub, tmp_path: Path) -> None:
    ada, bob = contact(hub), contact(hub, "bob@example.com")
    call = engage(hub, "calls", ada, bob, hs_call_title="First talk", hs_call_duration="60000")
    rows = pulls(hub, tmp_path, "calls").pull()
    assert sorted(rows) == [f"call:{call}:{ada}", f"call:{call}:{bob}"]
    row = rows[f"call:{call}:{ada}"]
    assert (row["contact_id"], row["type"], row["name"]) == (ada, "call", "First talk")
    assert '"duration_ms": "60000"' in row["properties"]


@pytest.mark.parametrize(
    ("direction", "status", "type_"),
    [
        ("EMAIL", "SENT", "email_sent"),
        ("INCOMING_EMAIL", "SENT", "email_reply"),
        ("EMAIL", "BOUNCED", "email_bounce"),
        ("FORWARDED_EMAIL", "SENT", "custom:email_logged"),
        ("EMAIL", "FAILED", None),
    ],
)
def test_which_way_an_email_went_decides_its_type(
    hub: Hub, tmp_path: Path, direction: str, status: str, type_: str | None
) -> None:
    engage(hub, "emails", contact(hub), hs_email_direction=direction, hs_email_status=status)
    rows = pulls(hub, tmp_path, "emails").pull()
    assert [row["type"] for row in rows.values()] == ([type_] if type_ else [])


def test_a_meeting_that_nobody_came_to_is_no_meeting(hub: Hub, tmp_path: Path) -> None:
    ada = contact(hub)
    meeting = engage(hub, "meetings", ada, hs_meeting_outcome="SCHEDULED")
    world = pulls(hub, tmp_path, "meetings")
    assert [row["type"] for row in world.pull().values()] == ["meeting"]
    hub.store.update("meetings", meeting, {"hs_meeting_outcome": "NO_SHOW"})
    world.pull()
    assert [row["type"] for row in world.lake.values()] == ["custom:meeting_no_show"]


def test_a_task_is_one_when_it_is_done_and_not_when_it_is_due(hub: Hub, tmp_path: Path) -> None:
    done = iso(hub.clock.ms() - 3 * DAY)
    due = {"hs_timestamp": iso(hub.clock.ms() + 9 * DAY)}
    task = engage(hub, "tasks", contact(hub), hs_task_status="NOT_STARTED", **due)
    world = pulls(hub, tmp_path, "tasks")
    assert world.pull() == {}
    hub.store.update(
        "tasks", task, {"hs_task_status": "COMPLETED", "hs_task_completion_date": done}
    )
    (row,) = world.pull().values()
    assert row["type"] == "custom:task"
    assert round(row["occurred_at"].timestamp() * 1000) == instant(done)


def test_a_contact_that_is_associated_later_gets_the_call(hub: Hub, tmp_path: Path) -> None:
    ada, bob = contact(hub), contact(hub, "bob@example.com")
    old = hub.clock.ms() - 3 * DAY
    call = hub.store.create("calls", {"hs_timestamp": iso(old)}, created=old, modified=old).id
    hub.store.link("calls", call, "contacts", ada)
    engage(hub, "calls", ada)
    world = pulls(hub, tmp_path, "calls")
    world.pull()
    hub.store.link("calls", call, "contacts", bob)  # moves no date of the call
    assert f"call:{call}:{bob}" not in world.pull()
    world.let_pass(days=2)
    assert f"call:{call}:{bob}" in world.pull()


def test_a_call_that_is_deleted_or_given_to_another_is_taken_back(hub: Hub, tmp_path: Path) -> None:
    ada, bob = contact(hub), contact(hub, "bob@example.com")
    moved, gone = engage(hub, "calls", ada), engage(hub, "calls", ada)
    world = pulls(hub, tmp_path, "calls")
    world.pull()
    assert len(world.lake) == 2
    hub.store.links.remove(BY_NAME["calls"], int(moved), BY_NAME["contacts"], int(ada))
    hub.store.link("calls", moved, "contacts", bob)
    hub.store.archive("calls", gone)
    hub.store.touch("calls", [moved])
    world.let_pass(days=8)
    world.pull()
    assert sorted(world.lake) == [f"call:{moved}:{bob}"]


def test_more_contacts_than_a_page_of_associations_are_all_found(hub: Hub, tmp_path: Path) -> None:
    hub.options.association_page = 3
    people = [contact(hub, f"p{number}@example.com") for number in range(8)]
    engage(hub, "calls", *people)
    rows = pulls(hub, tmp_path, "calls").pull()
    assert sorted(row["contact_id"] for row in rows.values()) == people


@pytest.mark.parametrize("order", ["sorted", "pages", "all"])
def test_many_calls_of_one_millisecond_are_all_found_in_any_order(
    hub: Hub, tmp_path: Path, order: str
) -> None:
    ada = contact(hub)
    world = pulls(hub, tmp_path, "calls", page_size=50)
    engage(hub, "calls", ada)
    world.pull()
    calls = [engage(hub, "calls", ada) for _ in range(450)]
    hub.store.touch("calls", calls)
    hub.options.order = order  # type: ignore[assignment]  # one of the three words
    rows = world.pull()
    assert {f"call:{call}:{ada}" for call in calls} <= rows.keys()


def test_an_index_that_lags_loses_no_call(hub: Hub, tmp_path: Path) -> None:
    ada = contact(hub)
    world = pulls(hub, tmp_path, "calls")
    engage(hub, "calls", ada)
    world.pull()
    hub.options.lag_seconds = 60
    late = engage(hub, "calls", ada)
    assert f"call:{late}:{ada}" not in world.pull()
    hub.clock.advance(61)
    assert f"call:{late}:{ada}" in world.pull()


def test_a_deal_is_a_conversion_of_its_contacts(hub: Hub, tmp_path: Path) -> None:
    ada = contact(hub)
    closed = iso(hub.clock.ms() - DAY)
    deal = engage(hub, "deals", ada, dealname="Big one", amount="1200.5", dealstage="contractsent")
    hub.store.calculate("deals", deal, {"hs_is_closed": "false", "hs_is_closed_won": "false"})
    world = pulls(hub, tmp_path, "deals")
    assert [row["type"] for row in world.pull().values()] == ["deal_created"]
    hub.store.update("deals", deal, {"dealstage": "closedwon", "closedate": closed})
    hub.store.calculate("deals", deal, {"hs_is_closed": "true", "hs_is_closed_won": "true"})
    (won,) = of_type(world.pull(), "deal_won")
    assert (won["activity_id"], won["value"]) == (f"deal:{deal}:won:{ada}", 1200.5)
    assert round(won["occurred_at"].timestamp() * 1000) == instant(closed)
    hub.store.update("deals", deal, {"dealstage": "contractsent", "closedate": ""})
    hub.store.calculate("deals", deal, {"hs_is_closed": "false", "hs_is_closed_won": "false"})
    world.pull()
    assert [row["type"] for row in world.lake.values()] == ["deal_created"]


def test_where_deals_do_not_say_that_they_are_closed_their_stage_does(
    hub: Hub, tmp_path: Path
) -> None:
    engage(hub, "deals", contact(hub), dealname="x", pipeline="default", dealstage="closedlost")
    rows = pulls(hub, tmp_path, "deals").pull()
    assert sorted(row["type"] for row in rows.values()) == ["deal_created", "deal_lost"]


def test_types_may_be_mapped(hub: Hub, tmp_path: Path) -> None:
    engage(hub, "communications", contact(hub), hs_communication_channel_type="WHATS_APP")
    world = Pulls(
        source_of(
            hub,
            tmp_path,
            types={"information_request": ("whats_app",)},
            activities=("communications",),
        )
    )
    (row,) = world.pull().values()
    assert (row["type"], row["channel"]) == ("information_request", "whats_app")
