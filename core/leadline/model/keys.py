"""A key's place in a TOML file: its path, how it is written, and the line it stands on."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import cast

KeyPath = tuple[str | int, ...]

_BARE = re.compile(r"[A-Za-z0-9_-]+")
# A value over several lines ends on a line with one of these.
_CLOSERS = ("]", "}", '"""', "'''")


def dotted(path: KeyPath) -> str:
    """The path as a person writes it: `rules[3].points`."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += ("." if text else "") + (step if _BARE.fullmatch(step) else f'"{step}"')
    return text


def line_of(text: str, path: KeyPath) -> int:
    """The line of a key in TOML text; of the nearest table around it when it is not there."""
    index = _index(text)
    known: KeyPath = ()
    line = 1
    for step in path:
        # `company.employees = 1` is one key to people and two tables to TOML.
        spellings = [(*known, step), (*known, *step.split("."))] if isinstance(step, str) else []
        found = next((each for each in spellings or [(*known, step)] if each in index), None)
        if found is None:
            break
        known, line = found, index[found]
    return line


def open_statement(text: str) -> int:
    """The line on which the first statement that does not end begins, 1 if there is none."""
    begins = 1
    for begins, end, parsed in _statements(text):
        if parsed is None:
            return begins
        begins = end
    return begins


@lru_cache(maxsize=8)
def _index(text: str) -> Mapping[KeyPath, int]:
    """The line of every key of a valid TOML text, found statement by statement in one pass."""
    index: dict[KeyPath, int] = {}
    sizes: dict[KeyPath, int] = {}
    lines = text.split("\n")
    table: KeyPath = ()
    for begins, _, parsed in _statements(text):
        if parsed is None:
            break
        if lines[begins - 1].lstrip().startswith("["):
            table = _enter(parsed, sizes)
            for depth in range(1, len(table) + 1):
                index.setdefault(table[:depth], begins)
        else:
            _record(parsed, table, begins, index)
    return index


def _statements(text: str) -> Iterator[tuple[int, int, dict[str, object] | None]]:
    """First line, next statement's line and content of each statement; None where it never ends.

    A statement ends where it first parses alone, so tomllib itself is the judge.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    start = 0
    while start < len(lines):
        end, parsed = _statement(lines, start)
        yield start + 1, end + 1, parsed
        if parsed is None:
            return
        start = end


def _statement(lines: list[str], start: int) -> tuple[int, dict[str, object] | None]:
    for end in range(start + 1, len(lines) + 1):
        if end > start + 1 and not any(closer in lines[end - 1] for closer in _CLOSERS):
            continue
        try:
            return end, tomllib.loads("\n".join(lines[start:end]))
        except (tomllib.TOMLDecodeError, RecursionError):
            continue
    return start, None


def _enter(header: dict[str, object], sizes: dict[KeyPath, int]) -> KeyPath:
    """The full path of the table that `[a.b]` or `[[a.b]]` opens."""
    path: KeyPath = ()
    value: object = header
    while isinstance(value, dict) and value:
        key, value = next(iter(cast("dict[str, object]", value).items()))
        path = (*path, key)
        if isinstance(value, list):
            sizes[path] = sizes.get(path, 0) + 1
            value = None
        if path in sizes:
            path = (*path, sizes[path] - 1)
    return path


def _record(value: object, path: KeyPath, line: int, index: dict[KeyPath, int]) -> None:
    items: Iterator[tuple[str | int, object]]
    if isinstance(value, dict):
        items = iter(value.items())
    elif isinstance(value, list):
        items = iter(enumerate(value))
    else:
        return
    for step, inner in items:
        index.setdefault((*path, step), line)
        _record(inner, (*path, step), line, index)
