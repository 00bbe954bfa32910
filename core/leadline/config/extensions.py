"""Each `[plugins.NAME]` table, checked against its plugin and ready to be opened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from leadline.config.own_settings import read_settings, refuse
from leadline.config.settings import Config
from leadline.config.sources import RefusedPlugin
from leadline.model.documents import Complaint

if TYPE_CHECKING:
    from leadline.batches import Plugin
    from leadline.hookspecs import Extension


class Loaded(Protocol):
    """A plugin that runs."""

    @property
    def name(self) -> str: ...
    @property
    def extension(self) -> Extension | None: ...


class Plugins(Protocol):
    """What is asked of the host: the plugins that run, and those that do not."""

    def plugins(self) -> Sequence[Loaded]: ...
    @property
    def refused(self) -> Sequence[RefusedPlugin]: ...


def open_plugins(config: Config, host: Plugins) -> list[Plugin]:
    """Every loaded plugin that has settings; ConfigError holds all problems of their tables."""
    # Arrow is heavy: whoever only reads a config does without it.
    from leadline.batches import Plugin

    complaints = list(_idle(config, host))
    plugins: list[Plugin] = []
    for each in host.plugins():
        if each.extension is None:
            continue
        place, table = ("plugins", each.name), config.plugins.tables.get(each.name)
        settings, wrong = read_settings(config, place, table or {}, each.extension.settings)
        complaints += wrong if table is not None else _needing(each.name, wrong)
        if settings is not None:
            state = config.workspace / "plugins" / each.name
            plugins.append(Plugin(each.name, settings, config.base, state, config.time_zone))
    refuse(config, complaints)
    return plugins


def _idle(config: Config, host: Plugins) -> Iterator[Complaint]:
    """Tables that nobody reads: their plugin is not there, or has no settings."""
    missing = [each for each in host.refused if not each.installed]
    reasons = {each.name: f"does not run: {each.reason}" for each in missing}
    reasons |= {
        each.name: "has no settings: delete this table, and name it in plugins.enable"
        for each in host.plugins()
        if each.extension is None
    }
    tables: Mapping[str, object] = config.plugins.tables
    for name in tables:
        if name in reasons:
            yield Complaint(("plugins", name), f"plugin '{name}' {reasons[name]}")


def _needing(name: str, wrong: Sequence[Complaint]) -> Iterator[Complaint]:
    """A plugin that runs without a table and cannot do without."""
    for each in wrong:
        key = ".".join(map(str, each.path[2:]))
        what = each.message if f"'{key}'" in each.message or not key else f"{key} {each.message}"
        message = f"plugin '{name}' needs settings: add the table [plugins.{name}]; {what}"
        yield Complaint(("plugins", "enable"), message)
