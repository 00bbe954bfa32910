"""`${NAME}` and `${file:PATH}` in a config: values from outside that no message ever shows."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path
from types import MappingProxyType

from leadline.config.paths import located
from leadline.model.documents import Complaint
from leadline.model.keys import KeyPath

MAX_BYTES = 65_536
_MARK = re.compile(r"\$\$\{|\$\{([^{}]*)\}|\$\{")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_ESCAPE = "; write $${ where ${ is meant as plain text"
# Shorter values are parts of ordinary words: what holds them cannot be told from what does not.
_SHORT = 4
_TELLING = 6


@dataclass(frozen=True, slots=True)
class Secrets:
    """Where values from outside stand, to keep them out of messages.

    given: key → each `${…}` in it with its value. failed: keys whose value could not be had.
    """

    given: Mapping[KeyPath, tuple[tuple[str, str], ...]] = field(repr=False)
    failed: frozenset[KeyPath]

    def hide(self, path: KeyPath, message: str) -> str:
        """The message about a key without any value from outside that the key holds."""
        for place, marks in self.given.items():
            shared = min(len(place), len(path))
            if place[:shared] == path[:shared]:
                for mark, value in marks:
                    message = _without(message, mark, value)
        return message


@dataclass(frozen=True, slots=True)
class Resolved:
    """A config's table with every `${…}` replaced, and what could not be."""

    table: Mapping[str, object] = field(repr=False)
    secrets: Secrets
    complaints: tuple[Complaint, ...]


class _Missing(Exception):
    """The message is for the user."""


def resolve(table: Mapping[str, object], base: Path) -> Resolved:
    """Replace `${NAME}` from the environment and `${file:PATH}` from a file, in every text.

    base: where relative paths start.
    """
    given: dict[KeyPath, tuple[tuple[str, str], ...]] = {}
    complaints: list[Complaint] = []

    def walk(value: object, path: KeyPath) -> object:
        if isinstance(value, dict):
            return {key: walk(inside, (*path, key)) for key, inside in value.items()}
        if isinstance(value, list):
            return [walk(inside, (*path, place)) for place, inside in enumerate(value)]
        if not isinstance(value, str) or "${" not in value:
            return value
        try:
            text, marks = _replace(value, base)
        except _Missing as missing:
            complaints.append(Complaint(path, str(missing)))
            return value
        if marks:
            given[path] = tuple(marks)
        return text

    resolved = {key: walk(value, (key,)) for key, value in table.items()}
    failed = frozenset(each.path for each in complaints)
    return Resolved(resolved, Secrets(MappingProxyType(given), failed), tuple(complaints))


def _replace(text: str, base: Path) -> tuple[str, list[tuple[str, str]]]:
    marks: list[tuple[str, str]] = []

    def value_of(match: re.Match[str]) -> str:
        if match[0] == "$${":
            return "${"
        if match[1] is None:
            raise _Missing("the '}' of ${…} is missing" + _ESCAPE)
        value = _value(match[1].strip(), base)
        marks.append((match[0], value))
        return value

    return _MARK.sub(value_of, text), marks


def _value(name: str, base: Path) -> str:
    if name.startswith("file:"):
        return _file_value(located(base, name.removeprefix("file:").strip()))
    if not _VARIABLE.fullmatch(name):
        raise _Missing("write ${NAME} for an environment variable or ${file:PATH}" + _ESCAPE)
    value = os.environ.get(name)
    if not value:
        state = "is not set" if value is None else "is empty"
        raise _Missing(f"the environment variable {name} {state}: set it before you run leadline")
    return value


def _file_value(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: what can be no path at all
        reason = (getattr(error, "strerror", None) or "it is no path").lower()
        raise _Missing(f"the file {path} cannot be read: {reason}") from None
    if len(raw) > MAX_BYTES:
        raise _Missing(f"the file {path} is larger than {MAX_BYTES:,} bytes: name another")
    try:
        value = raw.decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError:
        raise _Missing(f"the file {path} is not UTF-8 text") from None
    if not value:
        raise _Missing(f"the file {path} is empty: write the value into it")
    return value


def _without(message: str, mark: str, value: str) -> str:
    generic = f"the value of {mark} does not fit here"
    if len(value) < _SHORT:
        return generic if value in message else message
    message = message.replace(value, mark)
    # A part of the value, or the value in other letters, tells too much as well.
    rest, low = message.replace(mark, "").lower(), value.lower()
    match = SequenceMatcher(None, rest, low, autojunk=False).find_longest_match()
    return generic if match.size >= min(_TELLING, len(low)) else message
