"""Look before a sync: another model against the published one, and a plan kept, then applied."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from leadline.serving import LeadFilter, Serving
from leadline.sync.planfile import opened, read_sealed
from leadline.sync.review import keep
from leadline.workspace import open_workspace
from tests.e2e.world import DAY, MODEL, SCORES, World, make_world

EDITS = [
    ("points = 15", "points = 5"),
    ("job_title ILIKE 'head of%'", "job_title ILIKE '%dev%'"),
    ('decay = "half 10 days"\n', ""),
    ("from = 60\nrelease = 50", "from = 80\nrelease = 80"),
    ('[[exclusions]]\nname = "Competitor"\nwhen = "email_domain = \'rival.example\'"\n', ""),
    ("fit = { A = 30, B = 15 }", "fit = { A = 10, B = 5 }"),
]


def edited(world: World, *changes: tuple[str, str], name: str = "new.toml") -> Path:
    """The world's model with these changes, in a file of its own."""
    text = (world.folder / "model.toml").read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return world.write(name, text)


def against(world: World, new: Path, *arguments: str) -> dict[str, Any]:
    """`plan --model --json`, which has to succeed."""
    done = world.run("plan", "--model", str(new), "--json", "--as-of", DAY, *arguments)
    assert (done.status, done.err) == (0, "")
    document: dict[str, Any] = done.document
    return document


def state(world: World) -> tuple[object, ...]:
    """What a plan must leave alone: the published scores and what stands in the CRM."""
    return world.run("leads", "--json").out, world.output.read_bytes()


# -- another model


@pytest.mark.parametrize("change", EDITS, ids=lambda change: change[0].split("\n")[0])
def test_what_a_plan_says_of_a_model_is_what_a_sync_with_it_writes(
    synced: World, change: tuple[str, str]
) -> None:
    before = synced.rows()
    new = edited(synced, change)
    found = against(synced, new, "--top", "10")
    assert found["plan"]["crm"]["changes"] == sum_of_written(synced, new)
    after = synced.rows()

    moved = {one: (before[one], after[one]) for one in after}
    scores = {one: (was["score"], now["score"]) for one, (was, now) in moved.items()}
    assert found["changed"] == sum(was != now for was, now in scores.values())
    assert {
        mover["contact_id"]: (text(mover["before"]["score"]), text(mover["after"]["score"]))
        for mover in found["top"]
    } == {one: pair for one, pair in scores.items() if points(pair[0]) != points(pair[1])}
    for field in ("temperature", "grade"):
        pairs = {(each["from"], each["to"]): each["contacts"] for each in found[field]}
        counted: dict[tuple[str | None, str | None], int] = {}
        for was, now in moved.values():
            pair = (was[field] or None, now[field] or None)
            counted[pair] = counted.get(pair, 0) + 1
        assert pairs == counted


def sum_of_written(world: World, new: Path) -> int:
    """Put the new model into place, sync, and answer how many contacts that wrote."""
    shutil.copy(new, world.folder / "model.toml")
    written: int = world.sync("--as-of", DAY)["sources"]["crm"]["written"]
    return written


def text(score: int | None) -> str:
    return "" if score is None else str(score)


def points(score: str) -> int:
    return int(score or 0)


def test_the_rows_of_rules_and_movers_add_up(demo: World) -> None:
    new = demo.write(
        "new.toml",
        (demo.folder / "model.toml")
        .read_text("utf-8")
        .replace("seniority = 'director'", "seniority IN ('director', 'manager')")
        .replace("max = 50", "max = 45", 1)
        .replace("points = 18", "points = -4"),
    )
    done = demo.run("plan", "--model", str(new), "--json", "--top", "500")
    assert done.status == 0, done.err
    found = done.document
    assert found["changed"] > 50
    assert found["points"] != 0
    assert sum(each["points"] for each in found["rules"]) == found["points"]
    assert sum(each["points"] for each in found["top"]) == found["points"]
    assert sum(each["contacts"] for each in found["distribution"]) == found["changed"]
    for mover in found["top"]:
        moved = (mover["after"]["score"] or 0) - (mover["before"]["score"] or 0)
        assert sum(row["points"] for row in mover["rows"]) == moved == mover["points"]
    shares = {each["rule"]: each for each in found["rules"]}
    assert shares["Director"]["change"] == "changed"
    assert shares["Director"]["contacts"] == (
        shares["Director"]["new"]["contacts"] - shares["Director"]["old"]["contacts"]
    )


