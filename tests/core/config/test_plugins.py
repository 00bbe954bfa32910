"""A `[plugins.NAME]` table is checked against its plugin, and becomes a `Plugin`."""

from __future__ import annotations

from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from leadline.batches import Plugin
from leadline.config import Config, open_plugins, schema
from leadline.errors import ConfigError, Problem
from leadline.hookspecs import Extension, hookimpl
from leadline.host import Host
from leadline.workspace import load_plugins

from .conftest import Break, Load

SECRET = "tok-4711-Very_Hidden"
HOUSE = """
from __future__ import annotations
from leadline.hookspecs import Extension, hookimpl
from pydantic import BaseModel

class Settings(BaseModel, extra="forbid"):
    town: str

@hookimpl
def register_extension():
    return Extension(Settings, lambda plugin: object())
"""


class Settings(BaseModel):
    model_config = ConfigDict(extra="forbid")

    to: tuple[SecretStr, ...] = Field(min_length=1)
    hour: int = Field(8, ge=0, le=23)


class Bell:
    """A plugin with settings of its own."""

    @hookimpl
    def register_extension(self) -> Extension:
        return Extension(Settings, lambda plugin: object())


class Plain:
    """A plugin without settings."""


@pytest.fixture
def host() -> Host:
    """A host with both."""
    host = Host.load({}, extra=[("bell", Bell()), ("plain", Plain())])
    assert host.refused == []
    return host


def _with(load: Load, table: str) -> Config:
    return load(("[fields]", f"{table}\n[fields]"))


def _problems(load: Load, host: Host, table: str) -> list[Problem]:
    with pytest.raises(ConfigError) as caught:
        open_plugins(_with(load, table), host)
    return caught.value.problems


def test_a_right_table_becomes_a_plugin(
    load: Load, host: Host, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BELL_URL", SECRET)
    config = _with(load, '[plugins.bell]\nto = ["${BELL_URL}"]')
    assert dict(config.plugins.installed) == {"bell": None}
    assert SECRET not in repr(config.plugins)
    (plugin,) = open_plugins(config, host)
    assert isinstance(plugin, Plugin)
    assert isinstance(plugin.settings, Settings)
    assert plugin.settings.to[0].get_secret_value() == SECRET
    assert (plugin.name, plugin.base, plugin.time_zone.key) == ("bell", folder, "Europe/Warsaw")
    assert plugin.state == folder / "var" / "plugins" / "bell"
    assert not plugin.state.exists()


@pytest.mark.parametrize(
    ("table", "line", "field", "words"),
    [
        ('[plugins.bell]\nto = ["x"]\nhuor = 9', 7, "bell.huor", "did you mean 'hour'?"),
        ('[plugins.bell]\nto = ["x"]\nhour = 99', 7, "bell.hour", "must be at most 23"),
        ("[plugins.bell]\nhour = 9", 5, "bell.to", "the key 'to' is missing"),
        ("[plugins.plain]", 5, "plain", "has no settings: delete this table"),
        ('[plugins]\nenable = ["bell"]', 6, "enable", "add the table [plugins.bell]"),
    ],
)
def test_a_wrong_table_is_named(
    load: Load, host: Host, folder: Path, table: str, line: int, field: str, words: str
) -> None:
    found = _problems(load, host, table)
    assert any(
        (each.file, each.field) == (folder / "config.toml", f"plugins.{field}")
        and each.line == line
        and words in each.message
        for each in found
    ), found


def test_a_setting_from_outside_is_not_printed(
    load: Load, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BELL_URL", SECRET)
    found = _problems(load, host, '[plugins.bell]\nto = ["x"]\nhour = "${BELL_URL}"')
    assert found
    assert all(SECRET not in str(each) for each in found)


def test_a_key_that_is_no_table_is_no_plugin(broken: Break) -> None:
    (problem,) = broken(("[fields]", '[plugins]\nenabel = ["bell"]\n[fields]'))
    assert (problem.line, problem.field) == (6, "plugins.enabel")
    assert "there is no key 'enabel' here; did you mean 'enable'?" in problem.message


def test_the_schema_says_the_same() -> None:
    validator = Draft202012Validator(schema("config")["$defs"]["PluginsFile"] | {"$defs": {}})
    assert validator.is_valid({"enable": ["bell"], "bell": {"to": ["x"]}})
    assert not validator.is_valid({"enabel": ["bell"]})


def test_a_table_names_its_plugin_which_must_then_run(load: Load) -> None:
    config = _with(load, "[plugins.nobody]\nto = 1")
    _, host = load_plugins(config.path)
    with pytest.raises(ConfigError, match=r":5: plugins.nobody: plugin 'nobody' does not run: is "):
        open_plugins(config, host)


def test_a_plugin_that_is_a_file_has_a_table_as_well(load: Load, folder: Path) -> None:
    (folder / "house.py").write_text(HOUSE, encoding="utf-8")
    config = _with(load, '[plugins]\nfiles = ["house.py"]\n[plugins.house]\ntown = "Łódź"')
    assert dict(config.plugins.installed) == {}
    _, host = load_plugins(folder / "config.toml")
    (plugin,) = open_plugins(config, host)
    assert plugin.settings.model_dump() == {"town": "Łódź"}


def test_a_pin_stands_beside_a_table(load: Load) -> None:
    table = '[plugins.enable]\nbell = "leadline-bell==1.2"\n[plugins.bell]\nto = ["x"]'
    assert dict(_with(load, table).plugins.installed) == {"bell": "leadline-bell==1.2"}
