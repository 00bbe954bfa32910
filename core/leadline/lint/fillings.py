"""Bands that nobody falls in, and values that people have and a rule does not name."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from leadline.lake.sql import name
from leadline.lint.evidence import Evidence
from leadline.lint.remarks import Remark, note, warning
from leadline.lint.subject import Subject
from leadline.scoring import sql

_SHOWN = 3


def check_fillings(subject: Subject, evidence: Evidence) -> Iterator[Remark]:
    """Every band has somebody in it; values that the rule does not name are told."""
    for i, rule in subject.person_rules:
        if rule.by is None:
            continue
        column = name(sql.fact(rule.by))
        known = evidence.number(f"SELECT count({column}) FROM {evidence.people(subject)}")
        if not known:
            continue  # the rule pays nobody, and why is said there
        if isinstance(rule.points, tuple):
            yield from _bands(subject, evidence, i, rule.by, rule.points)
        elif isinstance(rule.points, dict):
            yield from _values(subject, evidence, i, rule.by, rule.points)


def _bands(
    subject: Subject,
    evidence: Evidence,
    i: int,
    fact: str,
    bands: tuple[tuple[Decimal, Decimal], ...],
) -> Iterator[Remark]:
    column, edges = name(sql.fact(fact)), [f"{low:f}" for low, _ in bands]
    ends = [*edges[1:], None]
    tests = [f"{column} < {edges[0]}"] + [
        f"{column} >= {low}" + (f" AND {column} < {end}" if end else "")
        for low, end in zip(edges, ends, strict=True)
    ]
    counted = [f"count(*) FILTER ({test})" for test in tests]
    below, *inside = evidence.one(counted, evidence.people(subject))
    if below and bands[0][1]:
        message = (
            f"{below:,} people have a {fact} below {edges[0]} and get nothing from it: begin with "
            "a band for them ([0, 0] says that this is meant)"
        )
        yield note(("rules", i, "points"), message)
    for place, count in enumerate(inside):
        if not count:
            end = "" if ends[place] is None else f" to {ends[place]}"
            message = f"nobody falls in the band from {edges[place]}{end}; is the edge a slip?"
            yield warning(("rules", i, "points", place), message)


def _values(
    subject: Subject, evidence: Evidence, i: int, fact: str, points: dict[str, Decimal]
) -> Iterator[Remark]:
    column = name(sql.fact(fact))
    rows = evidence.rows(
        f"SELECT {column}, count(*) FROM {evidence.people(subject)} WHERE {column} IS NOT NULL "
        f"AND NOT list_contains($1, {column}) GROUP BY 1 ORDER BY 2 DESC, 1",
        [list(points)],
    )
    if rows:
        people = sum(count for _, count in rows)
        shown = ", ".join(f"'{value}' ({count:,})" for value, count in rows[:_SHOWN])
        more = f" and {len(rows) - _SHOWN:,} more" if len(rows) > _SHOWN else ""
        message = (
            f"{people:,} people have a {fact} that it does not name and get nothing: {shown}{more}"
        )
        yield note(("rules", i, "points"), message)
