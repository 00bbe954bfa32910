"""The plugins of one run: each is imported, admitted and registered, or refused by name."""

from __future__ import annotations

import difflib
import hashlib
import importlib.util
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType

from leadline.batches import Plugin
from leadline.errors import InternalError, PluginError
from leadline.hookspecs import CONTRACT_VERSION, Connector
from leadline.host.admission import admit, admit_object
from leadline.host.faults import Naming, describe, missing_library, secrets_of
from leadline.host.installed import Declared, LoadedPlugin, Refusal, declarations, extras
from leadline.host.opened import Hint
from leadline.host.pins import Pin
from leadline.host.relay import ContractBroken, NotInstalled, join, new_relay, register


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a plugin is from, before anything of it runs."""

    name: str
    distribution: str = ""
    version: str = ""
    contract: str = CONTRACT_VERSION
    entry: EntryPoint | None = None

    def hint(self, error: BaseException) -> str:
        """What to install when a library is missing."""
        offered = extras(self.entry) if self.entry else []
        return missing_library(error, self.name, offered, self.distribution)


@dataclass(frozen=True, slots=True)
class Provided:
    """A connector, the plugin that brings it, and the hint for its missing libraries."""

    connector: Connector
    plugin: LoadedPlugin
    hint: Hint


class Registry:
    """Admitted plugins and their connectors. A refusal never stops the others.

    modules: the plugins as they were loaded; in `relay`, opened objects stand in their place.
    secrets: of the settings of the opened plugins, to keep out of messages.
    """

    def __init__(self) -> None:
        self.relay, self.modules = new_relay(), new_relay()
        self.secrets: tuple[str, ...] = ()
        self.loaded: list[LoadedPlugin] = []
        self._hints: dict[str, Hint] = {}
        self.refused: list[Refusal] = []
        self.provided: dict[str, Provided] = {}

    def add_installed(self, name: str, pin: str | None) -> None:
        """The plugin of that name from the distribution that the pin allows."""
        origin = Origin(name, distribution=pin or "")
        try:
            declared = self._choose(name, pin)
            info = declared.info
            origin = Origin(name, info.distribution, info.version, info.contract, declared.entry)
            _check_contract(origin)
        except ContractBroken as broken:
            self._refuse(origin, broken)
            return
        self._add(origin, declared.entry.load)

    def add_file(self, path: Path) -> None:
        """A plugin that is a Python file beside the config; its name is the file's."""
        self._add(Origin(path.stem, distribution=str(path)), lambda: _run_file(path))

    def add_object(self, name: str, plugin: object) -> None:
        """A plugin that is at hand already."""
        self._add(Origin(name), lambda: plugin)

    def _add(self, origin: Origin, load: Callable[[], object]) -> None:
        try:
            self._check_name(origin.name)
            with Naming(lambda error: _not_importable(error, origin)):
                plugin = load()
            taken = {name: _who(provided.plugin) for name, provided in self.provided.items()}
            brings = admit(origin.name, plugin, taken)
            register(self.relay, plugin, origin.name)
            register(self.modules, plugin, origin.name)
        except ContractBroken as broken:
            self._refuse(origin, broken)
            return
        loaded = LoadedPlugin(
            origin.name,
            origin.distribution,
            origin.version,
            origin.contract,
            brings.hooks,
            brings.connectors,
            brings.extension,
            brings.facts,
        )
        self.loaded.append(loaded)
        self._hints[origin.name] = origin.hint
        for connector in brings.connectors:
            self.provided[connector.name] = Provided(connector, loaded, origin.hint)

    def open(self, plugin: Plugin) -> None:
        """Set a plugin up: the object that its extension opens stands in its module's place."""
        place, loaded = self._place_of(plugin.name)
        if loaded.extension is None:
            raise InternalError(f"plugin '{plugin.name}' has no settings, and cannot be opened")
        secrets = secrets_of(plugin.settings)

        def named(error: BaseException) -> Exception:
            if isinstance(error, ContractBroken):
                return PluginError(str(error), plugin=plugin.name, hook="open")
            what = self._hints[plugin.name](error) or "report it to its author"
            return PluginError(
                f"{describe(error, secrets)}; {what}", plugin=plugin.name, hook="open"
            )

        with Naming(named):
            answering = loaded.extension.open(plugin)
            hooks = admit_object(plugin.name, answering)
            self.relay.unregister(name=plugin.name)
            register(self.relay, answering, plugin.name)
        self.loaded[place] = replace(loaded, hooks=(*loaded.hooks, *hooks))
        self.secrets += secrets

    def drop(self, name: str, reason: str) -> None:
        """Refuse a plugin after all that was loaded: nothing of it is called any more."""
        _, loaded = self._place_of(name)
        self.loaded.remove(loaded)
        for relay in (self.relay, self.modules):
            relay.unregister(name=name)
        for connector in loaded.connectors:
            del self.provided[connector.name]
        self.refused.append(Refusal(name, loaded.distribution, reason))

    def _place_of(self, name: str) -> tuple[int, LoadedPlugin]:
        for place, loaded in enumerate(self.loaded):
            if loaded.name == name:
                return place, loaded
        raise InternalError(f"plugin '{name}' is not loaded, and cannot be opened")

    def _refuse(self, origin: Origin, why: ContractBroken) -> None:
        installed = not isinstance(why, NotInstalled)
        self.refused.append(Refusal(origin.name, origin.distribution, str(why), installed))

    def _check_name(self, name: str) -> None:
        for plugin in self.loaded:
            if plugin.name == name:
                raise ContractBroken(
                    f"has the name of a plugin that is loaded already, {_who(plugin)}; rename one"
                )
        if name.startswith("source:"):
            raise ContractBroken("'source:' is how leadline names sources; choose another name")

    @cached_property
    def _declared(self) -> list[Declared]:
        return declarations()

    def _choose(self, name: str, pin: str | None) -> Declared:
        candidates = [declared for declared in self._declared if declared.info.name == name]
        if not candidates:
            raise NotInstalled(self._not_installed(name, pin))
        if pin is not None:
            candidates = _pinned(candidates, pin)
        if len(candidates) > 1:
            found = join(f"{c.info.distribution} {c.info.version}" for c in candidates)
            raise ContractBroken(
                f"is provided more than once ({found}): pin the distribution that you mean in "
                "plugins.enable, or uninstall the other"
            )
        return candidates[0]

    def _not_installed(self, name: str, pin: str | None) -> str:
        names = sorted({declared.info.name for declared in self._declared})
        near = difflib.get_close_matches(name, names, n=1)
        if near:
            return f"is not installed; did you mean '{near[0]}'?"
        how = f"pip install '{pin}'" if pin else "install the distribution that brings it"
        return f"is not installed: {how} (installed plugins: {join(names)})"


