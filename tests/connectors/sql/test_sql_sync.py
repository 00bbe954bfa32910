"""A whole sync by the command's own door, out of PostgreSQL and back into it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.e2e.world import DAY, MODEL, SCORES, Result, World, run_here

from .conftest import PASSWORD, MakePostgres
from .sql_crm import PostgresCrm

CONFIG = """
workspace = "var"
models = ["model.toml"]
time_zone = "UTC"
{write}
[sources.crm]
connector = "sql"
url = "${{CRM_URL}}"

[sources.crm.contacts]
query = "SELECT * FROM {schema}.people"
id = "contact_id"
cursor = "updated_at"

[sources.crm.activities]
query = "SELECT * FROM {schema}.events"
cursor = "learned_at"
id = "activity_id"

[sources.crm.output]
{output}

[sources.crm.fields]
"company.employees" = "salary"
{more}
"""

# Stages are written into a column of leadline's own.
STAGES = """
[sources.crm.stages]
mql = { field = "company", write = "MQL", from = ["", "Lead"] }
"""


@pytest.fixture
def crm(make_postgres: MakePostgres, monkeypatch: pytest.MonkeyPatch) -> PostgresCrm:
    made = make_postgres()
    monkeypatch.setenv("CRM_URL", made.url)
    people, events = made.table("people"), made.table("events")
    made.run(f"DROP TABLE {made.table('lead_scores')}")
    made.run(
        f"INSERT INTO {people} (contact_id, email, job_title, salary, updated_at) VALUES "
        "('ada', 'ada@north.example', 'Head of IT', 200, '2024-04-01'), "
        "('bob', 'bob@south.example', 'Developer', 10, '2024-04-02'), "
        "('cyd', 'cyd@rival.example', 'Head of Sales', 80, '2024-04-03'), "
        "('dan', NULL, NULL, NULL, '2024-04-04')"
    )
    made.run(
        f"INSERT INTO {events} (activity_id, contact_id, type, occurred_at, url, learned_at) "
        "VALUES "
        "('1', 'ada', 'page_view', '2024-05-01T10:00Z', 'https://x.example/pricing', now()), "
        "('2', 'ada', 'demo_request', '2024-05-01T11:00Z', NULL, now()), "
        "('3', 'bob', 'page_view', '2024-04-21T10:00Z', 'https://x.example/pricing', now())"
    )
    return made


def world_of(
    crm: PostgresCrm, folder: Path, *, output: str, write: str = "", more: str = ""
) -> World:
    world = World(folder)
    config = CONFIG.format(schema=crm.schema, output=output, write=write, more=more)
    world.write("config.toml", config)
    world.write("model.toml", MODEL)
    return world


def run(world: World, *arguments: str) -> Result:
    return run_here(*arguments, "-c", str(world.config))


def scores(rows: Mapping[str, Mapping[str, object]]) -> dict[str, str]:
    texts = {key: row["score"] for key, row in rows.items()}
    return {key: "" if score is None else str(score) for key, score in texts.items()}


def test_a_whole_sync_makes_its_table_and_the_second_writes_nothing(
    crm: PostgresCrm, tmp_path: Path
) -> None:
    world = world_of(crm, tmp_path, output=f'table = "{crm.table("lead_scores")}"')
    before = run(world, "sync", "--as-of", DAY)
    assert before.status == 1
    assert "leadline check --fix" in before.err
    fixed = run(world, "check", "--fix", "--yes")
    assert fixed.status == 0, fixed.out + fixed.err
    first = run(world, "sync", "--json", "--as-of", DAY)
    assert first.status == 0, first.err
    assert scores(crm.read_back()) == SCORES
    told = first.document["sources"]["crm"]
    assert told["written"] == 4
    assert told["api_calls"] > 0
    second = run(world, "sync", "--json", "--as-of", DAY)
    assert second.document["sources"]["crm"]["written"] == 0
    for each in (before, fixed, first, second):
        assert PASSWORD not in each.out + each.err
    for path in world.folder.rglob("*"):
        assert not path.is_file() or PASSWORD.encode() not in path.read_bytes(), path


def test_a_score_that_is_changed_by_hand_is_written_again(crm: PostgresCrm, tmp_path: Path) -> None:
    scores_table, people = crm.table("lead_scores"), crm.table("people")
    world = world_of(crm, tmp_path, output=f'table = "{scores_table}"')
    run(world, "check", "--fix", "--yes")
    run(world, "sync", "--as-of", DAY)
    crm.run(f"UPDATE {scores_table} SET score = 1 WHERE contact_id = 'ada'")
    crm.run(f"UPDATE {people} SET updated_at = now() WHERE contact_id = 'ada'")
    again = run(world, "sync", "--json", "--as-of", DAY)
    assert again.document["sources"]["crm"]["written"] == 1
    assert scores(crm.read_back()) == SCORES


def test_a_stage_goes_into_a_column_that_check_makes(crm: PostgresCrm, tmp_path: Path) -> None:
    world = world_of(
        crm,
        tmp_path,
        output=f'table = "{crm.table("lead_scores")}"',
        write='[write]\nstages = "write"\n',
        more=STAGES,
    )
    world.change("model.toml", "release = 50\n", 'release = 50\nstage = "mql"\n')
    assert run(world, "check", "--fix", "--yes").status == 0
    done = run(world, "sync", "--as-of", DAY)
    assert done.status == 0, done.err
    stages = {key: row["stage"] for key, row in crm.read_back().items()}
    assert stages == {"ada": "MQL", "bob": None, "cyd": None, "dan": None}