def test_a_demo_writes_contact_by_contact_what_its_plan_says(demo: World) -> None:
    new = demo.write(
        "new.toml",
        (demo.folder / "model.toml").read_text("utf-8").replace("points = 18", "points = 30"),
    )
    at = demo.run("leads", "--json", "--top", "1").document[0]["as_of"]
    out = demo.folder / "look.plan"
    done = demo.run(
        "plan", "--model", str(new), "--out", str(out), "--json", "--as-of", at, "--top", "500"
    )
    assert done.status == 0, done.err
    before = demo.scores()
    shutil.copy(new, demo.folder / "model.toml")
    assert (
        demo.sync("--as-of", at)["sources"]["crm"]["written"]
        == (done.document["plan"]["crm"]["changes"])
    )
    after = demo.scores()
    assert {one: (before[one], after[one]) for one in after if before[one] != after[one]} == {
        mover["contact_id"]: (text(mover["before"]["score"]), text(mover["after"]["score"]))
        for mover in done.document["top"]
    }


def test_a_plan_tells_what_was_edited(synced: World) -> None:
    new = edited(
        synced,
        ("points = 15", "points = 5"),
        ('name = "Pricing page"', 'name = "Prices"'),
        ("release = 20", "release = 10"),
        ("[dimensions.engagement]\nmax = 50", "[dimensions.engagement]\nmax = 40"),
    )
    found = {(each["part"], each["name"]): each for each in against(synced, new)["edits"]}
    assert found["rule", "Fifty or more"]["fields"] == {"points": {"old": "15", "new": "5"}}
    assert found["rule", "Prices"]["change"] == "added"
    assert found["rule", "Pricing page"]["change"] == "removed"
    assert found["temperature", "warm"]["fields"] == {"release": {"old": 20, "new": 10}}
    assert found["dimension", "engagement"]["fields"] == {"max": {"old": 50, "new": 40}}
    assert len(found) == 5


def test_a_plan_for_people_names_rules_labels_and_sales(synced: World) -> None:
    new = edited(synced, ("points = 15", "points = 1"), ("from = 60", "from = 75"))
    said = " ".join(
        synced.run("plan", "--model", str(new), "--as-of", DAY).out.replace("\n", " ").split()
    )
    assert "against the published model" in said
    assert "changed rule Fifty or more: points 15 → 1" in said
    # cyd has the rule too, and is excluded.
    assert "-28 2 Fifty or more fit changed" in said
    assert "1 of 4 contacts change score, -14 points in all" in said
    assert "instead of 1 (hot): 0 come in, 0 drop out" in said  # held above its release
    assert "no temperature changes" in said
    assert "ada 85 → 71 hot Fifty or more -14" in said
    assert "a sync with it would write 1 contacts, 3 would stay" in said
    assert "nothing was written" in said


def test_how_many_reach_sales_is_replayed_for_both_models(synced: World) -> None:
    # Before her visits of 1 May ada had 35 points, of which 15 are for the company's size.
    found = against(synced, edited(synced, ("from = 60\nrelease = 50", "from = 30")))["sales"]
    assert found["old"] == {"temperature": "hot", "contacts": 1}
    assert (found["days"], found["old_a_day"], found["new_a_day"]) == (30, 0.03, 0.0)


