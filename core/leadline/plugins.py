"""`leadline plugins list`: installed, enabled and refused plugins, and what each can do."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from leadline.batches import Capabilities
from leadline.config import open_plugins
from leadline.errors import ConfigError, PluginError
from leadline.host import Host, LoadedPlugin, PluginInfo, Refusal, installed
from leadline.workspace import load_plugins

_log = logging.getLogger("leadline.plugins")


@dataclass(frozen=True, slots=True)
class Listed:
    """One plugin: where it is from, whether it runs, why not, and what it brings.

    contract: "" where it names none. capabilities: of each of its connectors, by name. facts: those
    that it fills in, with their types.
    """

    name: str
    distribution: str
    version: str
    contract: str
    # "enabled"; "failed" (it runs, but could not be set up); "refused"; or "installed": the config
    # does not name it, so that it is not imported and nothing more is known of it.
    state: str
    hooks: tuple[str, ...] = ()
    connectors: tuple[str, ...] = ()
    capabilities: Mapping[str, Capabilities] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""

    def as_json(self) -> dict[str, object]:
        """All of it, for `--json`."""
        return asdict(self)


def listing(config_path: Path) -> list[Listed]:
    """Every plugin; without a config file nothing is imported, only listed."""
    there = installed()
    host, failed = _loaded(config_path) if config_path.exists() else (Host.load({}), {})
    running = [_running(plugin, failed.get(plugin.name, "")) for plugin in host.plugins()]
    refused = [_refused(each, there) for each in host.refused]
    named = {each.name for each in (*running, *refused)}
    idle = [
        Listed(each.name, each.distribution, each.version, each.contract, "installed")
        for each in there
        if each.name not in named
    ]
    return [*running, *refused, *idle]


def _loaded(config_path: Path) -> tuple[Host, dict[str, str]]:
    """The plugins of a config, set up where their tables allow it, and why some are not.

    A plugin that is not set up shows the hooks of its module.
    """
    config, host = load_plugins(config_path)
    failed: dict[str, str] = {}
    try:
        plugins = open_plugins(config, host)
    except ConfigError as error:
        _log.warning("plugins are listed without being set up: %s", error)
        return host, failed
    for plugin in plugins:
        try:
            host.add_plugin(plugin)
        except PluginError as error:
            failed[plugin.name] = str(error)
    return host, failed


def _running(plugin: LoadedPlugin, failure: str) -> Listed:
    can = {each.name: each.capabilities for each in plugin.connectors}
    return Listed(
        plugin.name,
        plugin.distribution,
        plugin.version,
        plugin.contract,
        "failed" if failure else "enabled",
        plugin.hooks,
        tuple(can),
        can,
        {name: kind.value for name, kind in plugin.facts.items()},
        failure,
    )


def _refused(refusal: Refusal, there: list[PluginInfo]) -> Listed:
    found = next((each for each in there if each.name == refusal.name), None)
    return Listed(
        refusal.name,
        refusal.distribution or (found.distribution if found else ""),
        found.version if found else "",
        found.contract if found else "",
        "refused",
        reason=refusal.reason,
    )
