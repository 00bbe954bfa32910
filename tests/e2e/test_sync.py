"""`sync` and `resync`: what is written, what is left alone, and what the run is called."""

from __future__ import annotations

import csv
import json
import sqlite3
from pathlib import Path

import pytest
from deltalake import DeltaTable

from tests.e2e.world import CONFIG, DAY, SCORES, World, make_world, run_process

TWO = (
    CONFIG
    + """
[sources.shop]
connector = "csv"
contacts = "shop.csv"
output = "shop-scores.csv"
[sources.shop.fields]
contact_id = "Id"
email = "Email"
job_title = "Title"
"""
)
SHOP = "Id,Email,Title\ns1,sue@east.example,Head of Sales\n"


def versions(world: World) -> dict[str, int]:
    """The version of each table of the lake."""
    return {
        log.parent.name: DeltaTable(log.parent).version()
        for log in (world.folder / "var" / "lake").glob("*/_delta_log")
    }


def test_a_sync_writes_every_score(world: World) -> None:
    done = run_process("sync", "--json", "--as-of", DAY, "-c", str(world.config))
    assert (done.status, done.err) == (0, "")
    assert set(done.document) == {"run_id", "status", "as_of", "models", "sources", "errors"}
    assert done.document["status"] == "succeeded"
    assert done.document["as_of"] == "2024-05-01T23:59:59.999999+00:00"
    assert done.document["models"][0]["name"] == "small"
    assert done.document["sources"] == {
        "crm": {
            "contacts": 4,
            "activities": 3,
            "quarantined": 0,
            "scored": 4,
            "written": 4,
            "unchanged": 0,
            "rejected": 0,
            "api_calls": 0,
        }
    }
    assert world.scores() == SCORES
    assert world.rows()["ada"]["grade"] == "A1"
    assert world.rows()["cyd"]["temperature"] == "dead"
    assert world.rows()["cyd"]["reasons"] == "Excluded: Competitor"


def test_the_second_sync_writes_nothing(synced: World) -> None:
    before, lake = synced.output.stat(), versions(synced)
    report = synced.sync("--as-of", DAY)
    after = synced.output.stat()
    assert report["sources"]["crm"]["written"] == 0
    assert report["sources"]["crm"]["unchanged"] == 4
    assert (after.st_mtime_ns, after.st_ino) == (before.st_mtime_ns, before.st_ino)
    assert versions(synced) == lake


def test_the_second_sync_of_a_demo_writes_nothing(demo: World) -> None:
    before, lake = demo.output.stat(), versions(demo)
    report = demo.sync()
    after = demo.output.stat()
    assert report["sources"]["crm"]["written"] == 0
    assert (after.st_mtime_ns, after.st_ino) == (before.st_mtime_ns, before.st_ino)
    assert versions(demo) == lake


def test_a_full_sync_reads_everything_and_writes_nothing_new(synced: World) -> None:
    report = synced.sync("--full", "--as-of", DAY)["sources"]["crm"]
    assert (report["contacts"], report["activities"]) == (4, 3)
    assert (report["written"], report["unchanged"]) == (0, 4)
    assert synced.run("status", "--json").document["sources"]["crm"]["activities"] == 3


def test_only_changed_contacts_are_read_and_written(synced: World) -> None:
    synced.change("contacts.csv", "Developer,10,", "Head of R&D,900,")
    report = synced.sync("--as-of", DAY)["sources"]["crm"]
    assert (report["contacts"], report["written"], report["unchanged"]) == (1, 1, 3)
    assert synced.scores() == {**SCORES, "bob": "45"}


def test_a_new_model_scores_everybody_anew(synced: World) -> None:
    synced.change("model.toml", "points = 15", "points = 5")
    report = synced.sync("--as-of", DAY)["sources"]["crm"]
    assert (report["written"], report["contacts"]) == (1, 0)
    assert synced.scores() == {**SCORES, "ada": "75"}


def test_a_field_the_model_begins_to_ask_for_is_fetched(synced: World) -> None:
    synced.change("config.toml", 'email = "Email"', 'email = "Email"\ncity = "Town"')
    rows = [line + town for line, town in zip(
        (synced.folder / "contacts.csv").read_text("utf-8").splitlines(),
        (",Town", ",Oslo", ",Rome", ",Oslo", ",Oslo"),
        strict=True,
    )]  # fmt: skip
    synced.write("contacts.csv", "\n".join(rows) + "\n")
    synced.change("model.toml", "[[exclusions]]", RULE_OSLO + "\n[[exclusions]]")
    synced.sync("--as-of", DAY)
    assert synced.scores() == {**SCORES, "ada": "88", "dan": "3"}


RULE_OSLO = """[[rules]]
name = "Oslo"
dimension = "fit"
when = "city = 'Oslo'"
points = 3
"""


def test_a_deleted_output_is_written_again_in_full(synced: World) -> None:
    synced.output.unlink()
    assert synced.sync("--as-of", DAY)["sources"]["crm"]["written"] == 4
    assert synced.scores() == SCORES


def test_an_older_copy_of_the_output_put_back_is_noticed(synced: World) -> None:
    synced.sync("--as-of", DAY)
    older = synced.output.read_bytes()
    synced.change("contacts.csv", "Developer,10,", "Head of R&D,900,")
    synced.sync("--as-of", DAY)
    assert synced.scores()["bob"] == "45"
    synced.write("scores.csv", older)
    assert synced.sync("--as-of", DAY)["sources"]["crm"]["written"] == 1
    assert synced.scores()["bob"] == "45"


