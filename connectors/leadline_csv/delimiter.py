"""What stands between the cells of a file."""

from __future__ import annotations

import csv
from collections.abc import Collection, Sequence

DELIMITERS = (",", ";", "\t", "|")
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


def delimiter_name(delimiter: str) -> str:
    """The word for a delimiter, for messages."""
    return _NAMES.get(delimiter, delimiter)


def sniff_delimiter(lines: Sequence[str], known: Collection[str]) -> str:
    """The delimiter under which the headings are known, the lines even, and the columns many."""
    return max(DELIMITERS, key=lambda delimiter: _fit(lines, delimiter, known))


def _fit(lines: Sequence[str], delimiter: str, known: Collection[str]) -> tuple[int, float, int]:
    try:
        rows = [row for row in csv.reader(lines, delimiter=delimiter) if row]
    except csv.Error:
        return (0, 0.0, 0)
    if not rows or len(rows[0]) < 2:
        return (0, 0.0, 0)
    familiar = sum(heading.strip() in known for heading in rows[0])
    even = sum(len(row) == len(rows[0]) for row in rows) / len(rows)
    return (familiar, even, len(rows[0]))
