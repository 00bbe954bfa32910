"""The `[grades]` of a model file: existing dimensions, and thresholds that fall in order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import TypeGuard

from leadline.model.conditions import table_of
from leadline.model.documents import Complaint
from leadline.model.nearest import nearest

MAX_DIMENSIONS = 2
_LETTERS = (re.compile(r"[A-Z]"), re.compile(r"[a-z]"))
_DIGITS = re.compile(r"0|[1-9]\d{0,2}", re.ASCII)


def check_grades(table: Mapping[str, object]) -> Iterator[Complaint]:
    """One complaint per grade that could not be given, or not be told from another."""
    grades, dimensions = table_of(table, "grades"), table_of(table, "dimensions")
    if len(grades) > MAX_DIMENSIONS:
        yield Complaint(
            ("grades",), f"a grade has at most two dimensions, this has {len(grades)}; delete one"
        )
    for name, marks in grades.items():
        if name not in dimensions:
            message = f"there is no dimension '{name}'{nearest(name, dimensions)}"
            yield Complaint(("grades", name), message)
        elif isinstance(marks, dict):
            most = table_of(dimensions, name).get("max")
            yield from _check_marks(name, marks, most if isinstance(most, int) else None)


def in_order(marks: Iterable[str]) -> list[str]:
    """Grades from the best to the worst: A before B, 2 before 10."""
    return sorted(marks, key=lambda mark: (int(mark) if mark.isdecimal() else 0, mark))


def _check_marks(
    dimension: str, marks: Mapping[str, object], most: int | None
) -> Iterator[Complaint]:
    path = ("grades", dimension)
    if not marks:
        yield Complaint(path, "name at least one grade, such as { A = 30 }")
        return
    if not any(all(letter.fullmatch(key) for key in marks) for letter in (*_LETTERS, _DIGITS)):
        yield Complaint(
            path, "grades are single letters (A, B, C) of one case, or numbers (1, 2, 3)"
        )
        return
    ordered = in_order(marks)
    if ordered[-1] in ("Z", "z"):
        message = f"'{ordered[-1]}' has no letter after it for the people below; begin earlier"
        yield Complaint((*path, ordered[-1]), message)
    for key in ordered:
        value = marks[key]
        if most is not None and _whole(value) and not 0 <= value <= most:
            message = f"must be between 0 and {most}, the max of dimension '{dimension}'"
            yield Complaint((*path, key), message)
    for better, worse in pairwise(ordered):
        high, low = marks[better], marks[worse]
        if _whole(high) and _whole(low) and low >= high:
            message = f"{worse} needs {low} points: it must need fewer than {better}, {high}"
            yield Complaint((*path, worse), message)


def _whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)
