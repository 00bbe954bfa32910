"""docs/commands.md says exactly what the command line has."""

from __future__ import annotations

import re

import pytest

from tests.cli.tree import Command, Parameter, commands

from .pages import ROOT

PAGE = ROOT / "docs" / "commands.md"
HEADING = "| argument or option | what it does | default |\n|---|---|---|\n"


def sections() -> dict[str, str]:
    """The text under each `## leadline …`, by the words after `leadline`."""
    _, *parts = re.split(
        r"^## leadline (.+)$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE
    )
    return dict(zip(parts[::2], parts[1::2], strict=True))


def row(parameter: Parameter) -> str:
    """A parameter's line of the table."""
    spelled = ", ".join(f"`{spelling}`" for spelling in parameter.spellings)
    default = parameter.default
    shown = f"`{default}`" if default and default != "required" else default
    return f"| {spelled} | {parameter.help} | {shown} |\n".replace("|  |\n", "| |\n")


def test_the_page_has_the_commands_there_are_in_their_order() -> None:
    assert list(sections()) == [command.name for command in commands()]


@pytest.mark.parametrize("command", commands(), ids=lambda command: command.name)
def test_a_section_says_what_the_help_says(command: Command) -> None:
    section = sections()[command.name]
    table = HEADING + "".join(row(each) for each in command.parameters)
    assert command.help in section
    assert f"\n{table}\n" in section, f"the table of this section has to be:\n{table}"


@pytest.mark.parametrize("command", commands(), ids=lambda command: command.name)
def test_a_section_tells_the_exit_statuses(command: Command) -> None:
    assert "\nExit status: " in sections()[command.name]
