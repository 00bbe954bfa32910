"""Lists and lookups that stand in files beside the model: read in, so that the model is whole.

A list's file has one entry a line; blank lines and lines that start with # do not count. A lookup's
file is a CSV with headings, parted by commas, semicolons or tabs; the model keeps its key and value
columns.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path

from leadline.model.conditions import table_of
from leadline.model.documents import Complaint
from leadline.model.keys import KeyPath
from leadline.model.nearest import nearest

MAX_ROWS = 200_000
_DELIMITERS = ",;\t"


def with_files(
    table: Mapping[str, object], base: Path
) -> tuple[dict[str, object], list[Complaint]]:
    """The model's table with the content of its files in place, and what is wrong with them."""
    complaints: list[Complaint] = []
    read = dict(table)
    lists = dict(table_of(table, "lists"))
    for name, given in lists.items():
        if isinstance(given, dict):
            lists[name] = _list(given, base, ("lists", name), complaints)
    lookups = dict(table_of(table, "lookups"))
    for name, given in lookups.items():
        if isinstance(given, dict) and "rows" not in given:
            lookups[name] = _lookup(given, base, ("lookups", name), complaints)
    if lists:
        read["lists"] = lists
    if lookups:
        read["lookups"] = lookups
    return read, complaints


def _list(
    given: Mapping[str, object], base: Path, path: KeyPath, complaints: list[Complaint]
) -> list[str]:
    for key in given.keys() - {"file"}:
        complaints.append(Complaint((*path, key), f"there is no key '{key}' here; there is file"))
    text = _text(given, base, path, complaints)
    lines = [line.strip() for line in (text or "").splitlines()]
    entries = [line for line in lines if line and not line.startswith("#")]
    if text is not None and not entries:
        complaints.append(Complaint((*path, "file"), "the file has no entries; write one a line"))
    return entries or ["-"]


def _lookup(
    given: Mapping[str, object], base: Path, path: KeyPath, complaints: list[Complaint]
) -> dict[str, object]:
    for key in given.keys() - {"file", "key", "value"}:
        message = f"there is no key '{key}' here; there is file, key, value"
        complaints.append(Complaint((*path, key), message))
    names = [given.get("key"), given.get("value")]
    if not all(isinstance(name, str) for name in names):
        complaints.append(Complaint(path, "name two of the file's columns: key = …, value = …"))
        return {"key": "", "rows": {}}
    key, value = (str(name) for name in names)
    text = _text(given, base, path, complaints)
    if text is None:
        return {"key": key, "rows": {}}
    try:
        found = dict(_rows(text, key, value, path, complaints))
    except csv.Error as error:
        complaints.append(Complaint((*path, "file"), f"the file is no CSV: {error}"))
        found = {}
    if len(found) > MAX_ROWS:
        message = f"{len(found):,} rows; a lookup may have {MAX_ROWS:,}"
        complaints.append(Complaint((*path, "file"), message))
    return {"key": key, "rows": found}


def _rows(
    text: str, key: str, value: str, path: KeyPath, complaints: list[Complaint]
) -> Iterator[tuple[str, str]]:
    """Key and value of each row that has both; a key with two values is complained about."""
    heading = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=heading.count)
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    headings = [each.strip() for each in rows.fieldnames or ()]
    rows.fieldnames = headings
    missing = [name for name in (key, value) if name not in headings]
    for name in missing:
        message = f"the file has no column '{name}'{nearest(name, headings)}"
        complaints.append(Complaint((*path, "key" if name == key else "value"), message))
    if missing:
        return
    seen: dict[str, tuple[str, int]] = {}
    for row in rows:
        one, other = (row[key] or "").strip(), (row[value] or "").strip()
        if not one or not other:
            continue
        before, line = seen.setdefault(one, (other, rows.line_num))
        if before != other:
            message = (
                f"'{one}' is '{before}' on line {line} and '{other}' on line {rows.line_num}: "
                "a key has one value; delete one of the lines"
            )
            complaints.append(Complaint((*path, "file"), message))
            return
        yield one, other
    if not seen:
        complaints.append(Complaint((*path, "file"), f"the file has no row with {key} and {value}"))


def _text(
    given: Mapping[str, object], base: Path, path: KeyPath, complaints: list[Complaint]
) -> str | None:
    """The file's text; None where it cannot be read, which is complained about."""
    name = given.get("file")
    if not isinstance(name, str) or not name:
        complaints.append(Complaint(path, 'name the file: file = "lists/competitors.txt"'))
        return None
    place = base / name
    try:
        return place.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        complaints.append(
            Complaint((*path, "file"), f"{place} is not UTF-8 text; save it as UTF-8")
        )
    except OSError as error:
        why = error.strerror or type(error).__name__
        complaints.append(Complaint((*path, "file"), f"{place} cannot be read: {why}"))
    return None
