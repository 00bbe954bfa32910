"""Rules about every file of the repository."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# What a build or a run leaves behind: all of it is in .gitignore.
LEFT_BEHIND = {"__pycache__", "demo", "var", "dist"}
KEPT = {".ci", ".github", ".gitignore"}
MOST_LINES = 600
# In two halves, so that this file is none of those that name one.
REGISTRIES = [
    "pypi" + ".org",
    "pythonhosted" + ".org",
    "anaconda" + ".org",
    "npmjs" + ".org",
    "crates" + ".io",
    "rubygems" + ".org",
]


def _walk(folder: Path) -> Iterator[Path]:
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        at_top = folder == ROOT
        if entry.name.startswith(".") and entry.name not in KEPT:
            continue
        if entry.name == "__pycache__" or (at_top and entry.name in LEFT_BEHIND):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(Path(entry.path))
        elif entry.is_file():
            yield Path(entry.path)


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


FILES = list(_walk(ROOT))
MODULES = [path for path in FILES if path.suffix == ".py"]


def test_there_are_files_to_judge() -> None:
    names = set(map(_name, FILES))
    assert {"README.md", ".ci/run", "core/leadline/demo/generator.py"} <= names


def test_no_file_of_code_is_too_long() -> None:
    lines = {_name(path): path.read_text("utf-8").count("\n") for path in MODULES}
    assert {name: count for name, count in lines.items() if count > MOST_LINES} == {}


def test_every_module_postpones_its_annotations() -> None:
    missing = []
    for path in MODULES:
        code = ast.parse(path.read_text("utf-8")).body
        docstring = bool(code) and isinstance(code[0], ast.Expr)
        rest = code[1:] if docstring else code
        if rest and ast.unparse(rest[0]) != "from __future__ import annotations":
            missing.append(_name(path))
    assert missing == []


@pytest.mark.parametrize("registry", REGISTRIES)
def test_no_file_names_a_package_registry(registry: str) -> None:
    # Which one packages come from is a matter of the machine that installs them.
    naming = [_name(path) for path in FILES if registry.encode() in path.read_bytes()]
    assert naming == []


def test_what_is_run_can_be_run() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert script.read_bytes().startswith(b"#!")