def test_leads_a_day_are_counted_from_whole_scorings(demo: World) -> None:
    new = demo.write(
        "new.toml",
        (demo.folder / "model.toml").read_text("utf-8").replace("from = 50", "from = 46"),
    )
    done = demo.run("plan", "--model", str(new), "--json")
    assert done.status == 0, done.err
    at = datetime.fromisoformat(done.document["as_of"])
    arrived = []
    with open_workspace(demo.config, new) as workspace:
        for model in (workspace.model, workspace.draft):
            assert model is not None
            hot = []
            for days in (30, 20, 10, 0):
                rows = workspace.engine.score(model, at - timedelta(days=days))
                labels = zip(rows["contact_id"].to_pylist(), rows["temperature"], strict=True)
                hot.append({one for one, label in labels if label.as_py() == "hot"})
            arrived.append(len((hot[1] | hot[2] | hot[3]) - hot[0]))
    sales = done.document["sales"]
    assert [round(count / 30, 2) for count in arrived] == [sales["old_a_day"], sales["new_a_day"]]
    assert arrived[1] > arrived[0] > 0


def test_what_sales_pinned_stays_and_its_rows_add_up(world: World) -> None:
    world.change(
        "config.toml",
        "[sources.crm.activity_fields]",
        """score_pin = "Pin"
[sales]
pin = "score_pin"
[sources.crm.activity_fields]""",
    )
    lines = (world.folder / "contacts.csv").read_text("utf-8").splitlines()
    pins = ["Pin", "40", "", "", ""]
    world.write("contacts.csv", "\n".join(map(",".join, zip(lines, pins, strict=True))) + "\n")
    world.sync("--as-of", DAY)
    assert world.scores()["ada"] == "40"
    found = against(
        world, edited(world, ("points = 15", "points = 5"), ("points = 20", "points = 8"))
    )
    assert [mover["contact_id"] for mover in found["top"]] == ["bob"]
    shares = {each["rule"]: each for each in found["rules"]}
    assert shares["Pinned by sales"]["points"] > 0  # ada's rules give less, and she stays
    assert sum(each["points"] for each in shares.values()) == found["points"] == -6


def test_a_model_without_temperatures_has_no_way_to_sales(synced: World) -> None:
    whole = (synced.folder / "model.toml").read_text("utf-8")
    new = synced.write("new.toml", whole[: whole.index("[[temperatures]]")])
    found = against(synced, new)
    assert found["sales"] is None
    assert {each["to"] for each in found["temperature"]} == {None}


def test_the_published_model_is_the_base_even_when_its_file_was_edited(synced: World) -> None:
    synced.change("model.toml", "points = 15", "points = 5")
    found = against(synced, synced.folder / "model.toml")
    assert found["old"]["which"] == "published"
    assert found["changed"] == 1
    assert found["edits"][0]["fields"] == {"points": {"old": "15", "new": "5"}}


def test_without_published_scores_the_configured_model_is_the_base(world: World) -> None:
    found = against(world, edited(world, ("points = 15", "points = 5")))
    assert found["old"]["which"] == "configured"
    assert found["plan"]["crm"] == {"changes": 4, "unchanged": 0}


def test_the_same_model_differs_in_nothing(synced: World) -> None:
    same = synced.write("same.toml", "# only a comment\n" + MODEL)
    done = synced.run("plan", "--model", str(same))
    assert done.status == 0
    assert "nothing differs" in done.out
    assert against(synced, same)["same"] is True


def test_a_fact_that_only_the_new_model_names_is_fetched(synced: World) -> None:
    synced.change("contacts.csv", "Changed\n", "Changed,country\n")
    for line in ("2024-04-01", "2024-04-02", "2024-04-03", "2024-04-04"):
        synced.change("contacts.csv", line, f"{line},PL")
    new = edited(synced, ("company.employees >= 50", "country = 'PL'"))
    found = against(synced, new)
    assert found["plan"]["crm"]["changes"] == sum_of_written(synced, new)
    assert synced.scores() == {**SCORES, "bob": "25", "dan": "15"}


def test_a_model_with_errors_is_told_with_all_its_lines(synced: World) -> None:
    new = edited(synced, ("points = 15", "points = 'many'"), ("job_title", "job_titel"))
    before = state(synced)
    done = synced.run("plan", "--model", str(new))
    assert done.status == 2
    lines = new.read_text("utf-8").splitlines()
    for wrong in ("points = 'many'", "when = \"job_titel ILIKE 'head of%'\""):
        assert f"new.toml:{lines.index(wrong) + 1}" in done.error
    assert state(synced) == before


