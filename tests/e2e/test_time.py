"""Ageing, as_of, the end of a day, and what explain says about the past."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.world import DAY, SCORES, World


def explained(world: World, contact: str, *arguments: str) -> dict[str, Any]:
    """`explain --json`, whose rows must add up to the score."""
    done = world.run("explain", contact, "--json", *arguments)
    assert done.status == 0, done.err
    document: dict[str, Any] = done.document
    assert sum(row["points"] for row in document["rows"]) == (document["score"] or 0)
    return document


def test_a_lead_cools_as_days_go_by(world: World) -> None:
    seen = []
    for day in (DAY, "2024-05-11", "2024-05-31", "2024-09-01"):
        world.sync("--as-of", day)
        ada = world.rows()["ada"]
        seen.append((ada["score"], ada["temperature"], ada["grade"]))
    assert seen == [
        ("85", "hot", "A1"),
        ("75", "hot", "A1"),
        ("68", "hot", "A1"),
        ("35", "warm", "A3"),
    ]


@pytest.mark.parametrize(
    ("zone", "engagement"),
    [("UTC", 0), ("America/Los_Angeles", 20), ("Pacific/Kiritimati", 0)],
)
def test_a_day_alone_is_that_days_end_in_the_workspaces_zone(
    world: World, zone: str, engagement: int
) -> None:
    # 05:00 UTC on 1 May is still 30 April in Los Angeles.
    world.change("config.toml", '"UTC"', f'"{zone}"')
    world.write(
        "activities.csv",
        "Id,Contact,Kind,When,Page\n1,ada,page_view,2024-05-01T05:00:00Z,https://x.example/pricing\n",
    )
    world.sync("--as-of", "2024-04-30")
    assert world.leads()["ada"]["dimensions"]["engagement"] == engagement


def test_the_rows_of_every_contact_add_up(synced: World) -> None:
    assert {contact: explained(synced, contact)["score"] for contact in SCORES} == {
        "ada": 85,
        "bob": 10,
        "cyd": None,
        "dan": 0,
    }


def test_a_lead_is_found_by_id_source_and_email(synced: World) -> None:
    answers = [explained(synced, each) for each in ("ada", "crm:ada", "ADA@north.example")]
    assert answers[0] == answers[1] == answers[2]
    assert {row["rule"]: row["points"] for row in answers[0]["rows"]} == {
        "Head of something": 20,
        "Fifty or more": 15,
        "Pricing page": 20,
        "Asked for a demo": 30,
    }


def test_an_email_of_two_contacts_asks_which(synced: World) -> None:
    synced.change("contacts.csv", "dan,,", "dan,office@north.example,")
    with (synced.folder / "contacts.csv").open("a", encoding="utf-8") as stream:
        stream.write("dan2,Office@North.example,,,\n")
    synced.sync()
    done = synced.run("explain", "office@north.example")
    assert done.status == 2
    assert "crm:dan, crm:dan2" in done.error


def test_an_excluded_contact_is_explained_with_the_reason(synced: World) -> None:
    answer = explained(synced, "cyd")
    assert (answer["score"], answer["temperature"]) == (None, "dead")
    assert answer["excluded"] == "Competitor"
    assert answer["rows"][-1]["rule"] == "Excluded: Competitor"
    said = synced.run("explain", "cyd").out
    assert "no score" in said
    assert "excluded: Competitor" in said


def test_what_changed_adds_up_to_the_difference(synced: World) -> None:
    assert explained(synced, "ada")["since"] is None
    synced.change("contacts.csv", "Head of IT,200", "Head of IT,20")
    synced.sync("--as-of", "2024-05-11")
    answer = explained(synced, "ada")
    assert answer["score"] == 60
    assert answer["since"] == "2024-05-01T23:59:59.999999+00:00"
    changes = {row["rule"]: row["points"] for row in answer["changes"]}
    assert changes == {"Fifty or more": -15, "Pricing page": -10}
    assert sum(changes.values()) == 60 - 85


def test_a_new_model_is_explained_against_the_old(synced: World) -> None:
    synced.change("model.toml", "points = 15", "points = 5")
    synced.sync("--as-of", "2024-05-02")
    answer = explained(synced, "ada")
    assert sum(row["points"] for row in answer["changes"]) == answer["score"] - 85
    assert {row["rule"] for row in answer["changes"]} >= {"Fifty or more"}


def test_the_past_is_explained_as_it_was(synced: World) -> None:
    before = explained(synced, "ada", "--as-of", DAY)
    synced.sync("--as-of", "2024-05-31")
    assert explained(synced, "ada", "--as-of", DAY) == before
    assert explained(synced, "ada", "--as-of", "2024-05-11")["score"] == 75
    assert explained(synced, "ada", "--as-of", "2024-04-01")["score"] == 35


def test_a_late_fact_does_not_move_yesterdays_answer(synced: World) -> None:
    synced.sync("--as-of", "2024-05-10")
    before = explained(synced, "bob", "--as-of", "2024-05-10")
    with (synced.folder / "activities.csv").open("a", encoding="utf-8") as stream:
        stream.write("9,bob,demo_request,2024-05-02T10:00:00Z,\n")
    synced.sync("--as-of", "2024-05-20")
    assert explained(synced, "bob", "--as-of", "2024-05-10") == before
    assert explained(synced, "bob")["score"] > before["score"]


def test_a_contact_without_a_score_is_told(world: World) -> None:
    world.run("plan")
    done = world.run("explain", "ada")
    assert done.status == 2
    assert "run leadline sync" in done.error


@pytest.mark.parametrize("text", ["2024-13-01", "tomorrow", "", "2024-05-01T99:00"])
def test_an_instant_that_cannot_be_read_is_refused(synced: World, text: str) -> None:
    for command in (("sync",), ("plan",), ("explain", "ada")):
        assert synced.run(*command, "--as-of", text).status == 2
