"""Points that go against their order: bands that fall and rise again, values told apart by case."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from leadline.lint.remarks import Remark, note, warning
from leadline.lint.subject import Subject


def check_bands(subject: Subject) -> Iterator[Remark]:
    """Points over bands may rise, fall, or rise and fall; a dent in between is a slip."""
    for i, rule in enumerate(subject.model.rules):
        path = ("rules", i, "points")
        if isinstance(rule.points, tuple):
            yield from _dents(path, rule.points)
            yield from _same_neighbours(path, rule.points)
        elif isinstance(rule.points, dict):
            yield from _same_values(path, rule.points)


def _dents(
    path: tuple[str | int, ...], bands: tuple[tuple[Decimal, Decimal], ...]
) -> Iterator[Remark]:
    points = [worth for _, worth in bands]
    inside = range(1, len(bands) - 1)
    dents = [p for p in inside if max(points[:p]) > points[p] < max(points[p + 1 :])]
    if dents:
        place = min(dents, key=points.__getitem__)
        below, above = max(points[:place]), max(points[place + 1 :])
        message = (
            f"from {_plain(bands[place][0])} to {_plain(bands[place + 1][0])} it pays "
            f"{_plain(points[place])}, and more on both sides ({_plain(below)} below, "
            f"{_plain(above)} above): is that meant?"
        )
        yield warning((*path, place), message)


def _same_neighbours(
    path: tuple[str | int, ...], bands: tuple[tuple[Decimal, Decimal], ...]
) -> Iterator[Remark]:
    for place, ((_, worth), (low, other)) in enumerate(pairwise(bands), 1):
        if worth == other:
            message = (
                f"the band from {_plain(low)} pays what the one below it pays, {_plain(worth)}: "
                "the two can be one"
            )
            yield note((*path, place), message)


def _same_values(path: tuple[str | int, ...], values: dict[str, Decimal]) -> Iterator[Remark]:
    seen: dict[str, str] = {}
    for value, worth in values.items():
        first = seen.setdefault(" ".join(value.split()).casefold(), value)
        if first != value and values[first] != worth:
            message = (
                f"'{value}' and '{first}' differ in case or blanks alone and pay differently "
                f"({_plain(worth)} and {_plain(values[first])}): give both the same points"
            )
            yield warning((*path, value), message)


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"
