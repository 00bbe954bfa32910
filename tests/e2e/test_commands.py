"""Each command: what it prints, where, and how it ends."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.e2e.world import DAY, SCORES, World, run_here, run_process, start

JSON_COMMANDS = [
    ("check",),
    ("plan",),
    ("sync",),
    ("resync", "crm"),
    ("explain", "ada"),
    ("leads",),
    ("runs",),
    ("status",),
    ("plugins", "list"),
]


def test_the_demo_explains_the_lead_on_top(demo_once: tuple[World, str]) -> None:
    world, printed = demo_once
    best = world.run("leads", "--top", "1", "--json").document[0]
    assert "sync succeeded" in printed
    assert f"why {best['contact_id']} is on top" in printed
    assert f"score {best['score']}" in printed
    assert len(world.rows()) == 500


def test_the_demo_spares_a_folder_of_other_files(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work", "utf-8")
    done = run_here("demo", str(tmp_path), "--contacts", "10")
    assert done.status == 2
    assert "holds other files" in done.error
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_init_then_edit_then_check_plan_and_sync(tmp_path: Path) -> None:
    world = World(tmp_path / "mine")
    assert run_here("init", str(world.folder)).status == 0
    headings = "Nr,Email,Job title,Country,Employees,Industry,Lead source"
    world.write("contacts.csv", f"{headings}\n7,eve@north.example,Head of Finance,PL,90,,\n")
    world.write(
        "activities.csv", "Contact ID,Activity,When,Name,URL\n7,Demo requested,2024-05-01,,\n"
    )

    wrong = world.run("check", "--json")
    assert wrong.status == 1
    found = {each["subject"]: each for each in wrong.document}
    assert not found["crm: contacts file contacts.csv"]["ok"]
    assert "Nr" in found["crm: contacts file contacts.csv"]["detail"]

    world.change("config.toml", '"Contact ID"\nemail', '"Nr"\nemail')
    assert world.run("check").status == 0
    planned = world.run("plan", "--json")
    assert planned.document["plan"]["crm"]["changes"] == 1
    assert world.run("sync").status == 0
    assert set(world.rows()) == {"7"}


def test_what_init_writes_stops_a_run_that_changes_too_much(tmp_path: Path) -> None:
    world = World(tmp_path / "mine")
    assert run_here("init", str(world.folder)).status == 0
    headings = "Contact ID,Email,Job title,Country,Employees,Industry,Lead source"
    world.write("contacts.csv", f"{headings}\n7,eve@north.example,Head of Finance,PL,90,,\n")
    world.write(
        "activities.csv", "Contact ID,Activity,When,Name,URL\n7,Demo requested,2024-05-01,,\n"
    )
    world.sync("--as-of", "2024-05-02")
    world.change("contacts.csv", "Head of Finance,PL,90", "Student,PL,")
    stopped = world.sync("--as-of", "2024-05-03", status=1)
    assert stopped["status"] == "stopped"
    assert "write.max_changes.share allows 5.0%" in stopped["errors"][0]


def test_init_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "model.toml").write_text("mine", "utf-8")
    done = run_here("init", str(tmp_path))
    assert done.status == 2
    assert "model.toml is there already" in done.error
    assert (tmp_path / "model.toml").read_text("utf-8") == "mine"
    assert not (tmp_path / "config.toml").exists()


def test_init_with_a_misspelled_preset_names_the_nearest(tmp_path: Path) -> None:
    done = run_here("init", str(tmp_path / "new"), "--preset", "b2bb")
    assert done.status == 2
    assert "did you mean 'b2b'" in done.error
    assert not (tmp_path / "new").exists()


def test_check_counts_whom_each_rule_matches(synced: World) -> None:
    found = {each["subject"]: each["detail"] for each in synced.run("check", "--json").document}
    assert found["rule Head of something"] == "2 of 4 contacts"
    assert found["rule Fifty or more"] == "2 of 4 contacts"
    assert found["exclusion Competitor"] == "1 of 4 contacts"


def test_check_pulls_and_writes_nothing(world: World) -> None:
    assert world.run("check").status == 0
    assert world.run("status", "--json").document["sources"]["crm"]["contacts"] == 0
    assert not world.output.exists()


def test_a_plan_writes_nothing(world: World) -> None:
    done = world.run("plan", "--json", "--as-of", DAY)
    assert done.status == 0
    plan = done.document["plan"]["crm"]
    assert plan["changes"] == 4
    assert plan["top"][0]["contact_id"] == "ada"
    assert plan["top"][0]["after"]["score"] == 85
    assert not world.output.exists()
    assert world.run("leads", "--json").document == []
    assert world.run("explain", "ada").status == 2  # no score was published


def test_a_plan_for_people_names_the_movers(synced: World) -> None:
    synced.change("contacts.csv", "Developer,10,", "Head of R&D,900,")
    said = synced.run("plan", "--as-of", DAY).out
    assert "would write 1 contacts, 3 stay as they are" in said
    assert re.search(r"bob +10 → 45 +warm +Head of something \+20", said)
    assert synced.scores() == SCORES


def test_the_ranked_list_is_ordered_and_cut(synced: World) -> None:
    found = synced.run("leads", "--json", "--top", "2").document
    assert [(lead["contact_id"], lead["score"]) for lead in found] == [("ada", 85), ("bob", 10)]
    assert found[0]["dimensions"] == {"fit": 35, "engagement": 50}
    assert (found[0]["grade"], found[0]["temperature"]) == ("A1", "hot")


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("score >= 10", ["ada", "bob"]),
        ("engagement > 40 AND temperature = 'hot'", ["ada"]),
        ("company.employees < 50", ["bob"]),
        ("excluded = 'Competitor'", ["cyd"]),
        ("email IS NULL", ["dan"]),
        ("email_domain LIKE '%.example' AND source = 'crm'", ["ada", "bob", "cyd"]),
        ("score > 1000", []),
    ],
)
def test_leads_by_a_condition(synced: World, where: str, expected: list[str]) -> None:
    found = synced.run("leads", "--json", "--where", where).document
    assert [lead["contact_id"] for lead in found] == expected


def test_a_bad_condition_is_shown_with_a_caret(synced: World) -> None:
    done = synced.run("leads", "--where", "score > 3 AND compny = 'x'")
    assert done.status == 2
    assert "did you mean 'company'" in done.error
    shown = done.err.splitlines()
    assert shown[-1].index("^") == shown[-2].index("compny")


@pytest.mark.parametrize(
    "where", ["score >", "1; DROP TABLE scores", "(SELECT 1) = 1", "read_csv('/etc/passwd')", "'"]
)
def test_a_condition_cannot_break_out(synced: World, where: str) -> None:
    done = synced.run("leads", "--where", where)
    assert done.status == 2
    assert "--where" in done.error


def test_the_runs_are_listed_newest_first(synced: World) -> None:
    synced.run("plan")
    found = synced.run("runs", "--json").document
    assert [(run["kind"], run["status"]) for run in found] == [
        ("plan", "succeeded"),
        ("sync", "succeeded"),
    ]
    assert found[1]["summary"]["sources"]["crm"]["written"] == 4
    assert len(synced.run("runs", "--json", "--last", "1").document) == 1


def test_nothing_has_run_in_a_new_workspace(world: World) -> None:
    assert world.run("runs").out == "nothing has run yet\n"
    assert "no lead fits" in world.run("leads").out
    assert world.run("status").status == 0


def test_the_status_counts_what_is_there(synced: World) -> None:
    found = synced.run("status", "--json").document
    assert found["models"][0]["temperatures"] == {"hot": 1, "cold": 2, "dead": 1}
    crm = found["sources"]["crm"]
    assert (crm["contacts"], crm["activities"], crm["quarantined"]) == (4, 3, 0)
    assert found["running"] == []


def test_the_plugins_are_listed_without_a_config(tmp_path: Path) -> None:
    done = run_here("plugins", "list", "--json", "-c", str(tmp_path / "none.toml"))
    listed = {each["name"]: each["state"] for each in done.document}
    assert listed["csv"] == "installed"


def test_the_plugins_a_config_names_are_enabled(world: World) -> None:
    listed = {each["name"]: each for each in world.run("plugins", "list", "--json").document}
    assert listed["csv"]["state"] == "enabled"
    assert listed["csv"]["connectors"] == ["csv"]


@pytest.mark.parametrize("what", ["config", "model"])
def test_the_schema_is_a_json_schema(what: str) -> None:
    document = run_here("schema", what).document
    assert document["type"] == "object"
    assert ("sources" if what == "config" else "rules") in document["properties"]


@pytest.mark.parametrize("command", JSON_COMMANDS, ids=" ".join)
def test_json_is_one_document_and_nothing_else(synced: World, command: tuple[str, ...]) -> None:
    done = synced.run(*command, "--json")
    assert (done.status, done.err) == (0, "")
    json.loads(done.out)


@pytest.mark.parametrize("columns", [80, 100, 200])
def test_every_table_keeps_ids_whole_at_every_width(synced: World, columns: int) -> None:
    for command in JSON_COMMANDS:
        done = synced.run(*command, columns=columns)
        assert (done.status, done.err) == (0, ""), command
        if command[0] in ("explain", "leads"):
            assert re.search(r"\bada\b", done.out)
        if command[0] == "runs":
            assert re.search(r"\b\d{8}T\d{6}-[0-9a-f]{4}\b", done.out)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("sync", "nowhere"), "the config has: crm"),
        (("sync", "--as-of", "lastweek"), "2026-05-01T09:30:00Z"),
        (("resync", "nowhere"), "the config has: crm"),
        (("resync", "crm", "--contact", " "), "an empty id"),
        (("explain", "nobody"), "no contact 'nobody'"),
        (("explain",), "Missing argument"),
        (("leads", "--top", "0"), "--top"),
        (("plan", "nowhere"), "the config has: crm"),
    ],
    ids=" ".join,
)
def test_a_wrong_call_ends_with_two_and_one_message(
    synced: World, arguments: tuple[str, ...], says: str
) -> None:
    done = synced.run(*arguments)
    assert (done.status, done.out) == (2, "")
    assert says in done.error


def test_a_missing_config_says_what_to_do(tmp_path: Path) -> None:
    done = run_process("sync", cwd=tmp_path)
    assert (done.status, done.out) == (2, "")
    assert "config.toml" in done.error
    assert list(tmp_path.iterdir()) == []


def test_all_mistakes_of_the_files_are_told_at_once(world: World) -> None:
    world.change("config.toml", '"UTC"', '"Mars/Olympus"')
    world.change("model.toml", "job_title ILIKE", "job_titel ILIKE")
    done = world.run("sync")
    assert done.status == 2
    assert "config.toml:4" in done.error
    assert "Mars/Olympus" in done.error
    assert "did you mean 'job_title'" in done.error


@pytest.mark.parametrize("option", [(), ("--json",)])
def test_a_full_disk_behind_standard_output_is_told(synced: World, option: tuple[str, ...]) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*start(), "leads", *option, "-c", str(synced.config)],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.startswith("leadline: the result could not be printed: No space left")


def test_a_reader_that_has_seen_enough_is_no_trouble(synced: World) -> None:
    with subprocess.Popen(
        [*start(), "leads", "--json", "-c", str(synced.config)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as ran:
        assert ran.stdout is not None
        assert ran.stderr is not None
        ran.stdout.close()
        assert ran.stderr.read() == ""
        assert ran.wait(60) in (0, 1)


def test_a_terminal_without_arrows_still_shows_changes(synced: World) -> None:
    synced.sync("--as-of", "2024-05-11")
    done = run_process(
        "explain", "ada", "-c", str(synced.config), env={"PYTHONIOENCODING": "ascii"}
    )
    assert (done.status, done.err) == (0, "")
    assert "+20 ? +10" in done.out


def test_resync_of_an_unknown_contact_says_so(synced: World) -> None:
    ran = synced.run("resync", "crm", "--contact", "nobody", "--contact", "ada")
    assert ran.status == 1
    assert "source 'crm' has no contact 'nobody'" in ran.err
    assert "'ada'" not in ran.err


def test_the_numbers_of_a_sync_fit_a_narrow_terminal(world: World) -> None:
    world.change("config.toml", "[sources.crm", "[sources.salesforce")
    shown = world.run("sync", columns=80).out.splitlines()
    heads = "source contacts activities quarantined scored written unchanged rejected"
    assert shown[1].split() == heads.split()
    assert shown[2].split()[0] == "salesforce"
    assert max(map(len, shown[1:])) <= 80
