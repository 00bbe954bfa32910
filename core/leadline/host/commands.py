"""The commands that plugins bring. Leadline's own plugins are asked without a config, and lightly.

Which of its own plugins bring commands is read from the metadata (the group `leadline.commands`),
so that `leadline --help` imports those and no connector.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution

import pluggy
import typer

from leadline.errors import PluginError
from leadline.host.installed import BUILTIN
from leadline.host.relay import alone, new_relay, register

GROUP = "leadline.commands"
HOOK = "register_commands"


@cache
def own_commands() -> dict[str, typer.Typer]:
    """The apps of leadline's own plugins, by plugin."""
    try:
        entries = distribution(BUILTIN).entry_points
    except PackageNotFoundError:  # run from a checkout that nobody installed
        return {}
    relay, names = new_relay(), []
    for entry in entries:
        if entry.group == GROUP:
            register(relay, entry.load(), entry.name)
            names.append(entry.name)
    return brought(relay, names)


def brought(relay: pluggy.PluginManager, plugins: Iterable[str]) -> dict[str, typer.Typer]:
    """One app for each of the plugins that answers the hook; PluginError names one that fails."""
    found = {}
    for name in plugins:
        caller = alone(relay, name, HOOK)
        if caller.get_hookimpls():
            found[name] = typer.Typer()
            _ask(caller, name, found[name])
    return found


def _ask(caller: pluggy.HookCaller, name: str, app: typer.Typer) -> None:
    try:
        caller(app=app)
    except Exception as error:
        from leadline.host.faults import describe

        raise PluginError(
            f"{describe(error)}; report it to its author", plugin=name, hook=HOOK
        ) from error
