"""A new project: what is in it, and the names that cannot be had. That it works: tests/cli."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from leadline.errors import UsageError
from leadline.hookspecs import CONTRACT_VERSION
from leadline.scaffold import new_project

FILES = {
    ".github/workflows/ci.yml",
    ".gitignore",
    "README.md",
    "pyproject.toml",
    "src/leadline_my_crm/__init__.py",
    "src/leadline_my_crm/api.py",
    "src/leadline_my_crm/py.typed",
    "src/leadline_my_crm/records.py",
    "src/leadline_my_crm/settings.py",
    "src/leadline_my_crm/source.py",
    "tests/conftest.py",
    "tests/fake_crm.py",
    "tests/test_contract.py",
}
LONGEST_FILE = 260


def test_a_project_has_exactly_these_files(tmp_path: Path) -> None:
    made = new_project("my-crm", tmp_path / "not" / "there")
    assert made.folder == tmp_path / "not" / "there" / "leadline-my-crm"
    there = {path for path in made.folder.rglob("*") if path.is_file()}
    assert {path.relative_to(made.folder).as_posix() for path in there} == FILES
    assert set(made.files) == there


def test_it_is_named_throughout_and_nothing_is_left_to_fill_in(tmp_path: Path) -> None:
    folder = new_project("my-crm", tmp_path).folder
    project = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))
    assert project["project"]["name"] == "leadline-my-crm"
    entries = project["project"]["entry-points"]
    assert entries["leadline"] == {"my-crm": "leadline_my_crm"}
    assert entries["leadline.contract"] == {"my-crm": CONTRACT_VERSION}
    assert "class TestMyCrm(" in (folder / "tests" / "test_contract.py").read_text("utf-8")
    for path in folder.rglob("*.*"):
        if path.is_file():
            left = re.findall(r"\$(?!\{MY_CRM_TOKEN\})\w*", path.read_text("utf-8"))
            assert not left, f"{path} still has {left}"


def test_it_is_short_enough_to_read(tmp_path: Path) -> None:
    for path in new_project("my-crm", tmp_path).folder.rglob("*.py"):
        assert len(path.read_text("utf-8").splitlines()) <= LONGEST_FILE, path.name


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("My CRM", "would 'my-crm' do?"),
        ("my_crm", "would 'my-crm' do?"),
        ("my--crm", "would 'my-crm' do?"),
        ("-crm", "would 'crm' do?"),
        ("leadline-acme", "would 'acme' do?"),
        ("3cx", "a letter first"),
        ("", "a letter first"),
        ("../elsewhere", "would 'elsewhere' do?"),
        ("a" * 41, "at most 40"),
        ("csv", "there is a plugin 'csv' already, of leadline"),
    ],
)
def test_a_name_that_cannot_be_had_is_refused(tmp_path: Path, name: str, says: str) -> None:
    with pytest.raises(UsageError, match=re.escape(says)):
        new_project(name, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_name_of_a_module_that_is_there_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "leadline_taken_name.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(UsageError, match="module leadline_taken_name is installed already"):
        new_project("taken-name", tmp_path)


def test_a_folder_that_is_there_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "leadline-acme"
    folder.mkdir()
    with pytest.raises(UsageError, match="is there already"):
        new_project("acme", tmp_path)
    assert list(folder.iterdir()) == []
