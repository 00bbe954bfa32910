"""The ledger in PostgreSQL, with a password that nobody gets to see."""

from __future__ import annotations

import pytest

from tests.e2e.world import DAY, SCORES, Result, World, run_process

PASSWORD = "kingfisher-at-dusk"


def with_ledger(world: World, url: str) -> World:
    world.change("config.toml", 'workspace = "var"', f'workspace = "var"\nledger = "{url}"')
    return world


def sync(world: World) -> Result:
    return run_process(
        "sync", "--as-of", DAY, "-c", str(world.config), env={"DB_PASSWORD": PASSWORD}
    )


def test_a_whole_sync_with_its_ledger_in_postgres(
    world: World, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DB_PASSWORD", PASSWORD)
    with_ledger(world, database.replace("postgres:@", "postgres:${DB_PASSWORD}@"))
    assert "${DB_PASSWORD}" in world.config.read_text("utf-8")
    first, second = sync(world), sync(world)
    assert (first.status, second.status) == (0, 0), first.err + second.err
    assert world.scores() == SCORES
    said = [world.run(command, "--json") for command in ("runs", "status", "check")]
    assert [run["status"] for run in said[0].document] == ["succeeded", "succeeded"]
    assert said[0].document[0]["summary"]["sources"]["crm"]["written"] == 0
    for each in (first, second, *said):
        assert PASSWORD not in each.out + each.err
    assert not (world.folder / "var" / "ledger.db").exists()
    for path in world.folder.rglob("*"):
        assert not path.is_file() or PASSWORD.encode() not in path.read_bytes(), path


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://leadline:${DB_PASSWORD}@127.0.0.1:1/leads",
        "postgresql://leadline:${DB_PASSWORD}@no-such-host.invalid/leads",
        "postgresql://lead@line:${DB_PASSWORD}@127.0.0.1:1/leads",
        "mysql://leadline:${DB_PASSWORD}@127.0.0.1:1/leads",
    ],
)
def test_a_ledger_out_of_reach_is_told_without_the_password(world: World, url: str) -> None:
    done = sync(with_ledger(world, url))
    assert done.status in (1, 2)
    assert "ledger" in done.error
    assert PASSWORD not in done.out + done.err
    assert not world.output.exists()


def test_a_password_that_is_not_set_is_named_by_its_variable(world: World) -> None:
    with_ledger(world, "postgresql://leadline:${LEADLINE_NO_SUCH}@127.0.0.1:1/leads")
    done = world.run("sync")
    assert done.status == 2
    assert "LEADLINE_NO_SUCH" in done.error