def test_a_model_must_name_the_stages_that_the_config_writes(world: World) -> None:
    world.change("model.toml", 'name = "hot"\n', 'name = "hot"\nstage = "mql"\n')
    world.change("config.toml", "[sources.crm]\n", '[write]\nstages = "suggest"\n[sources.crm]\n')
    with (world.folder / "config.toml").open("a", encoding="utf-8") as stream:
        stream.write(
            '[sources.crm.stages]\nmql = { field = "Title", write = "MQL", from = [""] }\n'
        )
    world.sync("--as-of", DAY)
    before = state(world)
    new = edited(world, ('stage = "mql"', 'stage = "sql"'))
    done = world.run("plan", "--model", str(new), "--as-of", DAY)
    assert done.status == 2
    lines = world.config.read_text("utf-8").splitlines()
    for place, said in (
        ('stages = "suggest"', "no source says how to write the stage 'sql'"),
        ("mql = {", "no temperature of the model names the stage 'mql'"),
    ):
        line = next(number for number, text in enumerate(lines, 1) if text.startswith(place))
        assert f"config.toml:{line}: " in done.error
        assert f"with {new} as the model, {said}" in done.error
    assert state(world) == before
    assert against(world, edited(world, ("points = 15", "points = 5")))["changed"] == 1


def test_a_plan_says_what_would_stop_a_sync(world: World) -> None:
    world.change(
        "config.toml", "[sources.crm]\n", "[write]\nmax_changes = { share = 0.1 }\n[sources.crm]\n"
    )
    world.sync("--as-of", DAY)
    new = edited(world, ("points = 15", "points = 5"))
    stopping = against(world, new)["excesses"]
    assert [each["source"] for each in stopping] == ["crm"]
    assert "1 of 4 contacts (25.0%) would change beyond ageing" in stopping[0]["message"]
    assert world.run("plan", "--json", "--as-of", DAY).document["excesses"] == []
    shutil.copy(new, world.folder / "model.toml")
    assert world.run("plan", "--json", "--as-of", DAY).document["excesses"] == stopping
    assert stopping[0]["message"] in world.sync("--as-of", DAY, status=1)["errors"][0]


@pytest.mark.parametrize("option", ["--model", "--out"])
def test_a_file_that_cannot_be_is_named(synced: World, option: str) -> None:
    done = synced.run("plan", option, str(synced.folder / "none" / "file"))
    assert done.status == 2
    assert str(synced.folder / "none") in done.error


def test_a_comparison_publishes_and_writes_nothing(synced: World) -> None:
    before = state(synced)
    against(synced, edited(synced, ("points = 15", "points = 5")))
    assert state(synced) == before
    assert synced.run("runs", "--json").document[0]["kind"] == "plan"
    version = against(synced, synced.folder / "new.toml")["new"]["version"]
    with sqlite3.connect(synced.folder / "var" / "ledger.db") as connection:
        known = connection.execute("SELECT version FROM models").fetchall()
    connection.close()
    assert (version,) not in known


# -- a plan kept, and applied


@pytest.fixture
def planned(synced: World) -> World:
    """Synced, then the files changed; the plan of that, for the end of the next day, is kept."""
    synced.change("contacts.csv", "Developer,10,", "Head of R&D,900,")
    done = synced.run("plan", "--out", str(synced.folder / "p.plan"), "--as-of", "2024-05-02")
    assert done.status == 0, done.err
    assert f"leadline apply {synced.folder / 'p.plan'}" in " ".join(done.out.split())
    return synced


def applied(world: World, *, status: int = 0) -> Any:
    done = world.run("apply", str(world.folder / "p.plan"), "--json")
    assert done.status == status, done
    return done.document if status == 0 else done.error


