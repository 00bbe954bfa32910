"""Several models side by side: each has its audience, its fields, and its place in a command."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.world import DAY, World, make_world

CONFIG = """
workspace = "var"
models = ["b2b.toml", "b2c.toml"]
time_zone = "UTC"

[write]
stages = "suggest"

[fields]
consumer = "boolean"

[sources.crm]
connector = "csv"
contacts = "contacts.csv"
activities = "activities.csv"
output = "scores.csv"

[sources.crm.stages]
mql = { field = "stage", write = "MQL", from = ["", "Lead"] }
buyer = { field = "stage", write = "Buyer", from = ["", "Lead", "MQL"] }
"""

B2B = """
name = "b2b"
for = "consumer IS NOT TRUE"
[dimensions.fit]
max = 100
[[rules]]
name = "Chief"
dimension = "fit"
when = "job_title = 'CTO'"
points = 60
[[temperatures]]
name = "hot"
from = 50
stage = "mql"
[[temperatures]]
name = "cold"
from = 0
"""

B2C = """
name = "b2c"
for = "consumer"
output = "b2c"
[dimensions.interest]
max = 100
[[rules]]
name = "Cart"
dimension = "interest"
activity = "cart_add"
points = 70
[[temperatures]]
name = "hot"
from = 50
stage = "buyer"
[[temperatures]]
name = "cold"
from = 0
"""

CONTACTS = """contact_id,email,job_title,consumer,stage
ada,ada@north.example,CTO,false,Lead
bob,bob@home.example,,true,Lead
eve,eve@home.example,CTO,,Lead
"""

ACTIVITIES = """activity_id,contact_id,type,occurred_at
1,bob,cart_add,2024-04-30T10:00:00Z
2,eve,cart_add,2024-04-30T10:00:00Z
"""


@pytest.fixture
def two(tmp_path: Path) -> World:
    """Businesses and consumers in one CRM, synced once."""
    world = make_world(tmp_path / "two", CONFIG, B2B)
    for name, text in (
        ("b2b.toml", B2B),
        ("b2c.toml", B2C),
        ("contacts.csv", CONTACTS),
        ("activities.csv", ACTIVITIES),
    ):
        world.write(name, text)
    world.sync("--as-of", DAY)
    return world


def scores(world: World) -> dict[str, tuple[str, str, str]]:
    """Contact → the score by each model, and the stage that is suggested."""
    return {
        contact: (row["score"], row["b2c_score"], row["suggested_stage"])
        for contact, row in world.rows().items()
    }


def test_each_model_writes_to_fields_of_its_own(two: World) -> None:
    assert scores(two) == {
        "ada": ("60", "", "MQL"),
        "bob": ("", "70", "Buyer"),
        "eve": ("60", "", "MQL"),
    }
    assert two.rows()["bob"]["b2c_reasons"] == "Cart +70"
    assert two.rows()["bob"]["temperature"] == ""


def test_the_second_sync_writes_nothing(two: World) -> None:
    before = two.output.stat()
    done = two.sync("--as-of", DAY)
    assert [model["name"] for model in done["models"]] == ["b2b", "b2c"]
    assert (done["sources"]["crm"]["written"], done["sources"]["crm"]["unchanged"]) == (0, 3)
    after = two.output.stat()
    assert (after.st_mtime_ns, after.st_ino) == (before.st_mtime_ns, before.st_ino)


def test_a_contact_that_changes_audience_changes_fields(two: World) -> None:
    two.change("contacts.csv", "eve@home.example,CTO,,Lead", "eve@home.example,CTO,true,Lead")
    assert two.sync("--as-of", DAY)["sources"]["crm"]["written"] == 1
    assert scores(two)["eve"] == ("", "70", "Buyer")
    assert two.rows()["eve"]["temperature"] == ""


def test_a_contact_that_leaves_every_audience_is_emptied_once(two: World) -> None:
    two.change("b2b.toml", "consumer IS NOT TRUE", "consumer = false")
    assert two.sync("--as-of", DAY)["sources"]["crm"]["written"] == 1
    assert scores(two)["eve"] == ("", "", "")
    assert two.sync("--as-of", DAY)["sources"]["crm"]["written"] == 0


def test_the_model_named_first_is_heard_about_the_stage(two: World) -> None:
    two.change("b2b.toml", 'for = "consumer IS NOT TRUE"', "")
    two.change("b2c.toml", 'for = "consumer"', "")
    two.sync("--as-of", DAY)
    assert scores(two) == {
        "ada": ("60", "0", "MQL"),
        "bob": ("0", "70", "Buyer"),
        "eve": ("60", "70", "MQL"),
    }


def test_commands_speak_of_the_first_model_or_of_the_one_that_is_named(two: World) -> None:
    assert [lead["contact_id"] for lead in two.run("leads", "--json").document] == ["ada", "eve"]
    (bob,) = two.run("leads", "--json", "--model", "b2c").document
    assert (bob["contact_id"], bob["score"], bob["stage"]) == ("bob", 70, "buyer")
    explained = two.run("explain", "bob", "--model", "b2c", "--json").document
    assert sum(row["points"] for row in explained["rows"]) == explained["score"] == 70
    assert "Model b2c" in two.run("model", "sql", "--model", "b2c").out
    assert "Model b2b" in two.run("model", "sql").out
    found = two.run("status", "--json").document
    assert {each["name"]: each["temperatures"] for each in found["models"]} == {
        "b2b": {"hot": 2},
        "b2c": {"hot": 1},
    }
    said = {each["subject"]: each["detail"] for each in two.run("check", "--json").document}
    assert said["b2b: rule Chief"] == "2 of 2 contacts"
    assert said["b2c: rule Cart"] == "1 of 1 contacts"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            ("explain", "bob"),
            "not in the audience of model 'b2b': it is scored by another, --model b2c",
        ),
        (("leads", "--model", "b2x"), "no model is named 'b2x'; the config has 'b2b', 'b2c'"),
        (("model", "sql", "--model", "b2x"), "no model is named 'b2x'"),
    ],
)
def test_asking_the_wrong_model_says_which_to_ask(
    two: World, arguments: tuple[str, ...], says: str
) -> None:
    done = two.run(*arguments)
    assert done.status == 2
    assert says in done.error


def test_who_left_an_audience_is_told_where_the_score_is(two: World) -> None:
    two.change("contacts.csv", "bob@home.example,,true", "bob@home.example,,false")
    two.sync("--as-of", DAY)
    done = two.run("explain", "bob", "--model", "b2c")
    assert done.status == 2
    assert (
        "has left the audience of model 'b2c': it is scored by another, --model b2b" in done.error
    )


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('output = "b2c"\n', "", "would both write the field 'score': add output = \"b2c\""),
        ('name = "b2c"', 'name = "b2b"', "two models are named 'b2b'"),
    ],
)
def test_models_that_are_in_each_others_way_are_refused(
    two: World, old: str, new: str, says: str
) -> None:
    two.change("b2c.toml", old, new)
    done = two.run("check")
    assert done.status == 2
    assert says in done.error
    assert "models[1]" in done.error


def test_a_draft_is_held_against_the_model_of_its_name(two: World) -> None:
    draft = two.write("draft.toml", B2C.replace("points = 70", "points = 40"))
    found = two.run("plan", "--model", str(draft), "--json", "--as-of", DAY).document
    assert (found["old"]["name"], found["contacts"], found["changed"]) == ("b2c", 1, 1)
    assert found["plan"]["crm"] == {"changes": 1, "unchanged": 2}
    two.write("b2c.toml", draft.read_text("utf-8"))
    two.sync("--as-of", DAY)
    assert scores(two)["bob"] == ("", "40", "")


def test_a_kept_plan_holds_all_models(two: World) -> None:
    two.change("activities.csv", "2,eve,", "2,bob,")
    two.change("contacts.csv", "ada@north.example,CTO", "ada@north.example,CFO")
    plan = two.folder / "both.plan"
    assert two.run("plan", "--out", str(plan), "--as-of", DAY).status == 0
    model = (two.folder / "b2c.toml").read_text("utf-8")
    two.change("b2c.toml", "points = 70", "points = 20")
    refused = two.run("apply", str(plan))
    assert refused.status == 2
    assert "b2c.toml is b2c" in refused.error
    two.write("b2c.toml", model)
    assert two.run("apply", str(plan)).status == 0
    assert scores(two)["ada"] == ("0", "", "")
    assert scores(two)["bob"] == ("", "100", "Buyer")


def test_too_many_changes_of_any_model_stop_the_run(two: World) -> None:
    two.change("config.toml", "[write]", "[write]\nmax_changes = { share = 0.2 }")
    two.change("b2c.toml", "points = 70", "points = 50")
    stopped = two.sync("--as-of", DAY, status=1)
    assert stopped["status"] == "stopped"
    assert "1 of 3 contacts (33.3%) would change beyond ageing" in stopped["errors"][0]
    assert scores(two)["bob"] == ("", "70", "Buyer")
