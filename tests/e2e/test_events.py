"""Plugins are told of leads that changed and runs that ended: at least once, never in the way."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from leadline.sync.delivery import deliver
from leadline.sync.events import hold_changes, release_changes
from leadline.sync.plan import plan
from leadline.sync.pull import pull
from leadline.sync.score import publish, score
from leadline.workspace import Workspace, open_workspace
from tests.e2e.world import CONFIG, DAY, MODEL, World, make_world, run_process

NEXT = "2024-05-02"
# Keeps what it is told in told.jsonl, and does first what the file "trouble" says, if there is one.
LISTENER = """
from __future__ import annotations
import json, time
from pathlib import Path
from leadline.hookspecs import hookimpl

HERE = Path(__file__).parent

def tell(*what):
    trouble = HERE / (Path(__file__).stem + ".trouble")
    if trouble.exists():
        exec(trouble.read_text())
    with (HERE / (Path(__file__).stem + ".jsonl")).open("a") as file:
        file.write(json.dumps(what, default=str) + "\\n")

@hookimpl
def stages_changed(changes):
    tell("changed", changes.to_pylist())

@hookimpl
def sync_finished(report):
    tell("finished", dict(report))
"""
# Ends the process when scores are written, as a power cut would.
DIES = """
import os

@hookimpl(wrapper=True)
def write_scores():
    if (HERE / "die").exists():
        os._exit(9)
    return (yield)
"""
# Refuses whatever is written about bob.
REFUSES = """
from dataclasses import replace
from leadline.batches import Outcome

@hookimpl(wrapper=True)
def write_scores():
    results = yield
    return (
        replace(each, outcome=Outcome.REJECTED, reason="no") if each.contact_id == "bob" else each
        for each in results
    )
"""
STAGES = """
[sources.crm.stages]
mql = { field = "Stage", write = "MQL", from = ["Lead", ""] }
"""


def listening(folder: Path, *listeners: str, config: str = CONFIG, model: str = MODEL) -> World:
    """A workspace with plugins of these names that listen."""
    files = [f"{name}.py" for name in listeners]
    plugins = f"[plugins]\nfiles = {json.dumps(files)}\n[sources.crm]\n"
    world = make_world(folder, config.replace("[sources.crm]\n", plugins, 1), model)
    for name in files:
        world.write(name, LISTENER)
    return world


def told(world: World, what: str, listener: str = "ear") -> list[Any]:
    """What a listener was told, call by call."""
    path = world.folder / f"{listener}.jsonl"
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    return [said for kind, said in map(json.loads, lines) if kind == what]


def changes(world: World, listener: str = "ear") -> list[tuple[str, str, str | None, str]]:
    """Of whom it was told what, in all calls together."""
    rows = [row for call in told(world, "changed", listener) for row in call]
    return [(row["contact_id"], row["what"], row["old"], row["new"]) for row in rows]


def due_now(world: World) -> None:
    """Let every wait be over."""
    with sqlite3.connect(world.folder / "var" / "ledger.db") as ledger:
        ledger.execute("UPDATE outbox SET due_at = added_at WHERE due_at IS NOT NULL")


def warm_bob(world: World) -> None:
    old = "bob,bob@south.example,Developer,10,2024-04-02"
    world.change("contacts.csv", old, "bob,bob@south.example,Head of R&D,100,2024-05-02")


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A workspace with one listener, synced once."""
    world = listening(tmp_path / "world", "ear")
    world.sync("--as-of", DAY)
    return world


def test_the_first_sync_tells_of_no_lead_but_that_it_ended(world: World) -> None:
    assert told(world, "changed") == []
    (report,) = told(world, "finished")
    assert report["status"] == "succeeded"
    assert report["sources"]["crm"]["written"] == 4


def test_a_lead_that_warmed_is_told_with_what_a_message_needs(world: World) -> None:
    warm_bob(world)
    printed = world.sync("--as-of", NEXT)
    assert changes(world) == [("bob", "grade", "C2", "A3"), ("bob", "temperature", "cold", "warm")]
    row = told(world, "changed")[0][1]
    assert row["email"] == "bob@south.example"
    assert (row["model"], row["source"], row["score"], row["grade"]) == ("small", "crm", 44, "A3")
    assert row["reasons"].startswith("Head of something +20")
    assert row["at"].startswith("2024-05-02 23:59:59")
    assert told(world, "finished")[-1] == printed


