"""A TOML file that has been read: its table, and problems placed on its lines."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from leadline.errors import ConfigError, Problem
from leadline.model.keys import KeyPath, dotted, line_of
from leadline.model.syntax import syntax_problem


@dataclass(frozen=True, slots=True)
class Complaint:
    """Something wrong at a key, before its line is looked up."""

    path: KeyPath
    message: str


@dataclass(frozen=True, slots=True)
class Document:
    """One TOML file: its path, its text and what it says."""

    path: Path
    text: str = field(repr=False)
    table: Mapping[str, object] = field(repr=False)

    def problem(self, complaint: Complaint) -> Problem:
        """The complaint with its file, line and field, and the name of the rule it is about."""
        owner = self._owner(complaint.path)
        return Problem(
            owner + complaint.message,
            self.path,
            line_of(self.text, complaint.path),
            dotted(complaint.path),
        )

    def _owner(self, path: KeyPath) -> str:
        """ "rule 'Pricing page': " for a key inside that rule."""
        value: object = self.table
        owner = ""
        for step, parent in zip(path, (None, *path), strict=False):
            value = inner(value, step)
            if isinstance(step, int) and isinstance(parent, str) and isinstance(value, dict):
                name = value.get("name")
                if isinstance(name, str) and name:
                    owner = f"{parent.removesuffix('s')} '{name}': "
        return owner


def inner(value: object, step: str | int) -> object:
    """What a table has under a key or a list at a place, None if it has no such thing."""
    if isinstance(value, Mapping):
        return value.get(step)
    if isinstance(value, list) and isinstance(step, int) and 0 <= step < len(value):
        return value[step]
    return None


def read_document(path: Path, *, what: str, hint: str, text: str | None = None) -> Document:
    """The file at a path as TOML; ConfigError says what is wrong with the file and where.

    what: "the config file". hint: what to do when there is none. text: what the file would say,
    instead of what it says.
    """
    text = _read_text(path, what, hint) if text is None else text.replace("\r\n", "\n")
    if not text.strip():
        raise ConfigError([Problem(f"{what} is empty; {hint}", path)])
    try:
        return Document(path, text, tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([syntax_problem(path, text, str(error))]) from None
    except RecursionError:
        raise ConfigError([Problem("lists or tables are nested too deeply", path)]) from None


def _read_text(path: Path, what: str, hint: str) -> str:
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise ConfigError([Problem(f"there is no such file; {hint}", path)]) from None
    except IsADirectoryError:
        message = f"this is a folder; name {what} itself, a TOML file"
        raise ConfigError([Problem(message, path)]) from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ConfigError([Problem(f"{what} cannot be read: {reason}", path)]) from None
    try:
        # utf-8-sig: some editors begin a file with a byte order mark.
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        message = "the file is not UTF-8 text; save it again with the encoding UTF-8"
        raise ConfigError([Problem(message, path, line)]) from None
