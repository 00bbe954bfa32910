"""The plugin as leadline runs it: from a config, through a sync, in `check` and `plugins list`."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from importlib.abc import MetaPathFinder
from pathlib import Path

import pytest

from tests.e2e.world import CONFIG, DAY, World, make_world

from .services import TOKEN, Hook, hook


@pytest.fixture
def service() -> Iterator[Hook]:
    with hook() as made:
        yield made


@pytest.fixture
def world(tmp_path: Path, service: Hook, monkeypatch: pytest.MonkeyPatch) -> World:
    """A workspace that tells the service of warm leads."""
    monkeypatch.setenv("SALES_CHAT", service.url)
    table = '[plugins.notify]\nto = ["${SALES_CHAT}"]\ntemperatures = ["warm"]\n'
    config = CONFIG.replace("[sources.crm]\n", f"{table}\n[sources.crm]\n", 1)
    return make_world(tmp_path / "world", config)


@pytest.fixture
def synced(world: World, service: Hook) -> World:
    """The workspace after a first sync, of which nobody is told."""
    world.sync("--as-of", DAY)
    assert service.calls == []
    return world


def test_a_sync_tells_of_leads_that_changed(synced: World, service: Hook) -> None:
    world = synced
    old = "bob,bob@south.example,Developer,10,2024-04-02"
    world.change("contacts.csv", old, "bob,bob@south.example,Head of R&D,100,2024-05-02")
    service.status = 500
    assert world.run("sync", "--as-of", "2024-05-02").status == 0
    status = world.run("status").out
    assert "events for sync_finished of plugin notify: 1 waiting" in status
    assert "answered 500" in status
    assert TOKEN not in status
    service.status = 200
    world.sync("--as-of", "2024-05-02")
    assert service.bodies == [
        "bob@south.example is warm: 44 (A3), because Head of something, Fifty or more, "
        "Pricing page. Was cold."
    ]


def test_check_says_which_target_cannot_be_understood(world: World) -> None:
    world.change("config.toml", '["${SALES_CHAT}"]', f'["${{SALES_CHAT}}", "slak://{TOKEN}"]')
    done = world.run("check", "--json")
    found = {each["subject"]: each for each in done.document}
    assert done.status == 1
    assert found["notify: to[0]"]["ok"]
    assert not found["notify: to[1]"]["ok"]
    assert TOKEN not in done.out + done.err


def test_it_is_listed_with_the_hooks_of_what_was_opened(world: World) -> None:
    listed = {each["name"]: each for each in world.run("plugins", "list", "--json").document}
    assert listed["notify"]["state"] == "enabled"
    hooks = ["register_extension", "stages_changed", "sync_finished", "check_plugin"]
    assert listed["notify"]["hooks"] == hooks
    assert "stages_changed, sync_finished" in world.run("plugins", "list", columns=200).out


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('at = "8 o\'clock"', 'must be a time of day, such as "08:00"'),
        ('link = "https://crm.example/{id}"', "may hold {source} and {contact_id}"),
        ('every = "hour"', "must be 'sync', 'lead' or 'day'"),
        ("to = []", "must not be empty"),
    ],
)
def test_a_wrong_setting_is_named_with_its_line(world: World, line: str, says: str) -> None:
    key = line.partition(" ")[0]
    if key == "to":
        world.change("config.toml", 'to = ["${SALES_CHAT}"]', line)
    else:
        world.change("config.toml", 'temperatures = ["warm"]', line)
    done = world.run("sync")
    assert done.status == 2
    assert f"plugins.notify.{key}" in done.error
    assert says in done.error


def test_its_settings_are_needed(world: World) -> None:
    text = world.config.read_text("utf-8")
    start, end = text.index("[plugins.notify]"), text.index("[sources.crm]")
    world.write("config.toml", text[:start] + '[plugins]\nenable = ["notify"]\n' + text[end:])
    assert "add the table [plugins.notify]; the key 'to' is missing" in world.run("sync").error


class Missing(MetaPathFinder):
    """As if apprise were not installed."""

    def find_spec(self, name: str, path: object, target: object = None) -> None:
        if name == "apprise":
            raise ModuleNotFoundError("No module named 'apprise'", name=name)


def test_a_missing_library_says_what_to_install_and_the_sync_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "apprise", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Missing(), *sys.meta_path])
    done = world.run("sync")
    assert done.status == 1
    assert "plugin 'notify'" in done.error
    assert "pip install 'leadline[notify]'" in done.error


def test_apprise_is_not_loaded_before_it_is_needed(world: World) -> None:
    code = (
        "import sys, pathlib\n"
        "from leadline.workspace import open_workspace\n"
        f"with open_workspace(pathlib.Path({json.dumps(str(world.config))})): pass\n"
        "print('apprise' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"