def test_an_edit_of_our_columns_is_put_right_and_others_are_kept(synced: World) -> None:
    rows = synced.rows()
    rows["ada"] |= {"score": "99", "note": "call her"}
    with synced.output.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, [*rows["bob"], "note"])
        writer.writeheader()
        writer.writerows(rows.values())
    report = synced.sync("--as-of", DAY)["sources"]["crm"]
    assert (report["written"], report["unchanged"]) == (1, 3)
    assert synced.scores() == SCORES
    assert synced.rows()["ada"]["note"] == "call her"


def test_one_broken_source_of_two_is_partial(tmp_path: Path) -> None:
    world = make_world(tmp_path, TWO)  # shop.csv is not there
    done = run_process("sync", "--json", "--as-of", DAY, "-c", str(world.config))
    assert done.status == 1
    assert done.document["status"] == "partial"
    assert ["shop" in error and "shop.csv" in error for error in done.document["errors"]] == [True]
    assert world.scores() == SCORES
    assert not (tmp_path / "shop-scores.csv").exists()
    assert "source 'shop'" in world.run("sync", "--as-of", DAY).error

    world.write("shop.csv", SHOP)
    assert world.sync("--as-of", DAY)["status"] == "succeeded"
    assert '"s1",20,' in (tmp_path / "shop-scores.csv").read_text("utf-8")


def test_no_source_within_reach_is_failed(world: World) -> None:
    (world.folder / "contacts.csv").unlink()
    report = world.sync(status=1)
    assert report["status"] == "failed"
    assert not world.output.exists()
    assert world.run("runs", "--json").document[0]["status"] == "failed"


def test_a_named_source_is_synced_alone(tmp_path: Path) -> None:
    world = make_world(tmp_path, TWO)
    world.write("shop.csv", SHOP)
    assert set(world.sync("shop")["sources"]) == {"shop"}
    assert not world.output.exists()


def test_a_resync_of_everything_reads_everything(synced: World) -> None:
    done = synced.run("resync", "crm", "--json")
    assert done.status == 0
    assert done.document["sources"]["crm"]["contacts"] == 4
    assert requests(synced) == [
        ("crm", "resync", {"contacts": [], "since": None}, "succeeded", done.document["run_id"])
    ]


def test_a_resync_of_one_contact_leaves_the_rest_for_the_next_sync(synced: World) -> None:
    synced.change("contacts.csv", "Head of IT", "Clerk")
    synced.change("contacts.csv", "Developer,10,", "Head of R&D,900,")
    done = synced.run("resync", "crm", "--contact", "bob", "--json")
    assert done.status == 0
    assert done.document["sources"]["crm"]["contacts"] == 1
    assert synced.leads()["bob"]["dimensions"]["fit"] == 35
    assert synced.leads()["ada"]["dimensions"]["fit"] == 35
    assert requests(synced)[0][2] == {"contacts": ["bob"], "since": None}
    synced.sync()
    assert synced.leads()["ada"]["dimensions"]["fit"] == 15


def test_a_resync_of_one_contact_before_any_sync_loses_nothing(world: World) -> None:
    assert world.run("resync", "crm", "--contact", "bob").status == 0
    assert set(world.scores()) == {"bob"}
    world.sync()
    assert set(world.scores()) == set(SCORES)


def test_a_contact_that_vanishes_around_a_resync_is_still_noticed(synced: World) -> None:
    synced.change("config.toml", 'output = "scores.csv"', 'output = "scores.csv"\ncomplete = true')
    synced.sync()
    synced.change("contacts.csv", "dan,,,,2024-04-04\n", "")
    assert synced.run("resync", "crm", "--contact", "ada").status == 0
    assert synced.sync()["sources"]["crm"]["scored"] == 3


def test_a_resync_since_a_day_takes_what_changed_from_then_on(synced: World) -> None:
    synced.change("contacts.csv", "Head of IT,200,2024-04-01", "Clerk,200,2024-04-10")
    synced.change("contacts.csv", "Developer,10,", "Head of R&D,900,")
    done = synced.run("resync", "crm", "--since", "2024-04-05T00:00:00Z", "--json")
    assert done.document["sources"]["crm"]["contacts"] == 1
    fits = {name: synced.leads()[name]["dimensions"]["fit"] for name in ("ada", "bob")}
    assert fits == {"ada": 15, "bob": 0}
    assert requests(synced)[0][2] == {"contacts": [], "since": "2024-04-05T00:00:00+00:00"}


def test_a_resync_that_fails_is_noted_as_failed(synced: World) -> None:
    (synced.folder / "contacts.csv").unlink()
    assert synced.run("resync", "crm").status == 1
    assert requests(synced)[0][3] == "failed"


def requests(world: World) -> list[tuple[str, str, object, str, str | None]]:
    """The requests in the ledger: source, kind, what was asked, how it ended, its run."""
    with sqlite3.connect(world.folder / "var" / "ledger.db") as connection:
        rows = connection.execute("SELECT source, kind, payload, status, detail FROM requests")
        found = [
            (row[0], row[1], json.loads(row[2]), row[3], json.loads(row[4]).get("run_id"))
            for row in rows
        ]
    connection.close()
    return found


@pytest.mark.parametrize("command", ["sync", "plan"])
def test_a_contact_that_moved_into_another_is_no_longer_scored(synced: World, command: str) -> None:
    synced.change("config.toml", 'updated_at = "Changed"', 'deleted = "Gone"')
    text = (synced.folder / "contacts.csv").read_text("utf-8").splitlines()
    gone = ["Gone", "no", "yes", "no", "no"]
    synced.write("contacts.csv", "\n".join(f"{a},{b}" for a, b in zip(text, gone, strict=True)))
    done = synced.run(command, "--json", "--as-of", DAY)
    assert done.status == 0
    assert done.document["sources"]["crm"]["scored"] == 3
