"""`--help` says what there is, and costs nothing: no connector and no heavy library is loaded."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from leadline.cli.app import app

from .tree import Command, commands

HEAVY = ["duckdb", "pyarrow", "deltalake", "sqlalchemy", "alembic", "pydantic", "sqlglot", "numpy"]
HEAVY += ["fastapi", "uvicorn", "hubspot", "requests"]
PLUGINS = ["pluggy", "leadline_csv", "leadline_hubspot", "leadline_sandbox", "leadline_sql"]
# The root's help lists the commands of leadline's own plugins, for which they are asked.
ASKED = {"pluggy", "leadline_sandbox"}

# What the console script does, and then which modules have been loaded by it.
_RUN = """
import json, sys
from leadline.cli import main
sys.argv = ["leadline", *json.loads(sys.argv[1])]
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
print("\\n" + json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


@pytest.fixture(params=commands(), ids=lambda command: command.name)
def command(request: pytest.FixtureRequest) -> Command:
    """Each command there is."""
    found: Command = request.param
    return found


def test_the_root_lists_every_command_group() -> None:
    shown = CliRunner().invoke(app, ["--help"])
    assert shown.exit_code == 0
    for each in commands():
        assert each.name.split()[0] in shown.output


def test_a_command_says_what_it_does_and_what_it_takes(command: Command) -> None:
    assert command.help.endswith("."), f"leadline {command.name} has no sentence of help"
    for parameter in command.parameters:
        assert parameter.help.endswith("."), f"{parameter.spellings[0]} has no sentence of help"


def test_a_command_prints_its_help(command: Command) -> None:
    shown = CliRunner().invoke(app, [*command.name.split(), "--help"])
    assert shown.exit_code == 0
    assert command.help.split()[0] in shown.output


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["sync", "--help"]], ids=" ".join)
def test_help_loads_no_connector_and_nothing_heavy(arguments: list[str]) -> None:
    # Typer itself reaches for pydantic where a command takes a list.
    unwanted = set(HEAVY + PLUGINS) - ({"pydantic"} if "sync" in arguments else set())
    unwanted -= ASKED if arguments == ["--help"] else set()
    ran = subprocess.run(
        [sys.executable, "-c", _RUN, json.dumps(arguments)],
        capture_output=True,
        text=True,
        check=True,
    )
    *printed, last = ran.stdout.splitlines()
    loaded = json.loads(last)
    assert any("leadline" in line for line in printed)
    assert "leadline" in loaded
    assert unwanted & set(loaded) == set()
