"""`leadline plugins new`: a complete project for a connector, which keeps the contract as it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from importlib.resources.abc import Traversable
from importlib.util import find_spec
from pathlib import Path
from string import Template

from leadline import __version__
from leadline.errors import UsageError, WorkspaceError
from leadline.hookspecs import CONTRACT_VERSION
from leadline.host import installed

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_LONGEST = 40  # a longer name would push the project's lines over their 100 columns
_PREFIX = "leadline-"
_SUFFIX = ".tmpl"
_DOT = "dot-"


@dataclass(frozen=True, slots=True)
class Project:
    """What was made: the project's folder, and its files."""

    folder: Path
    files: tuple[Path, ...]


def new_project(name: str, into: Path) -> Project:
    """Make the folder `leadline-NAME` with a working connector; UsageError for a name not to have.

    Nothing that exists is touched.
    """
    _check(name)
    folder = into / f"{_PREFIX}{name}"
    if folder.exists() or folder.is_symlink():
        raise UsageError(f"{folder} is there already: choose another name, or another --into")
    words = _words(name)
    texts = {
        folder / _placed(place, words): Template(file.read_text("utf-8")).substitute(words)
        for place, file in _walk(files(__name__).joinpath("template"), Path())
    }
    try:
        for target, text in texts.items():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise WorkspaceError(f"{folder} cannot be written: {error.strerror}") from error
    return Project(folder, tuple(texts))


def _check(name: str) -> None:
    """The name of a project, of a plugin and of a Python module at once."""
    if not _NAME.fullmatch(name) or len(name) > _LONGEST or name.startswith(_PREFIX):
        near = re.sub(r"[^a-z0-9]+", "-", name.lower()).removeprefix(_PREFIX).strip("-")
        hint = f"; would '{near}' do?" if near != name and _NAME.fullmatch(near) else ""
        raise UsageError(
            f"'{name}' cannot be the name of a plugin: write at most {_LONGEST} small letters, "
            f"digits and single hyphens, a letter first, without 'leadline-'{hint}"
        )
    for plugin in installed():
        if plugin.name == name:
            raise UsageError(
                f"there is a plugin '{name}' already, of {plugin.distribution} {plugin.version}: "
                "choose another name"
            )
    for what, taken in (("distribution", _has(_PREFIX + name)), ("module", _imports(name))):
        if taken:
            raise UsageError(f"the {what} {taken} is installed already: choose another name")


def _has(distribution: str) -> str:
    try:
        version(distribution)
    except PackageNotFoundError:
        return ""
    return distribution


def _imports(name: str) -> str:
    module = _package(name)
    return module if find_spec(module) else ""


def _package(name: str) -> str:
    return f"{_PREFIX}{name}".replace("-", "_")


def _words(name: str) -> dict[str, str]:
    """What stands for each `$word` of the template."""
    return {
        "name": name,
        "package": _package(name),
        "title": "".join(part.capitalize() for part in name.split("-")),
        "variable": name.upper().replace("-", "_"),
        "version": __version__,
        "contract": CONTRACT_VERSION,
    }


def _placed(place: Path, words: dict[str, str]) -> Path:
    """Where a file of the template belongs. A dot file's name is written out in the template."""
    parts = [words["package"] if part == "package" else part for part in place.parts]
    named = [f".{part.removeprefix(_DOT)}" if part.startswith(_DOT) else part for part in parts]
    return Path(*named).with_name(named[-1].removesuffix(_SUFFIX))


def _walk(folder: Traversable, place: Path) -> Iterator[tuple[Path, Traversable]]:
    for entry in sorted(folder.iterdir(), key=lambda each: each.name):
        if entry.is_dir():
            yield from _walk(entry, place / entry.name)
        elif entry.name.endswith(_SUFFIX):
            yield place / entry.name, entry
