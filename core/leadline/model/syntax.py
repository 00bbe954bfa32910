"""A TOML syntax error in plain words: its line and column, and the likely cause."""

from __future__ import annotations

import re
from pathlib import Path

from leadline.errors import Problem
from leadline.model.keys import open_statement

_PLACE = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)$")
_TYPOGRAPHIC = "“”„‟«»‘’"  # noqa: RUF001  # the very characters that are looked for

# What tomllib says (its beginning) → what probably happened.
_CAUSES = {
    "Invalid value": "a text stands in quotes; true and false are written in small letters, "
    "numbers without a currency or a thousands separator",
    "Expected '=' after a key": "write one setting per line as key = value; a key of several words "
    "stands in quotes",
    "Invalid statement": "write one setting per line as key = value, or a [table]",
    "Invalid initial character for a key part": "a key is letters, digits, _ and -, or stands in "
    "quotes; { … } must be on one line",
    "Expected newline or end of document": "one setting per line: something is left over after "
    "the value (a number begins with no 0, a date is 2026-01-31)",
    "Cannot overwrite a value": "this key or table is given a second time; keep one of them",
    "Cannot declare": "this table is given a second time; keep one of them, or write [[name]] with "
    "two brackets for a list of tables",
    "Cannot mutate": "this table is given in two ways; keep one of them",
    "Cannot append": "this table is given in two ways; keep one of them",
    "Unterminated string": "the closing quote is missing",
    'Expected "\'"': "the closing quote is missing",
    "Expected '\"'": "the closing quote is missing",
    "Illegal character": "the closing quote may be missing; a text over several lines stands in "
    '"""three quotes"""',
    "Unclosed array": "the closing ']' is missing, or a comma between two values",
    "Unclosed inline table": "the closing '}' is missing, or a comma between two values",
    "Expected ']": "the closing bracket of the table's name is missing",
    "Unescaped '\\' in a string": "write a backslash twice, or put the text in 'single quotes'",
    "Invalid hex value": "write a backslash twice, or put the text in 'single quotes'",
    "Invalid date or datetime": "write a date as 2026-01-31",
}


def syntax_problem(path: Path, text: str, said: str) -> Problem:
    """The problem behind tomllib's message; the file's own words are never repeated."""
    match = _PLACE.search(said)
    what = _PLACE.sub("", said)
    if match is not None and match[1]:
        line, column = int(match[1]), int(match[2])
    else:
        line, column = _end(text, what), 0
    cause = next((words for start, words in _CAUSES.items() if what.startswith(start)), "")
    here = text.split("\n")[line - 1] if line <= text.count("\n") + 1 else ""
    if any(mark in here for mark in _TYPOGRAPHIC):
        cause = "the quotes are typographic ones, “ ”; use plain ones, \" or '"
    place = f"not TOML at column {column}" if column else "not TOML"
    return Problem(f"{place}: {cause or what[:1].lower() + what[1:]}", path, line)


def _end(text: str, what: str) -> int:
    """The line that an error at the end of the file is about."""
    if what.startswith("Cannot"):
        return text.rstrip().count("\n") + 1
    return open_statement(text)
