"""The commands that the documentation shows are run, in order, and have to succeed."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from leadline.cli import main

from .pages import PAGES, Block, blocks, name

# Beside leadline, what a page may show: these are run too …
SHELL = {"cp", "mkdir"}
# … and these are about a machine of its own, where leadline is not installed yet.
NOT_RUN = {"make", "git", "python3", "pip", ".", ".ci/run"}
# … and these run until Ctrl-C, and have tests of their own.
ENDLESS = ("sandbox", "serve")

WITH_COMMANDS = [page for page in PAGES if blocks(page, "console")]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small demo that has been synced."""
    folder = tmp_path_factory.mktemp("console") / "demo"
    with pytest.MonkeyPatch.context() as patch:
        status = _leadline(["demo", str(folder), "--contacts", "300"], patch)
    assert status == 0
    return folder


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=name)
def test_the_commands_of_a_page_succeed(
    page: Path,
    demo: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The reader stands in a demo workspace, a password in a file, and two exports in Downloads."""
    here, downloads = tmp_path / "here", tmp_path / "Downloads"
    shutil.copytree(demo, here)
    downloads.mkdir()
    for file in ("contacts.csv", "activities.csv"):
        shutil.copy(demo / file, downloads)
    (here / "password.txt").write_text("four words in a row\n", "utf-8")
    monkeypatch.chdir(here)
    for place, command in _commands(page):
        program, *arguments = (word.replace("~", str(tmp_path), 1) for word in command)
        if program == "leadline" and arguments[0] not in ENDLESS:
            status = _leadline(arguments, monkeypatch)
            printed = capsys.readouterr()
            assert status == 0, f"{place}: {shlex.join(command)}\n{printed.out}{printed.err}"
        elif program in SHELL:
            subprocess.run([program, *arguments], check=True)


def _commands(page: Path) -> list[tuple[Block, list[str]]]:
    found = []
    for block in blocks(page, "console"):
        shown = [shlex.split(line[2:]) for line in block.text.splitlines() if line[:2] == "$ "]
        assert shown, f"{block}: a console block shows commands after '$ '"
        for command in shown:
            known = {"leadline", *SHELL, *NOT_RUN}
            assert command[0] in known, f"{block}: what is '{command[0]}'?"
            found.append((block, command))
    return found


def _leadline(arguments: list[str], patch: pytest.MonkeyPatch) -> object:
    """The exit status of `leadline ARGUMENTS`, run as the console script runs it."""
    patch.setattr(sys, "argv", ["leadline", *arguments])
    try:
        main()
    except SystemExit as end:
        return end.code or 0
    return 0