def test_nothing_new_is_not_told(world: World) -> None:
    world.sync("--as-of", DAY)
    assert changes(world) == []
    assert len(told(world, "finished")) == 2


def test_a_new_lead_is_told_when_it_is_warm_at_once(world: World) -> None:
    contacts = (world.folder / "contacts.csv").read_text()
    more = "eve,eve@east.example,Head of Law,60,2024-05-02\nfay,,,,2024-05-02\n"
    world.write("contacts.csv", contacts + more)
    world.sync("--as-of", NEXT)
    assert [each for each in changes(world) if each[0] != "bob"] == [
        ("eve", "temperature", None, "warm")
    ]


def test_a_person_of_two_records_is_told_of_once(world: World) -> None:
    contacts = (world.folder / "contacts.csv").read_text()
    world.write("contacts.csv", contacts + "bob2,bob@south.example,,,2024-04-02\n")
    world.sync("--as-of", DAY)
    warm_bob(world)
    world.sync("--as-of", NEXT)
    assert [each for each in changes(world) if each[1] == "temperature"] == [
        ("bob", "temperature", "cold", "warm")
    ]


def test_a_stage_is_told_when_it_was_written(tmp_path: Path) -> None:
    config = CONFIG.replace("[sources.crm]\n", '[write]\nstages = "write"\n[sources.crm]\n', 1)
    model = MODEL.replace('name = "warm"\n', 'name = "warm"\nstage = "mql"\n')
    world = listening(tmp_path / "w", "ear", config=config + STAGES, model=model)
    world.sync("--as-of", DAY)
    warm_bob(world)
    world.sync("--as-of", NEXT)
    assert ("bob", "stage", None, "mql") in changes(world)


def test_a_stage_that_its_crm_refuses_is_not_told(tmp_path: Path) -> None:
    config = CONFIG.replace("[sources.crm]\n", '[write]\nstages = "write"\n[sources.crm]\n', 1)
    model = MODEL.replace('name = "warm"\n', 'name = "warm"\nstage = "mql"\n')
    world = listening(tmp_path / "w", "ear", config=config + STAGES, model=model)
    world.sync("--as-of", DAY)
    world.write("ear.py", (world.folder / "ear.py").read_text("utf-8") + REFUSES)
    warm_bob(world)
    world.sync("--as-of", NEXT, status=1)
    told_of_bob = {what for who, what, _, _ in changes(world) if who == "bob"}
    assert told_of_bob == {"temperature", "grade"}


def test_a_failed_run_is_told_as_well(world: World) -> None:
    (world.folder / "contacts.csv").rename(world.folder / "gone.csv")
    world.sync(status=1)
    report = told(world, "finished")[-1]
    assert report["status"] == "failed"
    assert "contacts.csv" in report["errors"][0]


def test_a_look_tells_nobody(world: World) -> None:
    warm_bob(world)
    assert world.run("plan", "--as-of", NEXT).status == 0
    assert len(told(world, "finished")) == 1
    assert changes(world) == []


def test_a_plan_that_is_applied_is_told(world: World) -> None:
    warm_bob(world)
    assert world.run("plan", "--as-of", NEXT, "--out", str(world.folder / "p.plan")).status == 0
    assert world.run("apply", str(world.folder / "p.plan")).status == 0
    assert ("bob", "temperature", "cold", "warm") in changes(world)
    assert len(told(world, "finished")) == 2


def test_a_failing_plugin_is_told_again_and_no_other_is(tmp_path: Path) -> None:
    world = listening(tmp_path / "w", "ear", "bell")
    world.sync("--as-of", DAY)
    warm_bob(world)
    world.write("bell.trouble", "raise RuntimeError('no clapper')")
    done = world.run("sync", "--as-of", NEXT)
    assert done.status == 0
    assert len(changes(world)) == 2
    assert changes(world, "bell") == []
    said = world.run("status").out
    assert "events for stages_changed of plugin bell: 1 waiting, 0 given up" in said
    assert "no clapper" in said
    (world.folder / "bell.trouble").unlink()
    world.sync("--as-of", NEXT)
    assert changes(world, "bell") == []  # its time has not come
    due_now(world)
    world.sync("--as-of", NEXT)
    assert changes(world, "bell") == changes(world)
    assert len(told(world, "finished", "bell")) == len(told(world, "finished")) == 4
    assert world.run("status", "--json").document["events"] == []


