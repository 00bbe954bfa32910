"""Safe write-back: what is written when, what stops a run, whose stages move, what sales say."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from leadline.sync.run import sync
from leadline.workspace import open_workspace
from tests.e2e.world import CONFIG, DAY, MODEL, World, make_world, run_process

STAGED = MODEL.replace('name = "hot"\n', 'name = "hot"\nstage = "mql"\n')
LINES = """
[sources.crm.stages]
mql = { field = "Stage", write = "MQL", from = ["Lead", ""] }
"""
CONTACTS = """Id,Email,Title,Employees,Changed,Stage
ada,ada@north.example,Head of IT,200,2024-04-01,Lead
bob,bob@south.example,Head of R&D,90,2024-04-02,Customer
cyd,cyd@rival.example,Head of Sales,80,2024-04-03,Lead
dan,,,,2024-04-04,Lead
eve,eve@east.example,Head of Law,60,2024-04-05,
"""
ACTIVITIES = """Id,Contact,Kind,When,Page
1,ada,demo_request,2024-05-01T11:00:00Z,
2,bob,demo_request,2024-05-01T11:00:00Z,
3,eve,demo_request,2024-05-01T11:00:00Z,
4,dan,page_view,2024-05-01T11:00:00Z,https://x.example/pricing
"""


def staged(folder: Path, write: str, lines: str = LINES) -> World:
    """A workspace whose hot leads become MQL: ada, bob and eve are hot, bob is a customer."""
    config = CONFIG.replace("[sources.crm]\n", f"[write]\n{write}\n\n[sources.crm]\n", 1) + lines
    world = make_world(folder, config, STAGED)
    world.write("contacts.csv", CONTACTS)
    world.write("activities.csv", ACTIVITIES)
    return world


def ruled(folder: Path, write: str) -> World:
    """The small workspace under some `[write]`."""
    return make_world(
        folder, CONFIG.replace("[sources.crm]\n", f"[write]\n{write}\n[sources.crm]\n", 1)
    )


def column(world: World, name: str) -> dict[str, str | None]:
    return {contact: row.get(name) for contact, row in world.rows().items()}


# -- how much a score must move


def test_without_settings_every_difference_is_written(synced: World) -> None:
    assert synced.sync("--as-of", "2024-05-02")["sources"]["crm"]["written"] == 2  # ada, bob: -1


def test_a_small_move_waits_and_a_large_one_does_not(tmp_path: Path) -> None:
    world = ruled(tmp_path, "min_change = 3")
    world.sync("--as-of", DAY)
    seen = []
    for day in ("2024-05-02", "2024-05-03", "2024-05-04"):
        world.sync("--as-of", day)
        seen.append(world.scores()["ada"])
    assert seen == ["85", "82", "82"]  # 84 waits, 82 is far enough from 85, 81 waits
    assert world.leads()["ada"]["score"] == 81  # what is published does not wait


def test_a_small_move_is_written_when_the_last_write_is_old(tmp_path: Path) -> None:
    world = ruled(tmp_path, 'min_change = 50\nat_least_every = "4 days"')
    world.sync("--as-of", DAY)
    for day, score in (("2024-05-04", "85"), ("2024-05-05", "80"), ("2024-05-08", "80")):
        world.sync("--as-of", day)
        assert world.scores()["ada"] == score
    assert world.sync("--as-of", "2024-05-09")["sources"]["crm"]["written"] == 1
    assert world.scores()["ada"] == "76"
    # What did not move at all is not written, however old it is.
    assert world.rows()["dan"]["scored_at"].startswith(DAY)


def test_a_label_never_waits(tmp_path: Path) -> None:
    world = ruled(tmp_path, "min_change = 100")
    world.sync("--as-of", DAY)
    world.change("contacts.csv", "Head of IT", "Clerk")  # B, and colder
    world.change("contacts.csv", "rival", "friend")  # excluded no longer
    world.sync("--as-of", DAY)
    assert (world.rows()["ada"]["grade"], world.scores()["ada"]) == ("B1", "65")
    assert world.scores()["cyd"] == "35"


def test_a_plan_counts_what_waits(tmp_path: Path) -> None:
    world = ruled(tmp_path, "min_change = 3")
    world.sync("--as-of", DAY)
    plan = world.run("plan", "--as-of", "2024-05-02", "--json").document["plan"]["crm"]
    # ada moves by one point; bob too, but his grade changes with it.
    assert (plan["changes"], plan["held"], plan["unchanged"]) == (1, 1, 3)


# -- how much a run may change


def test_a_run_that_changes_too_much_stops_before_it_writes(tmp_path: Path) -> None:
    world = ruled(tmp_path, "max_changes = { share = 0.25 }")
    world.sync("--as-of", DAY)
    before, leads = world.output.read_bytes(), world.leads()
    world.change("model.toml", "points = 20\n\n[[rules]]", "points = 10\n\n[[rules]]")
    world.change("contacts.csv", "bob@south.example,Developer", "bob@south.example,Head of HR")
    stopped = world.sync("--as-of", DAY, status=1)
    assert stopped["status"] == "stopped"
    assert "2 of 4 contacts (50.0%)" in stopped["errors"][0]
    assert "share allows 25.0%" in stopped["errors"][0]
    assert "--allow-changes" in stopped["errors"][1]
    assert (world.output.read_bytes(), world.leads()) == (before, leads)
    assert world.run("runs", "--json").document[0]["status"] == "stopped"
    assert "leadline plan" in world.run("sync", "--as-of", DAY).err

    done = world.sync("--as-of", DAY, "--allow-changes")
    assert (done["status"], done["sources"]["crm"]["written"]) == ("succeeded", 2)
    assert done["sources"]["crm"]["contacts"] == 0  # what was read by the stopped run is kept
    assert world.sync("--as-of", DAY)["sources"]["crm"]["written"] == 0


def test_ageing_alone_stops_nothing(tmp_path: Path) -> None:
    world = ruled(tmp_path, "max_changes = { share = 0 }")
    world.sync("--as-of", DAY)
    for day in ("2024-05-02", "2024-06-20", "2024-09-20"):
        assert world.sync("--as-of", day)["sources"]["crm"]["written"] > 0


def test_newcomers_stop_nothing(tmp_path: Path) -> None:
    world = ruled(tmp_path, "max_changes = { share = 0 }")
    world.sync("--as-of", DAY)
    with (world.folder / "contacts.csv").open("a", encoding="utf-8") as stream:
        stream.writelines(f"new{n},,Head of X,99,2024-05-01\n" for n in range(9))
    assert world.sync("--as-of", DAY)["sources"]["crm"]["written"] == 9


def test_a_plan_says_that_a_sync_would_stop(tmp_path: Path) -> None:
    world = ruled(tmp_path, "max_changes = { share = 0.1 }")
    world.sync("--as-of", DAY)
    world.change("model.toml", "points = 15", "points = 5")
    done = world.run("plan", "--as-of", DAY)
    assert done.status == 0
    assert "leadline sync would stop" in done.out
    assert "1 of 4 contacts" in done.out


def test_a_first_write_over_somebodys_scores_is_asked_about(tmp_path: Path) -> None:
    world = ruled(tmp_path, "max_changes = { share = 0.05 }")
    world.write("scores.csv", "contact_id,score\nada,12\nbob,10\n")
    stopped = world.sync("--as-of", DAY, status=1)
    assert stopped["status"] == "stopped"
    assert "first write: 4 of 4 contacts, where 2 have values already" in stopped["errors"][0]
    assert world.output.read_text("utf-8") == "contact_id,score\nada,12\nbob,10\n"
    world.change("config.toml", "share = 0.05", 'share = 0.05, first = "allow"')
    assert world.sync("--as-of", DAY)["sources"]["crm"]["written"] == 4


@pytest.mark.parametrize(("answer", "status"), [(True, "succeeded"), (False, "stopped")])
def test_whoever_is_asked_decides_about_a_first_write(
    tmp_path: Path, answer: bool, status: str
) -> None:
    world = ruled(tmp_path, "max_changes = { share = 0.05 }")
    world.write("scores.csv", "contact_id,score\nada,12\n")
    questions: list[str] = []

    def confirm(question: str) -> bool:
        questions.append(question)
        return answer

    with open_workspace(world.config) as workspace:
        assert sync(workspace, confirm=confirm).status == status
    assert ["first write: 4 of 4" in question for question in questions] == [True]
    assert (len(world.rows()) == 4) is answer


def test_a_first_write_to_a_new_file_just_happens(tmp_path: Path) -> None:
    world = ruled(tmp_path, "max_changes = { share = 0 }")
    assert world.sync("--as-of", DAY)["sources"]["crm"]["written"] == 4


def test_too_many_stages_stop_a_run(tmp_path: Path) -> None:
    world = staged(tmp_path, 'stages = "write"\nmax_changes = { stages = 1 }')
    stopped = world.sync("--as-of", DAY, status=1)
    assert "2 stages would be written" in stopped["errors"][0]
    assert not world.output.exists()
    world.change("config.toml", "stages = 1", "stages = 2")
    world.sync("--as-of", DAY)


# -- stages in a file


def test_stages_are_off_until_they_are_asked_for(tmp_path: Path) -> None:
    world = staged(tmp_path, "")
    world.sync("--as-of", DAY)
    assert {"stage", "suggested_stage"}.isdisjoint(world.rows()["ada"])


@pytest.mark.parametrize(("mode", "name"), [("write", "stage"), ("suggest", "suggested_stage")])
def test_a_stage_comes_only_after_what_from_lists(tmp_path: Path, mode: str, name: str) -> None:
    world = staged(tmp_path, f'stages = "{mode}"')
    before = (tmp_path / "contacts.csv").read_bytes()
    world.sync("--as-of", DAY)
    # bob is a customer, cyd is excluded, dan is not hot.
    expected = {"ada": "MQL", "bob": "", "cyd": "", "dan": "", "eve": "MQL"}
    assert column(world, name) == expected
    assert (tmp_path / "contacts.csv").read_bytes() == before
    assert world.sync("--as-of", DAY)["sources"]["crm"]["written"] == 0
    assert world.leads()["ada"]["stage"] == "mql"
    assert world.leads()["dan"]["stage"] is None
    world.change("contacts.csv", "2024-04-01,Lead", "2024-04-09,Working")
    world.sync("--as-of", DAY)
    assert column(world, name) == {**expected, "ada": ""}


def test_the_plan_says_why_a_stage_stays(tmp_path: Path) -> None:
    world = staged(tmp_path, 'stages = "write"', LINES.replace(', ""', ""))
    plan = world.run("plan", "--as-of", DAY, "--json").document["plan"]["crm"]
    assert plan["stages"]["refused"] == [
        {"stage": "mql", "reason": "Stage is 'Customer', which from does not list", "contacts": 1},
        {"stage": "mql", "reason": 'Stage is empty, and from does not list ""', "contacts": 1},
    ]
    assert plan["stages"]["written"] == [{"stage": "MQL", "contacts": 1}]
    said = world.run("plan", "--as-of", DAY).out
    assert "MQL" in said
    assert "Stage is 'Customer'" in said


def test_a_mapped_field_is_read_once_and_serves_as_the_stage(tmp_path: Path) -> None:
    world = staged(tmp_path, 'stages = "write"')
    world.change("config.toml", 'email = "Email"', 'email = "Email"\nlifecycle_stage = "Stage"')
    world.sync("--as-of", DAY)
    assert column(world, "stage")["ada"] == "MQL"


def test_switching_off_empties_what_nobody_looks_after(tmp_path: Path) -> None:
    world = staged(tmp_path, 'stages = "write"')
    world.sync("--as-of", DAY)
    world.change("config.toml", '"write"', '"suggest"')
    world.sync("--as-of", DAY)
    assert column(world, "stage")["ada"] == ""
    assert column(world, "suggested_stage")["ada"] == "MQL"
    world.change("config.toml", '"suggest"', '"off"')
    world.sync("--as-of", DAY)
    assert column(world, "suggested_stage")["ada"] == ""
    assert world.sync("--as-of", DAY)["sources"]["crm"]["written"] == 0


# -- names of output fields


def test_outputs_go_under_the_names_of_the_source(tmp_path: Path) -> None:
    names = '[sources.crm.write]\nscore = "Lead score"\ngrade = "Lead grade"\n'
    world = make_world(tmp_path, CONFIG + names)
    world.write("scores.csv", "contact_id,score,Lead score\nada,mine,3\n")
    world.sync("--as-of", DAY)
    ada = world.rows()["ada"]
    assert (ada["Lead score"], ada["Lead grade"], ada["score"]) == ("85", "A1", "mine")
    assert world.sync("--as-of", DAY)["sources"]["crm"]["written"] == 0
    world.change("config.toml", "Lead score", "Points")
    assert world.sync("--as-of", DAY)["sources"]["crm"]["written"] == 3  # cyd has no score
    assert world.rows()["ada"]["Points"] == "85"


# -- a CRM that people work in

LIVE = """
workspace = "var"
models = ["model.toml"]
[plugins]
files = ["live_crm.py"]
[write]
stages = "write"
[sources.crm]
connector = "live"
file = "crm.json"
[sources.crm.fields]
job_title = "Title"
company.employees = "Staff"
[sources.crm.stages]
mql = { field = "Stage", write = "MQL", from = ["Lead"] }
[sources.crm.write]
score = "Points"
"""
COLD_MODEL = STAGED.replace("from = 60\nrelease = 50", "from = 30\nrelease = 30")


def live(folder: Path, config: str = LIVE) -> World:
    """Four contacts in a live CRM, all hot by their facts alone; d is a customer."""
    folder.mkdir(exist_ok=True)
    world = World(folder)
    plugin = Path(__file__).with_name("live_crm.py").read_text("utf-8")
    for name, text in (
        ("config.toml", config),
        ("model.toml", COLD_MODEL),
        ("live_crm.py", plugin),
    ):
        world.write(name, text)
    contact = {"Title": "Head of IT", "Staff": "100"}
    stages = {"a": "Lead", "b": "Lead", "c": "Lead", "d": "Customer"}
    save(world, {"contacts": {n: {**contact, "Stage": s} for n, s in stages.items()}})
    return world


def crm(world: World) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((world.folder / "crm.json").read_text("utf-8"))
    return data


def save(world: World, data: dict[str, Any]) -> None:
    world.write("crm.json", json.dumps(data))


def stages_of(world: World) -> dict[str, str]:
    return {name: each["Stage"] for name, each in crm(world)["contacts"].items()}


def test_a_stage_goes_into_the_crms_own_field_once(tmp_path: Path) -> None:
    world = live(tmp_path)
    assert world.sync("--as-of", DAY)["sources"]["crm"]["written"] == 4
    assert stages_of(world) == {"a": "MQL", "b": "MQL", "c": "MQL", "d": "Customer"}
    assert world.sync("--as-of", DAY)["sources"]["crm"]["written"] == 0
    assert crm(world)["stages_written"] == ["a", "b", "c"]
    assert crm(world)["contacts"]["a"]["Points"] == 35


def test_what_sales_work_on_stays_and_what_they_give_back_moves_again(tmp_path: Path) -> None:
    world = live(tmp_path)
    world.sync("--as-of", DAY)
    data = crm(world)
    data["contacts"]["a"]["Stage"] = "SQL"
    data["contacts"]["b"]["Stage"] = "Lead"
    save(world, data)
    world.sync("--as-of", DAY)
    assert stages_of(world) == {"a": "SQL", "b": "MQL", "c": "MQL", "d": "Customer"}


def test_a_first_write_to_a_live_crm_is_asked_about(tmp_path: Path) -> None:
    world = live(tmp_path, LIVE.replace("[write]", "[write]\nmax_changes = {}"))
    before = crm(world)
    stopped = world.sync("--as-of", DAY, status=1)
    assert "first write: 4 of 4 contacts" in stopped["errors"][0]
    assert crm(world) == before
    assert world.sync("--as-of", DAY, "--allow-changes")["sources"]["crm"]["written"] == 4
    assert world.sync("--as-of", DAY)["status"] == "succeeded"


def test_a_stage_in_doubt_is_read_again_before_it_is_repeated(tmp_path: Path) -> None:
    world = live(tmp_path)
    save(world, {**crm(world), "die_after": 1})
    assert run_process("sync", "--as-of", DAY, "-c", str(world.config)).status == 9
    assert crm(world)["stages_written"] == ["a"]  # and the ledger does not know
    data = crm(world)
    data["contacts"]["a"]["Stage"] = "SQL"  # sales took it up at once
    save(world, {**data, "die_after": None})
    assert open_intents(world) == 1
    world.sync("--as-of", DAY)
    assert stages_of(world) == {"a": "SQL", "b": "MQL", "c": "MQL", "d": "Customer"}
    assert crm(world)["stages_written"] == ["a", "b", "c"]
    assert open_intents(world) == 0


def open_intents(world: World) -> int:
    connection = sqlite3.connect(world.folder / "var" / "ledger.db")
    try:
        query = "SELECT count(*) FROM intents WHERE settled_at IS NULL"
        return int(connection.execute(query).fetchone()[0])
    finally:
        connection.close()


# -- sales

SALES = """
[sales]
pin = "score_pin"
pin_until = "score_pin_until"
reset_at = "recycled_at"
"""


def voiced(folder: Path, rows: str, fields: str = "") -> World:
    """A workspace whose contacts have the columns of `[sales]`."""
    config = CONFIG.replace("[sources.crm]\n", f"{fields}{SALES}\n[sources.crm]\n", 1)
    world = make_world(folder, config)
    heads = "Id,Email,Title,Employees,Changed,score_pin,score_pin_until,recycled_at\n"
    world.write("contacts.csv", heads + rows)
    return world


def explained(world: World, contact: str, *arguments: str) -> dict[str, Any]:
    """`explain --json`, whose rows must add up to the score."""
    done = world.run("explain", contact, "--json", *arguments)
    assert done.status == 0, done.err
    document: dict[str, Any] = done.document
    assert sum(row["points"] for row in document["rows"]) == (document["score"] or 0)
    return document


@pytest.mark.parametrize(
    ("pin", "score", "temperature"),
    [
        ("hot", 10, "hot"),
        (" HOT ", 10, "hot"),
        ("\thot", 10, "hot"),
        ("cold", 10, "cold"),
        ("90", 90, "hot"),
        ("24.5", 25, "warm"),
        ("1e9", 100, "hot"),
        ("-5", 0, "cold"),
        ("lukewarm", 10, "cold"),
        ("nan", 10, "cold"),
        ("", 10, "cold"),
    ],
)
def test_a_pin_is_a_label_or_a_score(
    tmp_path: Path, pin: str, score: int, temperature: str
) -> None:
    world = voiced(tmp_path, f"bob,,,,,{pin},,\n")
    world.sync("--as-of", DAY)
    lead = world.leads()["bob"]
    assert (lead["score"], lead["temperature"]) == (score, temperature)
    rows = explained(world, "bob")["rows"]
    pins = [row["points"] for row in rows if row["rule"] == "Pinned by sales"]
    assert pins == ([] if pin in ("lukewarm", "nan", "") else [score - 10])


@pytest.mark.parametrize("pin", ["lukewarm", "nan", "9 points"])
def test_a_pin_that_cannot_be_read_is_told_and_nothing_is_pinned(tmp_path: Path, pin: str) -> None:
    world = voiced(tmp_path, f"bob,,,,,{pin},,\nada,,,,,90,,\n")
    done = world.run("sync", "--as-of", DAY)
    assert done.status == 0
    assert (
        f"quarantined from crm: contacts.csv:2: score_pin: '{pin}' is no number of points and none "
        "of the labels hot, warm, cold; nothing is pinned for this record"
    ) in done.out
    assert world.scores() == {"bob": "10", "ada": "90"}
    assert quarantined(world) == 1
    world.sync("--as-of", DAY)
    assert quarantined(world) == 1


def test_a_time_of_sales_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    world = voiced(tmp_path, "bob,,,,,90,soon,\nada,,,,,90,,tomorrow\ndan,,,,,,31.31.2024,\n")
    told = " ".join(world.run("sync", "--as-of", DAY).out.split())
    for place, word in (("2", "soon"), ("3", "tomorrow"), ("4", "31.31.2024")):
        assert f"quarantined from crm: contacts.csv:{place}" in told
        assert f"'{word}'" in told
    # A pin whose end cannot be read is none, or it would never end.
    assert world.scores() == {"bob": "10", "ada": "90", "dan": "0"}
    assert quarantined(world) == 3


def test_a_pin_is_read_anew_when_its_label_goes(tmp_path: Path) -> None:
    world = voiced(tmp_path, "bob,,,,,hot,,\n")
    world.sync("--as-of", DAY)
    assert quarantined(world) == 0
    world.change("model.toml", 'name = "hot"', 'name = "burning"')
    world.sync("--as-of", DAY)
    assert quarantined(world) == 1
    world.change("model.toml", 'name = "burning"', 'name = "hot"')
    world.sync("--as-of", DAY)
    assert world.leads()["bob"]["temperature"] == "hot"


def quarantined(world: World) -> int:
    """How many records `status` says are in quarantine."""
    count: int = world.run("status", "--json").document["sources"]["crm"]["quarantined"]
    return count


def test_a_pin_ends_after_its_last_day(tmp_path: Path) -> None:
    world = voiced(tmp_path, "bob,,,,,90,2024-05-03,\n")
    scores = {}
    for day in ("2024-05-01", "2024-05-03", "2024-05-04"):
        world.sync("--as-of", day)
        scores[day] = world.scores()["bob"]
    assert scores == {"2024-05-01": "90", "2024-05-03": "90", "2024-05-04": "8"}
    assert "Pinned by sales" in str(explained(world, "bob", "--as-of", "2024-05-03")["rows"])
    assert explained(world, "bob")["temperature"] == "cold"


def test_an_exclusion_is_stronger_than_a_pin(tmp_path: Path) -> None:
    world = voiced(tmp_path, "cyd,cyd@rival.example,,,,90,,\n")
    world.sync("--as-of", DAY)
    answer = explained(world, "cyd")
    assert (answer["score"], answer["temperature"]) == (None, "dead")


@pytest.mark.parametrize(
    ("reset", "score"),
    [("", 35 + 50), ("2024-05-01", 85), ("2024-05-01T10:30:00Z", 65), ("2024-05-09", 85)],
)
@pytest.mark.parametrize("kind", ["instant", "date"])
def test_engagement_counts_from_a_reset_on(
    tmp_path: Path, reset: str, score: int, kind: str
) -> None:
    world = voiced(
        tmp_path,
        f"ada,,Head of IT,200,,,,{reset}\nbob,,,,,,,\n",
        f'[fields]\nrecycled_at = "{kind}"\n',
    )
    world.sync("--as-of", DAY)
    if kind == "date" and "T" in reset:
        score = 85  # that day counts from its beginning
    assert (world.scores()["ada"], world.scores()["bob"]) == (str(score), "10")
    assert explained(world, "ada")["score"] == score


def test_a_reset_to_the_next_day_takes_what_was_before(tmp_path: Path) -> None:
    world = voiced(tmp_path, "ada,,Head of IT,200,,,,2024-05-02\n")
    world.sync("--as-of", "2024-05-02")
    assert world.scores()["ada"] == "35"


# -- wrong settings

WRONG = [
    ("[write]", "[write]\nmin_change = -1", "write.min_change: must be at least 0"),
    ("[write]", '[write]\nat_least_every = "soon"', "write.at_least_every"),
    (
        "[write]",
        "[write]\nmax_changes = { share = 5 }",
        "write.max_changes.share: must be at most 1",
    ),
    ("[write]", '[write]\nmax_changes = { first = "no" }', "must be 'ask' or 'allow'"),
    ("[write]", "[write]\nmin_chnage = 3", "did you mean 'min_change'"),
    ('stages = "write"', 'stages = "always"', "write.stages: must be"),
    (
        "mql = {",
        "mqll = {",
        "no temperature of the model names the stage 'mqll'; did you mean 'mql'",
    ),
    (LINES, "", "no source says how to write the stage 'mql' of temperature 'hot'"),
    ('field = "Stage", ', "", "sources.crm.stages.mql.field"),
    ('from = ["Lead", ""]', "from = []", "sources.crm.stages.mql.from"),
    (LINES, LINES + '[sources.crm.write]\nscoer = "x"\n', "leadline writes no 'scoer'"),
    (
        LINES,
        LINES + '[sources.crm.write]\nscore = "Email"\n',
        "'Email' is where email is read from",
    ),
    (LINES, LINES + '[sources.crm.write]\nscore = "Stage"\n', "field of the stage 'mql'"),
    (
        LINES,
        LINES + '[sources.crm.write]\nscore = "x"\nfit = "x"\n',
        "'x' is given to score already",
    ),
    ("[write]", '[sales]\npin = "consent"\n[write]', "'consent' is a fact of type boolean"),
    ("[write]", '[sales]\npin_until = "until"\n[write]', "there is no 'pin': add it"),
    ("[write]", '[sales]\npin = "Score pin"\n[write]', "'Score pin' cannot be a field's name"),
]


@pytest.mark.parametrize(("old", "new", "message"), WRONG)
def test_a_wrong_setting_is_told_with_its_place(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    world = staged(tmp_path, 'stages = "write"')
    world.change("config.toml", old, new)
    done = world.run("sync")
    assert done.status == 2
    assert message in done.error
    assert "config.toml:" in done.error
    assert not (tmp_path / "var").exists()


def test_stages_without_a_label_that_names_one_are_told(tmp_path: Path) -> None:
    world = ruled(tmp_path, 'stages = "suggest"')
    assert "no temperature of the model names a stage" in world.run("sync").error


def test_a_connector_that_cannot_write_stages_says_so(tmp_path: Path) -> None:
    world = live(tmp_path)
    world.change("live_crm.py", "stages=Support.FULL, ", "")
    done = world.run("sync")
    assert done.status == 2
    assert "connector 'live' cannot write stages yet" in done.error
