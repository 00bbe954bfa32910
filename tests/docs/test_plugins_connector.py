"""The pages for plugin authors and their users are followed, block by block, by a reader."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from .pages import ROOT
from .reader import reading, steps

CONNECTOR = ROOT / "docs" / "plugins" / "connector.md"
TRUST = ROOT / "docs" / "plugins" / "trust.md"

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="the commands of the pages are for a POSIX shell"
)


def test_a_connector_can_be_written_by_the_page(tmp_path: Path) -> None:
    with reading(tmp_path) as reader:
        for step in steps(CONNECTOR):
            reader.do(step)
        assert reader.running, "the page starts a server"


def test_a_plugin_can_be_looked_at_and_pinned_by_the_page(tmp_path: Path) -> None:
    """The plugin is the one of the other page, and so is the model."""
    project, here = tmp_path / "project", tmp_path / "here"
    (project / "leadline_pebble").mkdir(parents=True)
    here.mkdir()
    for step in steps(CONNECTOR):
        if step.file and not step.file[0].startswith("tests/"):
            folder = here if step.file[0] == "model.toml" else project
            with (folder / step.file[0]).open("a", encoding="utf-8") as file:
                file.write(step.block.text)
    with reading(tmp_path) as reader:
        reader.run(f"cd {project} && python3 -m hatchling build -t wheel -d {tmp_path / 'wheels'}")
        reader.run(f"cd {here} && python3 -m venv .venv && . .venv/bin/activate")
        for step in steps(TRUST):
            reader.do(step)
