"""`leadline plugins list`: installed, enabled and refused plugins, side by side."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

from leadline.config import load_config
from leadline.host import Host, PluginInfo, installed
from leadline.workspace import load_host


@dataclass(frozen=True, slots=True)
class Listed:
    """One plugin: where it is from, whether it runs, and why not."""

    name: str
    distribution: str
    version: str
    contract: str
    state: str  # "enabled", "installed" (not named in the config, so not imported) or "refused"
    hooks: tuple[str, ...] = ()
    connectors: tuple[str, ...] = ()
    reason: str = ""

    def as_json(self) -> dict[str, object]:
        return asdict(self)


def listing(config_path: Path) -> list[Listed]:
    """Every plugin; without a config file nothing is imported, only listed."""
    there = installed()
    host = load_host(load_config(config_path)) if config_path.exists() else Host.load({})
    enabled = [
        Listed(
            plugin.name,
            plugin.distribution,
            plugin.version,
            plugin.contract,
            "enabled",
            plugin.hooks,
            tuple(connector.name for connector in plugin.connectors),
        )
        for plugin in host.plugins()
    ]
    refused = [
        Listed(
            each.name,
            each.distribution,
            *_versions(each.name, there),
            "refused",
            (),
            (),
            each.reason,
        )
        for each in host.refused
    ]
    named = {each.name for each in (*enabled, *refused)}
    idle = [
        Listed(each.name, each.distribution, each.version, each.contract, "installed")
        for each in there
        if each.name not in named
    ]
    return [*enabled, *refused, *idle]


def _versions(name: str, there: list[PluginInfo]) -> tuple[str, str]:
    return next(((each.version, each.contract) for each in there if each.name == name), ("", ""))
