"""Commands that plugins bring, put beside leadline's own before the line is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import typer

from leadline.errors import PluginError

_HELP = ("--help",)


def extend(app: typer.Typer, arguments: Sequence[str], config: Path) -> None:
    """Add the commands that this line may need; a line that calls leadline's own costs nothing.

    Plugins of leadline's own distribution bring theirs always, others only when the config in the
    present folder names them.
    """
    first = next(iter(arguments), _HELP[0])
    if first in _names(app) or (first.startswith("-") and first not in _HELP):
        return
    from leadline.host.commands import own_commands

    add(app, own_commands())
    if first in _HELP or first in _names(app) or not config.exists():
        return
    from leadline.workspace import load_plugins

    _, host = load_plugins(config)
    add(app, host.commands())


def add(app: typer.Typer, brought: Mapping[str, typer.Typer]) -> None:
    """Put the plugins' commands beside those that are there; a name that is taken is refused."""
    for plugin, own in brought.items():
        if _added(app, own):
            continue
        if taken := sorted(_names(own) & _names(app)):
            raise PluginError(
                f"brings the command '{taken[0]}', which there is already; its author has to "
                "choose another name",
                plugin=plugin,
                hook="register_commands",
            )
        app.registered_commands.extend(own.registered_commands)
        app.registered_groups.extend(own.registered_groups)


def _added(app: typer.Typer, own: typer.Typer) -> bool:
    """Whether these very commands are there already, from an earlier line of this process."""
    here = [*app.registered_commands, *app.registered_groups]
    return all(
        any(each is known for known in here)
        for each in (*own.registered_commands, *own.registered_groups)
    )


def _names(app: typer.Typer) -> set[str]:
    named = {each.name for each in app.registered_groups if each.name}
    for command in app.registered_commands:
        function = command.callback.__name__ if command.callback else ""
        named.add(command.name or function.replace("_", "-"))
    return named
