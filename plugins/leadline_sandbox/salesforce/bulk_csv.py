"""The CSV of Bulk API 2.0, by its own rules: what is uploaded, and what is given back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

DELIMITERS = {
    "BACKQUOTE": "`",
    "CARET": "^",
    "COMMA": ",",
    "PIPE": "|",
    "SEMICOLON": ";",
    "TAB": "\t",
}
LINE_ENDINGS = {"LF": "\n", "CRLF": "\r\n"}
_FRACTIONS = frozenset({"double", "currency", "percent"})
NULL = "#N/A"  # empties a field; an empty cell leaves it as it is


class CsvRefused(Exception):
    """An upload that fails the whole job, in the words of its errorMessage."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a job said that its CSV is written."""

    delimiter: str = "COMMA"
    line_ending: str = "LF"


def parse(data: bytes, dialect: Dialect) -> tuple[list[str], list[list[str]]]:
    """Header and rows of an upload. Blank lines are no rows; a byte order mark is no text."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CsvRefused(f"ClientInputError : the data is not UTF-8: {error.reason}") from None
    rows = [row for row in _rows(text, dialect) if row != [""]]
    if not rows:
        raise CsvRefused("InvalidBatch : Unable to find header row")
    header, *rest = rows
    if len({name.lower() for name in header}) != len(header):
        raise CsvRefused("InvalidBatch : Duplicate field name in the header row")
    for number, row in enumerate(rest, start=2):
        if len(row) != len(header):
            raise CsvRefused(
                f"InvalidBatch : Number of columns in row {number} is not that of the header: "
                f"{len(row)} instead of {len(header)}"
            )
    return header, rest


def _rows(text: str, dialect: Dialect) -> Iterable[list[str]]:
    mark = re.escape(DELIMITERS[dialect.delimiter])
    # A quote is allowed at the very edge of a cell only: not even a blank may stand before it.
    cell = re.compile(rf'(?:"((?:[^"]|"")*)"|([^"{mark}\r\n]*))({mark}|\r\n|\n|\r|\Z)')
    delimiter, ending = DELIMITERS[dialect.delimiter], LINE_ENDINGS[dialect.line_ending]
    at, row, end = 0, list[str](), len(text)
    while at < end:
        found = cell.match(text, at)
        if found is None:
            raise CsvRefused(
                "ClientInputError : Failed to parse CSV: invalid char between encapsulated token "
                f"and delimiter near character {at + 1}"
            )
        quoted, plain, stop = found.groups()
        row.append(plain if quoted is None else quoted.replace('""', '"'))
        at = found.end()
        if stop == delimiter:
            if at == end:
                row.append("")
            continue
        if stop not in ("", ending):
            raise CsvRefused(
                "ClientInputError : LineEnding is invalid on user data. "
                f"Current LineEnding setting is {dialect.line_ending}"
            )
        yield row
        row = []
    if row:
        yield row


def render(header: Sequence[str], rows: Iterable[Sequence[str]], dialect: Dialect) -> bytes:
    """A result as Salesforce writes it: every cell quoted, null as an empty one."""
    delimiter, ending = DELIMITERS[dialect.delimiter], LINE_ENDINGS[dialect.line_ending]
    return "".join(
        delimiter.join(f'"{_escaped(cell)}"' for cell in row) + ending for row in (header, *rows)
    ).encode()


def cell(value: Any, type_: str = "") -> str:
    """A value of a field of this type as a cell: null is empty, a whole number still 12.0."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if type_ in _FRACTIONS:
        return f"{float(value):.1f}" if float(value).is_integer() else str(value)
    return str(value)


def _escaped(text: str) -> str:
    return text.replace('"', '""') if '"' in text else text