def test_a_plugin_that_never_answers_holds_nothing_up(tmp_path: Path) -> None:
    world = listening(tmp_path / "w", "ear", "bell")
    world.write("bell.trouble", "time.sleep(4)")
    with open_workspace(world.config) as workspace:
        workspace.ledger.outbox.add("sync_finished:bell", "x", {"status": "succeeded"})
        began = time.monotonic()
        assert deliver(workspace, seconds=0.05) == 0
        assert time.monotonic() - began < 1
        (waiting,) = workspace.ledger.outbox.backlog()
        assert "took longer than 0.05 seconds" in waiting.error


def test_after_three_days_it_is_given_up_and_said(world: World) -> None:
    world.write("ear.trouble", "raise RuntimeError('no ear')")
    world.sync("--as-of", DAY)
    with sqlite3.connect(world.folder / "var" / "ledger.db") as ledger:
        ledger.execute(
            "UPDATE outbox SET added_at = '2020-01-01 00:00:00.000000', due_at = added_at "
            "WHERE delivered_at IS NULL"
        )
    with open_workspace(world.config) as workspace:
        assert deliver(workspace) == 0
        (late,) = workspace.ledger.outbox.backlog()
    assert (late.waiting, late.given_up) == (0, 1)
    assert "no ear" in late.error


def test_a_run_that_dies_while_it_writes_loses_nothing(world: World) -> None:
    warm_bob(world)
    world.write("ear.py", (world.folder / "ear.py").read_text("utf-8") + DIES)
    world.write("die", "")
    assert run_process("sync", "--as-of", NEXT, "-c", str(world.config)).status == 9
    assert changes(world) == []
    (world.folder / "die").unlink()
    world.sync("--as-of", "2024-05-03")
    assert [each for each in changes(world) if each[1] == "temperature"] == [
        ("bob", "temperature", "cold", "warm")
    ]


@contextmanager
def holding(world: World, *, published: bool) -> Iterator[tuple[Workspace, str]]:
    """A run that holds what it changed and goes no further; its workspace and its id."""
    with open_workspace(world.config) as workspace:
        at = datetime(2024, 5, 2, 12, tzinfo=UTC)
        run_id = workspace.ledger.runs.start("sync", {})
        pull(workspace, workspace.sources["crm"], learned_at=at)
        with workspace.exclusively():
            scores = score(workspace, at)
            plans = {"crm": plan(workspace, workspace.sources["crm"], scores)}
            hold_changes(workspace, run_id, scores, plans, at)
            if published:
                publish(workspace, scores, at)
        yield workspace, run_id


def test_a_run_that_dies_before_it_publishes_is_told_of_once(world: World) -> None:
    warm_bob(world)
    with holding(world, published=False) as (workspace, run_id):
        assert len(workspace.ledger.outbox.held()) == 1
        workspace.ledger.runs.finish(run_id, "failed", {})
    world.sync("--as-of", NEXT)
    assert [each for each in changes(world) if each[1] == "temperature"] == [
        ("bob", "temperature", "cold", "warm")
    ]


def test_a_run_that_still_writes_keeps_what_it_holds(world: World) -> None:
    warm_bob(world)
    with holding(world, published=True) as (workspace, run_id):
        world.sync("--as-of", "2024-05-03")
        assert changes(world) == []
        release_changes(workspace, run_id, {})
        assert deliver(workspace) == 1
    assert [each for each in changes(world) if each[1] == "temperature"] == [
        ("bob", "temperature", "cold", "warm")
    ]


def test_where_nobody_listens_nothing_is_kept(tmp_path: Path) -> None:
    world = make_world(tmp_path / "w")
    world.sync("--as-of", DAY)
    warm_bob(world)
    world.sync("--as-of", NEXT)
    with sqlite3.connect(world.folder / "var" / "ledger.db") as ledger:
        assert ledger.execute("SELECT count(*) FROM outbox").fetchone() == (0,)


def test_what_is_delivered_is_not_kept(world: World) -> None:
    warm_bob(world)
    world.sync("--as-of", NEXT)
    with sqlite3.connect(world.folder / "var" / "ledger.db") as ledger:
        assert ledger.execute("SELECT DISTINCT payload FROM outbox").fetchall() == [("{}",)]
