"""The commands as the real command line has them, for tests that compare."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from leadline.cli.app import app
from leadline.cli.extending import add
from leadline.host.commands import own_commands


@dataclass(frozen=True, slots=True)
class Parameter:
    """An argument (in capitals) or an option with all its spellings."""

    spellings: tuple[str, ...]
    help: str
    default: str


@dataclass(frozen=True, slots=True)
class Command:
    """One command: its words after `leadline`, its help, and what it takes."""

    name: str
    help: str
    parameters: tuple[Parameter, ...]


def commands() -> list[Command]:
    """Every command, those in groups by both words, leadline's own plugins' among them."""
    add(app, own_commands())
    root = typer.main.get_command(app)
    assert isinstance(root, TyperGroup)
    return list(_walk(root, ""))


def _walk(group: TyperGroup, before: str) -> Iterator[Command]:
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from _walk(command, f"{before}{name} ")
        elif isinstance(command, TyperCommand):
            parameters = tuple(_parameter(each) for each in command.params)
            yield Command(before + name, command.help or "", parameters)


def _parameter(parameter: object) -> Parameter:
    assert isinstance(parameter, TyperArgument | TyperOption)
    if isinstance(parameter, TyperArgument):
        spellings: tuple[str, ...] = (str(parameter.name).upper(),)
    else:
        metavar = f" {parameter.metavar}" if parameter.metavar else ""
        spellings = tuple(f"{spelling}{metavar}" for spelling in parameter.opts)
    if parameter.required:
        default = "required"
    else:
        default = "" if parameter.default in (None, False) else str(parameter.default)
    return Parameter(spellings, parameter.help or "", default)
