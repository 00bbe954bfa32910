"""Tasks and meetings of a simulated org become activities of leads and contacts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from leadline_sandbox.salesforce import Org, org

from .activity_world import ago, contact, email, event, lead, pulls, task, types


@pytest.fixture
def crm() -> Iterator[Org]:
    with org(contacts=0) as crm:
        yield crm


def test_a_closed_task_is_an_activity_and_an_open_one_is_not(crm: Org, tmp_path: Path) -> None:
    ada = lead(crm)
    done = task(crm, ada)
    open_one = task(crm, ada, Status="Not Started")
    world = pulls(crm, tmp_path, "tasks")
    assert list(world.pull()) == [f"task:{done}"]
    crm.store.update("Task", open_one, {"Status": "Completed"})
    assert f"task:{open_one}" in world.pull()
    crm.store.update("Task", done, {"Status": "In Progress"})
    world.pull()
    assert list(world.lake) == [f"task:{open_one}"]


@pytest.mark.parametrize(
    ("values", "type_"),
    [
        ({"TaskSubtype": "Call", "CallDurationInSeconds": 90}, "call"),
        ({"TaskSubtype": "Email"}, "email_sent"),
        ({"TaskSubtype": "ListEmail"}, "email_sent"),
        ({"Type": "Other"}, "custom:task"),
        ({}, "custom:task"),
    ],
)
def test_the_subtype_says_what_a_task_was(
    crm: Org, tmp_path: Path, values: dict[str, Any], type_: str
) -> None:
    task(crm, lead(crm), **values)
    (row,) = pulls(crm, tmp_path, "tasks").pull().values()
    assert row["type"] == type_
    assert row["name"] == "Talk"
    if type_ == "call":
        assert json.loads(row["properties"])["duration_s"] == "90"


def test_the_config_may_name_a_type_of_task(crm: Org, tmp_path: Path) -> None:
    task(crm, lead(crm), Type="Call")
    world = pulls(crm, tmp_path, "tasks", types={"call": ("Call",), "chat": ("Meeting",)})
    assert types(world.pull()) == ["call"]
    assert "chat" not in world.off


def test_a_task_is_dated_by_its_completion_then_its_due_day_then_its_making(
    crm: Org, tmp_path: Path
) -> None:
    ada, done, made = lead(crm), ago(crm, days=3), ago(crm, days=9)
    crm.store.hide("Task", "CompletedDateTime")
    due = ago(crm, days=2).date()
    past = task(crm, ada, ActivityDate=due.isoformat())
    ahead = crm.store.create(
        "Task",
        {
            "WhoId": ada,
            "Status": "Completed",
            "ActivityDate": (due + timedelta(days=30)).isoformat(),
        },
        created=made,
    ).id
    rows = pulls(crm, tmp_path / "hidden", "tasks").pull()
    # Midday in Warsaw, summer time or not.
    at = rows[f"task:{past}"]["occurred_at"]
    assert (at.date(), at.hour in (10, 11)) == (due, True)
    assert _dated_by(rows[f"task:{past}"]) == "ActivityDate"
    assert rows[f"task:{ahead}"]["occurred_at"] == made
    assert _dated_by(rows[f"task:{ahead}"]) == "CreatedDate"
    crm.store.show("Task", "CompletedDateTime")
    crm.store.update("Task", past, {"CompletedDateTime": done})
    rows = pulls(crm, tmp_path / "seen", "tasks").pull()
    assert rows[f"task:{past}"]["occurred_at"] == done
    assert _dated_by(rows[f"task:{past}"]) == "CompletedDateTime"


def test_an_email_that_is_also_a_task_counts_once(crm: Org, tmp_path: Path) -> None:
    ada = lead(crm)
    logged = task(crm, ada, TaskSubtype="Email")
    alone = task(crm, ada, TaskSubtype="Email")
    email(crm, ada, ActivityId=logged)
    world = pulls(crm, tmp_path)
    rows = world.pull()
    assert f"task:{alone}" in rows
    assert f"task:{logged}" not in rows
    assert types(rows).count("email_sent") == 2


def test_an_email_that_shows_up_after_its_task_takes_its_place(crm: Org, tmp_path: Path) -> None:
    ada = lead(crm)
    logged = task(crm, ada, TaskSubtype="Email")
    world = pulls(crm, tmp_path)
    assert f"task:{logged}" in world.pull()
    email(crm, ada, ActivityId=logged)
    world.pull()
    assert types(world.lake) == ["email_sent"]
    assert f"task:{logged}" not in world.lake


def test_a_task_counts_again_when_its_email_is_deleted(crm: Org, tmp_path: Path) -> None:
    bob, eve = contact(crm), contact(crm, "Eve")
    logged = task(crm, bob, TaskSubtype="Email")
    crm.store.create("TaskRelation", {"TaskId": logged, "RelationId": eve})
    world = pulls(crm, tmp_path)
    world.pull()
    assert len(world.lake) == 2
    message = email(crm, bob, ActivityId=logged)
    world.pull()
    assert [key.split(":")[0] for key in world.lake] == ["email"]
    crm.clock.advance(3600)
    crm.store.delete("EmailMessage", message)
    world.pull()
    assert sorted(row["contact_id"] for row in world.lake.values()) == sorted([bob, eve])
    assert {key.split(":")[1] for key in world.lake} == {logged}


def test_without_the_feed_of_emails_their_tasks_stand(crm: Org, tmp_path: Path) -> None:
    ada = lead(crm)
    logged = task(crm, ada, TaskSubtype="Email")
    email(crm, ada, ActivityId=logged)
    crm.store.hide("EmailMessage")
    assert list(pulls(crm, tmp_path).pull()) == [f"task:{logged}"]


def test_each_person_of_a_shared_task_has_it_once(crm: Org, tmp_path: Path) -> None:
    bob, eve = contact(crm), contact(crm, "Eve")
    talk = task(crm, bob)
    for who in (bob, eve):
        crm.store.create("TaskRelation", {"TaskId": talk, "RelationId": who, "IsWhat": False})
    world = pulls(crm, tmp_path, "tasks")
    rows = world.pull()
    assert sorted(row["contact_id"] for row in rows.values()) == sorted([bob, eve])
    assert rows[f"task:{talk}"]["contact_id"] == bob


def test_a_person_who_is_added_to_a_task_later_gets_it(crm: Org, tmp_path: Path) -> None:
    bob, eve = contact(crm), contact(crm, "Eve")
    talk = task(crm, bob)
    world = pulls(crm, tmp_path, "tasks")
    world.pull()
    crm.clock.advance(3600)
    relation = crm.store.create("TaskRelation", {"TaskId": talk, "RelationId": eve}).id
    assert f"task:{talk}:{relation}" in world.pull()
    crm.clock.advance(3600)
    crm.store.delete("TaskRelation", relation)
    world.pull()
    assert list(world.lake) == [f"task:{talk}"]


def test_a_deleted_task_goes_and_comes_back(crm: Org, tmp_path: Path) -> None:
    talk = task(crm, lead(crm))
    world = pulls(crm, tmp_path, "tasks")
    world.pull()
    crm.store.delete("Task", talk)
    world.pull()
    assert world.lake == {}
    crm.store.undelete("Task", talk)
    world.pull()
    assert list(world.lake) == [f"task:{talk}"]


def test_what_is_in_the_archive_is_read(crm: Org, tmp_path: Path) -> None:
    ada, old = lead(crm), ago(crm, days=800)
    day = old.date().isoformat()
    talk = crm.store.create(
        "Task",
        {"WhoId": ada, "Status": "Completed", "ActivityDate": day, "CompletedDateTime": old},
        created=old,
    )
    met = event(crm, ada, old)
    assert talk.archived
    rows = pulls(crm, tmp_path, "tasks", "events").pull()
    assert {row["occurred_at"] for row in rows.values()} == {old}
    assert sorted(rows) == sorted([f"task:{talk.id}", f"event:{met}"])


def test_a_task_of_no_person_is_no_activity(crm: Org, tmp_path: Path) -> None:
    account = crm.store.create("Account", {"Name": "Acme"}).id
    task(crm, "", WhoId=None, WhatId=account)
    assert pulls(crm, tmp_path, "tasks").pull() == {}


def test_a_meeting_that_lies_ahead_comes_when_it_is_over(crm: Org, tmp_path: Path) -> None:
    bob = contact(crm)
    start = crm.clock.now().replace(microsecond=0) + timedelta(days=3)
    met = event(crm, bob, start, 60)
    world = pulls(crm, tmp_path, "events")
    assert world.pull() == {}
    crm.clock.advance(86_400)
    assert world.pull() == {}
    crm.clock.advance(2 * 86_400 + 1800)
    assert world.pull() == {}  # it is going on
    crm.clock.advance(3600)
    (row,) = world.pull().values()
    assert (row["activity_id"], row["type"], row["contact_id"]) == (f"event:{met}", "meeting", bob)
    assert row["occurred_at"] == start


def test_a_meeting_that_is_put_off_is_none_until_then(crm: Org, tmp_path: Path) -> None:
    met = event(crm, contact(crm), ago(crm, days=1))
    world = pulls(crm, tmp_path, "events")
    world.pull()
    later = crm.clock.now() + timedelta(days=5)
    crm.store.update("Event", met, {"ActivityDateTime": later})
    world.pull()
    assert world.lake == {}


def test_a_whole_day_is_over_when_the_workspace_says_so(crm: Org, tmp_path: Path) -> None:
    crm.clock.stop()
    crm.clock.advance((datetime(2026, 12, 1, 6, tzinfo=UTC) - crm.clock.now()).total_seconds())
    crm.store.create(
        "Event",
        {
            "WhoId": contact(crm),
            "Subject": "Fair",
            "IsAllDayEvent": True,
            "ActivityDate": "2026-12-01",
        },
    )
    world = pulls(crm, tmp_path, "events", zone="America/Los_Angeles")
    assert world.pull() == {}
    crm.clock.advance(86_400)  # 2 December 06:00 in UTC is 22:00 of the day before there
    assert world.pull() == {}
    crm.clock.advance(3 * 3600)
    (row,) = world.pull().values()
    assert row["occurred_at"] == datetime(2026, 12, 1, 20, tzinfo=UTC)


def test_copies_for_invited_users_do_not_count(crm: Org, tmp_path: Path) -> None:
    bob, start = contact(crm), ago(crm, days=1)
    met = event(crm, bob, start)
    event(crm, bob, start, IsChild=True, IsGroupEvent=True)
    assert list(pulls(crm, tmp_path, "events").pull()) == [f"event:{met}"]


def test_who_was_invited_has_the_meeting_unless_they_declined(crm: Org, tmp_path: Path) -> None:
    bob, eve, kim = contact(crm), contact(crm, "Eve"), contact(crm, "Kim")
    met = event(crm, bob, ago(crm, days=1))
    for who, status in ((eve, "Accepted"), (kim, "Declined"), (crm.store.rep, "Accepted")):
        relation = {"EventId": met, "RelationId": who, "Status": status, "IsInvitee": True}
        crm.store.create("EventRelation", relation)
    rows = pulls(crm, tmp_path, "events").pull()
    assert sorted(row["contact_id"] for row in rows.values()) == sorted([bob, eve])


def test_a_deleted_meeting_goes_with_everybody(crm: Org, tmp_path: Path) -> None:
    bob, eve = contact(crm), contact(crm, "Eve")
    met = event(crm, bob, ago(crm, days=1))
    crm.store.create("EventRelation", {"EventId": met, "RelationId": eve, "IsInvitee": True})
    world = pulls(crm, tmp_path, "events")
    assert len(world.pull()) == 2
    crm.store.delete("Event", met)
    world.pull()
    assert world.lake == {}


def _dated_by(row: dict[str, Any]) -> str:
    return str(json.loads(row["properties"])["dated_by"])