def test_an_apply_writes_and_publishes_what_was_reviewed(planned: World) -> None:
    assert planned.scores() == SCORES
    report = applied(planned)
    twin = make_world(planned.folder / "twin")
    twin.sync("--as-of", DAY)
    twin.change("contacts.csv", "Developer,10,", "Head of R&D,900,")
    twin.sync("--as-of", "2024-05-02")
    assert planned.rows() == twin.rows()
    assert planned.leads() == twin.leads()
    assert report["as_of"] == "2024-05-02T23:59:59.999999+00:00"
    assert report["sources"]["crm"]["written"] == 2
    run = planned.run("runs", "--json").document[0]
    assert (run["kind"], run["status"]) == ("apply", "succeeded")


def shown(world: World) -> dict[str, int | None]:
    """What the published points of each lead's rules add up to; None where they are not kept."""
    with open_workspace(world.config) as workspace, Serving.open_in(workspace.config) as serving:
        rows = serving.leads(LeadFilter(workspace.model.name)).rows
        leads = [serving.lead(row.model, row.source, row.contact_id) for row in rows]
        return {
            lead.contact_id: sum(row.points for row in lead.rows) if lead.detailed else None
            for lead in leads
            if lead is not None
        }


def test_an_apply_shows_the_points_of_each_rule(planned: World) -> None:
    applied(planned)
    assert shown(planned) == {name: lead["score"] or 0 for name, lead in planned.leads().items()}


def test_a_plan_kept_without_the_points_of_each_rule_is_applied(planned: World) -> None:
    path = planned.folder / "p.plan"
    kept = opened(read_sealed(path))
    with open_workspace(planned.config) as workspace:
        keep(workspace, replace(kept, scores=kept.scores.drop_columns("points")), path)
    applied(planned)
    assert planned.scores()["bob"] == "44"
    assert set(shown(planned).values()) == {None}


def test_a_plan_that_is_kept_writes_nothing_yet(synced: World) -> None:
    synced.change("contacts.csv", "Developer,10,", "Head of R&D,900,")
    before = state(synced)
    done = synced.run("plan", "--out", str(synced.folder / "p.plan"), "--json", "--as-of", DAY)
    assert done.document["file"] == str(synced.folder / "p.plan")
    assert state(synced) == before
    assert [path.name for path in synced.folder.glob(".p.plan*")] == []


def test_what_is_planned_again_after_an_apply_is_nothing(planned: World) -> None:
    applied(planned)
    assert (
        planned.run("plan", "--json", "--as-of", "2024-05-02").document["plan"]["crm"]["changes"]
        == 0
    )


def test_a_look_without_changes_in_between_moves_nothing(planned: World) -> None:
    for command in (("plan", "--as-of", "2024-05-02"), ("status",), ("explain", "ada")):
        planned.run(*command)
    applied(planned)
    assert planned.scores()["bob"] == "44"


def test_a_plan_is_applied_once(planned: World) -> None:
    run_id = applied(planned)["run_id"]
    before = state(planned)
    assert f"has been applied by run {run_id}" in applied(planned, status=2)
    assert state(planned) == before


MOVES: dict[str, Callable[[World], object]] = {
    "facts about contacts of crm": lambda world: learn(
        world, "contacts.csv", "eve,,,,2024-04-05\n"
    ),
    "facts about activities of crm": lambda world: learn(
        world, "activities.csv", "9,dan,page_view,2024-05-01T10:00:00Z,https://x.example/pricing\n"
    ),
    "scores of model small": lambda world: world.sync("--as-of", "2024-05-20"),
    "source 'crm' holds": lambda world: edit_by_hand(world),
    "config of source 'crm'": lambda world: world.change("config.toml", '"Title"', '"Email"'),
    "'time_zone' in the config": lambda world: world.change("config.toml", "UTC", "Asia/Tokyo"),
}


def learn(world: World, name: str, line: str) -> None:
    with (world.folder / name).open("a", encoding="utf-8") as stream:
        stream.write(line)
    assert world.run("plan").status == 0


def edit_by_hand(world: World) -> None:
    world.change("scores.csv", '"C2"', '"A1"')
    assert world.run("plan").status == 0


@pytest.mark.parametrize("moved", MOVES)
def test_an_apply_refuses_once_the_ground_has_moved(planned: World, moved: str) -> None:
    MOVES[moved](planned)
    before = state(planned)
    said = applied(planned, status=2)
    assert "out of date, and nothing was written" in said
    assert moved in said
    assert "leadline plan --out" in said
    assert state(planned) == before