def _pinned(candidates: list[Declared], text: str) -> list[Declared]:
    pin = Pin.parse(text)
    if pin is None:
        raise ContractBroken(
            f"is pinned to '{text}', which cannot be read; write NAME or NAME==VERSION"
        )
    named = [c for c in candidates if pin.names(c.info.distribution)]
    admitted = [c for c in named if pin.admits(c.info.version)]
    if not admitted:
        found = join(f"{c.info.distribution} {c.info.version}" for c in named or candidates)
        raise ContractBroken(
            f"is pinned to {pin}, but installed is {found}: pip install '{pin}', or change the pin"
        )
    return admitted


def _check_contract(origin: Origin) -> None:
    if origin.contract == CONTRACT_VERSION:
        return
    if not origin.contract:
        raise ContractBroken(
            "does not say which contract it was built for; its author declares it: "
            f'[project.entry-points."leadline.contract"] {origin.name} = "{CONTRACT_VERSION}"'
        )
    raise ContractBroken(
        f"was built for contract {origin.contract}, and this leadline speaks {CONTRACT_VERSION}; "
        f"look for a matching release: pip install --upgrade {origin.distribution} leadline"
    )


def _not_importable(error: BaseException, origin: Origin) -> ContractBroken:
    if isinstance(error, ContractBroken):
        return error
    its_own = origin.entry.module.partition(".")[0] if origin.entry else None
    if isinstance(error, ModuleNotFoundError) and error.name and error.name == its_own:
        return ContractBroken(
            f"is installed without its module '{its_own}': "
            f"pip install --force-reinstall {origin.distribution}"
        )
    if hint := origin.hint(error):
        return ContractBroken(hint)
    return ContractBroken(f"could not be imported: {describe(error)}; report it to its author")


def _who(plugin: LoadedPlugin) -> str:
    origin = " ".join(part for part in (plugin.distribution, plugin.version) if part)
    return f"plugin '{plugin.name}'" + (f" ({origin})" if origin else "")


def _run_file(path: Path) -> ModuleType:
    if path.suffix != ".py" or not path.is_file():
        raise ContractBroken(f"there is no Python file {path}; correct the path in the config")
    # Two workspaces may each have a plugin of this file name: the module names differ.
    digest = hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:8]
    name = f"leadline_file_{path.stem}_{digest}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ContractBroken(f"{path} cannot be loaded as a Python module")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up while it is being run
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module
