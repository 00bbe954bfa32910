"""What is installed, read from metadata alone: listing a plugin never runs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import Distribution, EntryPoint, entry_points
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from leadline.hookspecs import Connector, Extension
    from leadline.vocabulary import FieldType

GROUP = "leadline"
CONTRACT_GROUP = "leadline.contract"
BUILTIN = "leadline"


@dataclass(frozen=True, slots=True)
class PluginInfo:
    """One plugin that a distribution declares. contract: "" when it names none."""

    name: str
    distribution: str
    version: str
    contract: str
    builtin: bool


@dataclass(frozen=True, slots=True)
class LoadedPlugin:
    """One plugin that runs: where it is from, the hooks it answers, the connectors it brings.

    extension: how it is set up from the config; None where it has no settings. facts: those that it
    fills in.
    """

    name: str
    distribution: str
    version: str
    contract: str
    hooks: tuple[str, ...]
    connectors: tuple[Connector, ...]
    extension: Extension | None = None
    facts: Mapping[str, FieldType] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A plugin that was asked for and does not run; the reason says what to do.

    installed: False for a name that nothing here has, which may be a slip of the pen.
    """

    name: str
    distribution: str
    reason: str
    installed: bool = True

    def __str__(self) -> str:
        origin = f" ({self.distribution})" if self.distribution else ""
        return f"plugin '{self.name}'{origin}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Declared:
    """A plugin as declared, with the way to load it."""

    info: PluginInfo
    entry: EntryPoint


def installed() -> list[PluginInfo]:
    """Every plugin that is installed, by name; nothing is imported."""
    return [declared.info for declared in declarations()]


def declarations() -> list[Declared]:
    """The entry points of every distribution, with the contract each was built for."""
    contracts = {(_project(e.dist), e.name): e.value for e in entry_points(group=CONTRACT_GROUP)}
    found = []
    for entry in entry_points(group=GROUP):
        project = _project(entry.dist)
        info = PluginInfo(
            name=entry.name,
            distribution=project,
            version=_version(entry.dist),
            contract=contracts.get((project, entry.name), ""),
            builtin=project == BUILTIN,
        )
        found.append(Declared(info, entry))
    return sorted(found, key=lambda declared: (declared.info.name, declared.info.distribution))


def extras(entry: EntryPoint) -> list[str]:
    """The optional extras that the plugin's distribution offers."""
    return entry.dist.metadata.get_all("Provides-Extra", []) if entry.dist else []


# A damaged installation has no METADATA: its name and version read as None, whatever the types say.
def _project(distribution: Distribution | None) -> str:
    name: str | None = distribution.name if distribution else None
    return name or "unknown"


def _version(distribution: Distribution | None) -> str:
    version: str | None = distribution.version if distribution else None
    return version or "unknown"