def test_an_apply_refuses_another_model_than_the_configured_one(planned: World) -> None:
    planned.change("model.toml", "points = 15", "points = 5")
    before = state(planned)
    said = applied(planned, status=2)
    assert "model.toml is small" in said
    assert state(planned) == before


def test_the_plan_of_a_new_model_is_applied_once_that_model_is_in_place(synced: World) -> None:
    new = edited(synced, ("points = 15", "points = 5"))
    found = against(synced, new, "--out", str(synced.folder / "p.plan"))
    assert "Put the model of the plan into that file" in applied(synced, status=2)
    shutil.copy(new, synced.folder / "model.toml")
    assert applied(synced)["sources"]["crm"]["written"] == found["plan"]["crm"]["changes"] == 1
    assert synced.scores() == {**SCORES, "ada": "75"}


def test_a_plan_of_another_workspace_is_refused(planned: World, tmp_path: Path) -> None:
    other = make_world(tmp_path / "other")
    shutil.copy(planned.folder / "p.plan", other.folder)
    assert "was made in another workspace" in applied(other, status=2)
    assert not other.output.exists()


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda content: content[:-1], "is cut short"),
        (lambda content: content[:20], "is a plan cut short or changed"),
        (lambda content: b"", "is no leadline plan"),
        (lambda content: b"contact_id,score\n", "is no leadline plan"),
        (lambda content: content[:-9] + b"x" + content[-8:], "has been changed"),
        (lambda content: content + b"x", "has been changed"),
        (lambda content: content.replace(b"leadline plan 2 ", b"leadline plan 9 "), "version"),
    ],
)
def test_a_damaged_plan_is_refused(planned: World, damage: Any, said: str) -> None:
    content = (planned.folder / "p.plan").read_bytes()
    planned.write("p.plan", damage(content))
    before = state(planned)
    assert said in applied(planned, status=2)
    assert state(planned) == before


def test_a_plan_with_a_seal_of_its_own_is_refused(planned: World) -> None:
    """Whoever changes the plan can write a fitting first line; the ledger knows better."""
    first = (planned.folder / "p.plan").read_bytes().split(b"\n", 1)[0].split()
    planned.run("plan", "--out", str(planned.folder / "other.plan"), "--as-of", "2024-05-03")
    second = (planned.folder / "other.plan").read_bytes()
    theirs = second.split(b"\n", 1)[0].split()[3]
    planned.write("p.plan", second.replace(theirs, first[3], 1))
    assert "is not what run" in applied(planned, status=2)


def test_an_apply_without_a_plan_says_how_to_make_one(synced: World) -> None:
    assert "leadline plan --out" in applied(synced, status=2)


def test_a_file_that_is_no_plan_is_not_replaced(synced: World) -> None:
    done = synced.run("plan", "--out", str(synced.folder / "contacts.csv"))
    assert done.status == 2
    assert "is there already and is no plan" in done.error


def test_an_older_plan_is_replaced(planned: World) -> None:
    assert planned.run("plan", "--out", str(planned.folder / "p.plan")).status == 0
    applied(planned)


def test_no_plan_is_kept_of_a_source_that_cannot_be_reached(synced: World) -> None:
    (synced.folder / "contacts.csv").unlink()
    done = synced.run("plan", "--out", str(synced.folder / "p.plan"))
    assert done.status == 1
    assert "contacts.csv" in done.error or "contacts.csv" in done.out
    assert not (synced.folder / "p.plan").exists()


def test_what_a_crm_does_not_take_is_told_and_left_to_the_next_plan(planned: World) -> None:
    planned.output.unlink()
    planned.output.mkdir()
    done = planned.run("apply", str(planned.folder / "p.plan"), "--json")
    assert done.status == 1
    assert done.document["status"] == "partial"
    assert "scores.csv" in json.dumps(done.document["errors"])
    planned.output.rmdir()
    assert planned.sync("--as-of", "2024-05-02")["status"] == "succeeded"
    assert planned.scores()["bob"] == "44"
