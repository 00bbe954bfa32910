"""`leadline plugins list` and `plugins check`, on plugins that keep the contract or do not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from leadline.cli import asking
from tests.cli.shop import SHOP, TABLES
from tests.e2e.world import CONFIG, World, make_world

SECRET = "s3cret-of-the-shop"
HELD = '{"ada": {"score": 70, "fit": 40, "engagement": 30, "grade": "A1"}}'


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A workspace with a source of files, and one of a plugin that is a file."""
    world = make_world(tmp_path / "world", CONFIG + TABLES)
    world.write("shop.py", SHOP)
    return world


def listed(world: World) -> dict[str, Any]:
    return {each["name"]: each for each in world.run("plugins", "list", "--json").document}


def checked(world: World, *arguments: str, status: int) -> dict[str, Any]:
    """The findings about the shop by their subject."""
    done = world.run("plugins", "check", "shop", "--json", *arguments)
    assert done.status == status, done
    return {each["subject"].removeprefix("shop: "): each for each in done.document}


def wrong(found: dict[str, Any]) -> dict[str, str]:
    return {subject: each["detail"] for subject, each in found.items() if not each["ok"]}


def test_the_list_says_what_each_connector_can_do(world: World) -> None:
    shop = listed(world)["shop"]
    assert (shop["state"], shop["contract"]) == ("enabled", "v1")
    assert shop["connectors"] == ["shop"]
    assert shop["capabilities"]["shop"] == {
        "activities": "full",
        "companies": "not implemented",
        "deletes": "not implemented",
        "merges": "unsupported",
        "history": "not implemented",
        "write": "full",
        "batch_size": 100,
        "stages": "not implemented",
        "live": False,
    }


def test_a_plugin_that_is_a_file_is_there_once_and_in_order(world: World) -> None:
    names = [each["name"] for each in world.run("plugins", "list", "--json").document]
    assert names.count("shop") == 1
    found = {each["subject"]: each for each in world.run("check", "--json").document}
    assert "plugin shop" not in found


def test_the_list_fits_into_80_columns(world: World) -> None:
    out = world.run("plugins", "list", columns=80).out
    lines = [line.rstrip() for line in out.splitlines() if not line.startswith("installed: ")]
    assert max(map(len, lines)) <= 80, out
    (row,) = [line for line in lines if line.startswith("shop") and "merges" in line]
    assert row.index("activities") < row.index("merges") < row.index("companies")
    assert "…" not in out


def test_the_list_says_what_is_installed_and_not_run_and_why_another_failed(world: World) -> None:
    world.write("shop.py", "raise OSError('no licence [/red]')")
    found = listed(world)
    assert found["hubspot"]["state"] == "installed"
    assert (found["hubspot"]["hooks"], found["hubspot"]["capabilities"]) == ([], {})
    assert found["shop"]["state"] == "refused"
    out = world.run("plugins", "list", columns=80).out
    assert "refused: shop: could not be imported: OSError: no licence [/red]" in out
    assert "installed: not named in the config" in out


def test_a_plugin_that_cannot_be_set_up_is_listed_as_failed_and_the_others_stay(
    world: World,
) -> None:
    source = """
        from leadline.hookspecs import Extension, hookimpl
        from pydantic import BaseModel, ConfigDict

        class Settings(BaseModel):
            model_config = ConfigDict(extra="forbid")

        def fail(plugin):
            raise OSError("no disk")

        @hookimpl
        def register_extension():
            return Extension(Settings, fail)
    """
    world.write("odd.py", "\n".join(line[8:] for line in source.splitlines()))
    world.change("config.toml", '["shop.py"]', '["shop.py", "odd.py"]')
    found = listed(world)
    assert (found["odd"]["state"], found["shop"]["state"]) == ("failed", "enabled")
    assert "no disk" in found["odd"]["reason"]


def test_a_source_that_keeps_the_contract_has_nothing_wrong(world: World) -> None:
    before = sorted(world.folder.rglob("*"))
    found = checked(world, status=0)
    assert wrong(found) == {}
    assert found["contacts: fetch"]["detail"] == "5 rows in 3 batches, all there are"
    assert found["contacts: resuming"]["detail"].startswith("from 3 checkpoints")
    assert found["companies"]["detail"] == "not tried: declared as not implemented"
    assert "write" not in found
    assert [
        each for each in sorted(world.folder.rglob("*")) if "__pycache__" not in each.parts
    ] == [each for each in before if "__pycache__" not in each.parts], (
        "a check that writes nothing leaves nothing behind"
    )


def test_no_more_batches_are_read_than_were_asked_for(world: World) -> None:
    found = checked(world, "--batches", "2", status=0)
    assert found["contacts: fetch"]["detail"] == "4 rows in 2 batches, there are more"


