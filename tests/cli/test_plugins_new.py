"""A generated project, built and installed beside a built leadline, as its author would have it.

All of it is done by processes in an environment that knows this repository's wheel alone.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from leadline.scaffold import new_project

ROOT = Path(__file__).parents[2]
NAME = "my-crm"
TOKEN = "the-token-of-the-fake"
# What this kind of CRM does not have, and the kind of stage that it is not.
SKIPPED = {"declares nothing of the kind so", "this CRM has no sessions", "declares stages"}


@dataclass(frozen=True, slots=True)
class Author:
    """The project, and the programs of the environment that it is installed in."""

    project: Path
    programs: Path

    def run(self, program: str, *arguments: str, cwd: Path, status: int = 0) -> str:
        """What a program prints; it must end with this status."""
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        ran = subprocess.run(
            [self.programs / program, *arguments],
            cwd=cwd,
            env={**kept, "MY_CRM_TOKEN": TOKEN, "COLUMNS": "120", "NO_PROXY": "127.0.0.1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        assert ran.returncode == status, ran.stdout + ran.stderr
        assert TOKEN not in ran.stdout + ran.stderr
        return ran.stdout

    def module(self, *arguments: str) -> str:
        """The same for `python -m …` in the project."""
        return self.run("python", "-m", *arguments, cwd=self.project)


@pytest.fixture(scope="session")
def author(tmp_path_factory: pytest.TempPathFactory) -> Author:
    """A new project, installed; the libraries are those of this environment."""
    project = new_project(NAME, tmp_path_factory.mktemp("author")).folder
    wheels, home = tmp_path_factory.mktemp("wheels"), tmp_path_factory.mktemp("environment")
    for folder in (ROOT, project):
        build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(wheels)]
        subprocess.run(build, cwd=folder, check=True, capture_output=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", home], check=True)
    paths = {"base": str(home), "platbase": str(home)}
    programs = Path(sysconfig.get_path("scripts", "venv", paths))
    pip = [sys.executable, "-m", "pip", "--python", str(programs / "python"), "install"]
    alone = ["--quiet", "--no-deps", "--no-index", "--find-links", str(wheels)]
    subprocess.run([*pip, *alone, f"leadline-{NAME}", "leadline"], check=True, capture_output=True)
    # Folders in a .pth are searched for modules, but their own .pth files (such as that of an
    # editable leadline) are not read.
    site = Path(sysconfig.get_path("purelib", "venv", paths))
    libraries = [path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")]
    (site / "libraries.pth").write_text("\n".join(libraries) + "\n", "utf-8")
    return Author(project, programs)


@pytest.fixture(scope="session")
def workspace(author: Author, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A workspace with the config of the project's README, and its invented CRM being served."""
    folder = tmp_path_factory.mktemp("workspace")
    author.run("leadline", "init", cwd=folder)
    fake = subprocess.Popen(
        [author.programs / "python", author.project / "tests" / "fake_crm.py"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with fake:
        assert fake.stdout is not None
        url = fake.stdout.readline().strip()
        readme = (author.project / "README.md").read_text("utf-8")
        (config,) = re.findall(r"```toml\n(.*?)```", readme, re.DOTALL)
        config = re.sub(r'^url = ".*"$', url, config, flags=re.MULTILINE)
        (folder / "config.toml").write_text(config, "utf-8")
        yield folder
        fake.communicate("")  # the end of its input ends it
    assert fake.returncode == 0


def test_the_style_and_the_types_are_clean(author: Author) -> None:
    author.module("ruff", "check", ".")
    author.module("ruff", "format", "--check", ".")
    assert "no issues found" in author.module("mypy")


def test_the_style_is_clean_under_a_name_of_any_length(author: Author, tmp_path: Path) -> None:
    for name in ("x", "a-name-as-long-as-it-may-be-and-no-more9"):
        project = new_project(name, tmp_path).folder
        author.run("python", "-m", "ruff", "check", ".", cwd=project)
        author.run("python", "-m", "ruff", "format", "--check", ".", cwd=project)


def test_it_keeps_the_contract_and_skips_only_what_it_cannot_have(author: Author) -> None:
    out = author.module("pytest", "-q", "-p", "no:cacheprovider")
    skipped = re.findall(r"^SKIPPED \[1\] \S+ (.+)$", out, re.MULTILINE)
    assert len(skipped) == len(SKIPPED), out
    for why in SKIPPED:
        assert any(why in line for line in skipped), out
    assert re.search(r"^\d\d passed, 3 skipped", out, re.MULTILINE), out


def test_it_is_listed_and_not_run_until_a_config_names_it(author: Author, tmp_path: Path) -> None:
    listed = _plugins(author, tmp_path)
    assert (listed[NAME]["state"], listed[NAME]["distribution"]) == (
        "installed",
        f"leadline-{NAME}",
    )
    assert listed[NAME]["capabilities"] == {}


def test_a_sync_through_it_writes_each_contact_once(author: Author, workspace: Path) -> None:
    listed = _plugins(author, workspace)
    assert listed[NAME]["state"] == "enabled"
    assert listed[NAME]["capabilities"][NAME]["write"] == "full"
    author.run("leadline", "check", cwd=workspace)
    first = _synced(author, workspace, "--allow-changes")
    assert (first["contacts"], first["activities"], first["written"]) == (3, 3, 3)
    assert first["api_calls"] > 0
    again = _synced(author, workspace)
    assert (again["written"], again["unchanged"]) == (0, 3)


def test_a_live_check_of_it_finds_nothing_wrong(author: Author, workspace: Path) -> None:
    checked = author.run(
        "leadline", "plugins", "check", NAME, "--write", "--yes", "--json", cwd=workspace
    )
    found = {each["subject"].removeprefix(f"{NAME}: "): each for each in json.loads(checked)}
    assert [each for each in found.values() if not each["ok"]] == []
    assert {"contacts: resuming", "activities: types", "reading back", "secrets"} <= found.keys()
    assert "told by no log" in found["secrets"]["detail"]


def _plugins(author: Author, folder: Path) -> dict[str, Any]:
    listed = json.loads(author.run("leadline", "plugins", "list", "--json", cwd=folder))
    return {each["name"]: each for each in listed}


def _synced(author: Author, workspace: Path, *arguments: str) -> dict[str, Any]:
    report = json.loads(author.run("leadline", "sync", "--json", *arguments, cwd=workspace))
    counts: dict[str, Any] = report["sources"][NAME]
    return counts
