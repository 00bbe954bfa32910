"""A plugin that is set up from the config: its object answers in its module's place."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import typer
from pydantic import BaseModel, ConfigDict, SecretStr

from leadline.batches import Batch, Plugin
from leadline.errors import PluginError
from leadline.hookspecs import Extension, hookimpl
from leadline.host import Host

from .plugins import Plugin as Vendor
from .plugins import Steady, batch, ids, source

SECRET = "tok-4711-very-hidden"


class Settings(BaseModel):
    model_config = ConfigDict(extra="forbid")

    suffix: str = "tagged"
    token: SecretStr = SecretStr(SECRET)


class Loose(BaseModel):
    pass


class Tags:
    """What is opened: renames the contacts of every source."""

    def __init__(self, plugin: Plugin) -> None:
        assert isinstance(plugin.settings, Settings)
        self.suffix = plugin.settings.suffix

    @hookimpl(wrapper=True)
    def fetch_contacts(self) -> Generator[None, Iterator[Batch], Iterator[Batch]]:
        pages = yield
        return (page.with_table(batch(self.suffix).rows) for page in pages)


class Module:
    """A plugin's module that answers this extension, and brings a command."""

    def __init__(self, extension: object) -> None:
        self.extension = extension

    @hookimpl
    def register_extension(self) -> Any:
        if isinstance(self.extension, Exception):
            raise self.extension
        return self.extension

    @hookimpl
    def register_commands(self, app: typer.Typer) -> None:
        app.command("greet")(lambda: None)


GOOD = Extension(Settings, Tags)


def plugin(folder: Path, settings: BaseModel, name: str = "tags") -> Plugin:
    """A plugin's table, read."""
    return Plugin(name, settings, folder, folder / "plugins" / name, ZoneInfo("UTC"))


def opening(folder: Path, make: Callable[[Plugin], object]) -> Host:
    """A host with a source, and around it a plugin that is opened in this way."""
    tags = Module(Extension(Settings, make))
    host = Host.load({}, extra=[("vendor", Vendor(Steady)), ("tags", tags)])
    assert host.refused == []
    host.add_plugin(plugin(folder, Settings(suffix="mine")))
    host.add_source(source(folder))
    return host


def test_hook_register_extension(tmp_path: Path) -> None:
    host = opening(tmp_path, Tags)
    assert ids(host.fetch_contacts("mine")) == ["mine", "mine", "mine"]
    tags = host.plugins()[1]
    assert tags.hooks == ("register_extension", "register_commands", "fetch_contacts")
    assert set(host.commands()) == {"tags"}


def test_before_it_is_set_up_nothing_answers(tmp_path: Path) -> None:
    host = Host.load({}, extra=[("vendor", Vendor(Steady)), ("tags", Module(GOOD))])
    host.add_source(source(tmp_path))
    assert ids(host.fetch_contacts("mine")) == ["mine-0", "mine-1", "mine-2"]


def test_two_workspaces_share_nothing(tmp_path: Path) -> None:
    module = Module(GOOD)
    for suffix in ("one", "two"):
        host = Host.load({}, extra=[("vendor", Vendor(Steady)), ("tags", module)])
        host.add_plugin(plugin(tmp_path, Settings(suffix=suffix)))
        host.add_source(source(tmp_path))
        assert set(ids(host.fetch_contacts("mine"))) == {suffix}


class Speaks:
    @hookimpl
    def register_commands(self) -> None:
        """Belongs into the module."""


class Misspelt:
    @hookimpl(wrapper=True)
    def fetch_contact(self) -> Iterator[None]:
        return (yield)


class Replaces:
    @hookimpl
    def fetch_contacts(self) -> Iterator[Batch]:
        return iter(())


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda plugin: None, "answered None"),
        (lambda plugin: Speaks(), "register_commands, which belongs into its module"),
        (lambda plugin: Misspelt(), "did you mean 'fetch_contacts'?"),
        (lambda plugin: Replaces(), "without being a source"),
        (lambda plugin: [], "cannot be hashed"),
    ],
)
def test_a_wrong_object_is_named(
    tmp_path: Path, make: Callable[[Plugin], object], says: str
) -> None:
    with pytest.raises(PluginError) as caught:
        opening(tmp_path, make)
    assert str(caught.value).startswith("plugin 'tags', hook open: ")
    assert says in str(caught.value)


def test_what_open_raises_is_named_without_its_secrets(tmp_path: Path) -> None:
    def fails(plugin: Plugin) -> object:
        raise RuntimeError(f"cannot use {SECRET}")

    with pytest.raises(PluginError) as caught:
        opening(tmp_path, fails)
    assert "plugin 'tags', hook open: RuntimeError: cannot use ***" in str(caught.value)


def test_a_wrapper_that_fails_shows_none_of_its_plugin_s_secrets(tmp_path: Path) -> None:
    class Fails:
        @hookimpl(wrapper=True)
        def fetch_contacts(self) -> Iterator[None]:
            yield
            raise RuntimeError(f"refused {SECRET}")

    with pytest.raises(PluginError) as caught:
        opening(tmp_path, lambda plugin: Fails()).fetch_contacts("mine")
    assert "plugin 'tags', hook fetch_contacts" in str(caught.value)
    assert SECRET not in str(caught.value)


class Beside(Module):
    @hookimpl(wrapper=True)
    def check(self) -> Iterator[None]:
        return (yield)


@pytest.mark.parametrize(
    ("module", "says"),
    [
        (Module(None), ""),
        (Module(7), "answered int to register_extension"),
        (Module(KeyError("x")), "register_extension raised KeyError"),
        (Module(dataclasses.replace(GOOD, settings=dict)), "no pydantic model class"),  # type: ignore[arg-type]  # what is refused
        (Module(dataclasses.replace(GOOD, settings=Loose)), "extra='forbid'"),
        (Module(dataclasses.replace(GOOD, open=None)), "open cannot be called"),  # type: ignore[arg-type]  # what is refused
        (Beside(GOOD), "implements check beside register_extension"),
    ],
)
def test_nonsense_from_register_extension_is_refused(module: Module, says: str) -> None:
    host = Host.load({}, extra=[("tried", module)])
    reasons = [refusal.reason for refusal in host.refused]
    assert [says in reason for reason in reasons] == ([True] if says else [])