FAULTS = {
    "a setting is not described": (
        *('Field(description="The token.")', "Field()"),
        *("settings", "without a description: token"),
    ),
    "the check says nothing": (
        *('yield Finding("shop", True, "open")', "return []"),
        *("check", "says nothing"),
    ),
    "the check is not in order": (
        *('"shop", True, "open"', '"shop", False, "shut"'),
        *("check", "shop: shut"),
    ),
    "a contact has no id": (
        'rows = pa.table({"contact_id": ids,',
        'rows = pa.table({"contact_id": [None, *ids[1:]],',
        "contacts: ids",
        "3 of 5 rows have no contact_id",
    ),
    "one id for two activities": (
        'VIEWS = [f"view-{name}" for name in IDS]',
        'VIEWS = ["view"] * 5',
        "activities: ids",
        "view",
    ),
    "an instant is none": (
        *('at = "2026-01-05T09:00:00Z"', 'at = "lately"'),
        *("contacts: types", "no value can be used: updated_at"),
    ),
    "a checkpoint that JSON changes": (
        'yield Batch(rows, {"from": place + 2}, known',
        'yield Batch(rows, {"from": place + 2, 7: 0}, known',
        "contacts: checkpoints",
        "changed by JSON",
    ),
    "a resume that skips": (
        'since["from"] if since',
        'since["from"] + 1 if since',
        "contacts: resuming",
        "from the checkpoint of batch 1, these did not come: cyd",
    ),
    "a fetch that differs": (
        'self.log.debug("asked")',
        "IDS[4] = f'eve{time.monotonic_ns()}'",
        "contacts: twice the same",
        "eve",
    ),
    "a file that stays open": (
        'self.log.debug("asked")',
        'weakref.finalize(self, os.close, os.open(self.source.base / "config.toml", os.O_RDONLY))',
        "contacts: stopping early",
        "config.toml",
    ),
    "a fetch that fails": (
        'self.log.debug("asked")',
        'raise OSError("no line")',
        "contacts: fetch",
        "no line",
    ),
    "a log with the token": (
        'self.log.debug("asked")',
        "self.log.debug(self.source.settings.token.get_secret_value())",
        "secrets",
        "the log 'shop'",
    ),
    "a print of the token": (
        'self.log.debug("asked")',
        "print('as', self.source.settings.token.get_secret_value())",
        "secrets",
        "standard output",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_source_that_does_not_is_told_what_and_where(world: World, fault: str) -> None:
    good, bad, subject, says = FAULTS[fault]
    if "open" in fault and not Path("/proc/self/fd").is_dir():
        pytest.skip("this system does not tell which files are open")
    assert good in SHOP
    world.write("shop.py", SHOP.replace(good, bad))
    done = world.run("plugins", "check", "shop", "--json")
    assert done.status == 1
    assert SECRET not in done.out + done.err
    found = {each["subject"].removeprefix("shop: "): each for each in done.document}
    assert not found[subject]["ok"], found
    assert says in found[subject]["detail"]


def test_a_write_leaves_what_one_contact_holds(world: World) -> None:
    world.write("shop.json", HELD)
    found = checked(world, "--write", "--yes", status=0)
    assert found["write"]["detail"] == "contact ada was written twice over"
    assert found["reading back"]["detail"] == "contact ada holds what was written"


@pytest.mark.parametrize(
    ("good", "bad", "subject", "says"),
    [
        (
            "i, Outcome.WRITTEN",
            "i, Outcome.REJECTED, 'locked'",
            "write",
            "ada was rejected: locked",
        ),
        ("held[row.pop(", "row['score'] += 1; held[row.pop(", "reading back", "another: score"),
    ],
)
def test_a_write_that_does_something_else_is_told(
    world: World, good: str, bad: str, subject: str, says: str
) -> None:
    world.write("shop.json", HELD)
    world.write("shop.py", SHOP.replace(good, bad))
    assert says in wrong(checked(world, "--write", "--yes", status=1))[subject]


def test_a_write_is_asked_about_and_says_what_it_would_be(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.write("shop.json", HELD)
    nobody = world.run("plugins", "check", "shop", "--write")
    assert (nobody.status, "add --yes" in nobody.err) == (2, True)
    monkeypatch.setattr(asking, "confirming", lambda: lambda question: False)
    refused = world.run("plugins", "check", "shop", "--write")
    assert "contact_id = ada, score = 70" in refused.err
    assert (refused.status, "not tried: nobody agreed" in refused.out) == (0, True)
    assert (world.folder / "shop.json").read_text("utf-8") == HELD


def test_nothing_is_written_where_it_is_not_known_what_is_there(world: World) -> None:
    world.write("shop.py", SHOP.replace(", known=Known(table)", ""))
    found = checked(world, "--write", "--yes", status=0)
    assert found["write"]["detail"].startswith("not tried: the connector does not say")
    assert not (world.folder / "shop.json").exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["hubspot"], "the config names no plugin 'hubspot'"),
        (["shop", "--source", "crm"], "'crm' is no source of plugin 'shop'; it has shop"),
    ],
)
def test_a_plugin_or_source_that_is_not_there_is_named(
    world: World, arguments: list[str], says: str
) -> None:
    done = world.run("plugins", "check", *arguments)
    assert (done.status, says in done.error) == (2, True), done


def test_a_plugin_that_does_not_run_fails_its_check(world: World) -> None:
    world.write("shop.py", "raise OSError('no licence')")
    found = checked(world, status=1)
    assert "no licence" in found["plugin shop"]["detail"]


def test_a_live_check_needs_no_pytest() -> None:
    code = "import sys, leadline.probing; sys.exit('pytest' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
