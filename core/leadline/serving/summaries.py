"""The leads in numbers: by label, by points, by stage, and what each rule gave."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from leadline.serving.heads import Head, ServedModel
from leadline.serving.points import Layout

BAND = 5  # points of the histogram's bars


@dataclass(frozen=True, slots=True)
class Summary:
    """All leads of a model, counted; a label that nobody has is there with 0.

    histogram: the least score of each bar of 5 points → leads; without the excluded. stages: the
    stage that the label asks for; lifecycle: the CRM's own. Under "" those that have none.
    """

    model: ServedModel
    temperatures: Mapping[str, int]
    grades: Mapping[str, int]
    stages: Mapping[str, int]
    lifecycle: Mapping[str, int]
    sources: Mapping[str, int]
    owners: Mapping[str, int]
    histogram: Mapping[int, int]
    excluded: int


@dataclass(frozen=True, slots=True)
class RuleUse:
    """One row that scores have: a rule, or a limit that bites. kind: see `points`."""

    rule: str
    dimension: str
    kind: str
    contacts: int
    points: int


def models(connection: sqlite3.Connection) -> list[ServedModel]:
    """The models that were published."""
    rows = connection.execute("SELECT * FROM models ORDER BY id").fetchall()
    return [Head.of(row) for row in rows]


def summary(connection: sqlite3.Connection, model: str) -> Summary | None:
    """None for a model that was never published."""
    head = Head.find(connection, model)
    if head is None:
        return None
    bars: dict[int, int] = {}
    excluded = 0
    for row in connection.execute(
        "SELECT score, leads FROM histogram WHERE model = ? ORDER BY score", [head.id]
    ):
        if row["score"] is None:
            excluded = row["leads"]
        else:
            bar = row["score"] // BAND * BAND
            bars[bar] = bars.get(bar, 0) + row["leads"]
    temperatures = _by(connection, head, "temperature")
    return Summary(
        model=head,
        temperatures={label: temperatures.get(label, 0) for label in head.labels} | temperatures,
        grades=_by(connection, head, "grade"),
        stages=_by(connection, head, "stage"),
        lifecycle=_by(connection, head, "lifecycle_stage"),
        sources=_by(connection, head, "source"),
        owners=_by(connection, head, "owner"),
        histogram=bars,
        excluded=excluded,
    )


def uses(connection: sqlite3.Connection, model: str) -> list[RuleUse]:
    """How many contacts each rule gives points to and how often each limit bites."""
    head = Head.find(connection, model)
    if head is None:
        return []
    places = Layout.from_json(head.layout).places
    rows = connection.execute(
        "SELECT place, contacts, points FROM uses WHERE model = ? ORDER BY place", [head.id]
    )
    found = ((places[row["place"]], row) for row in rows)
    return [
        RuleUse(place.rule, place.dimension, place.kind, row["contacts"], row["points"])
        for place, row in found
    ]


def _by(connection: sqlite3.Connection, head: Head, column: str) -> dict[str, int]:
    rows = connection.execute(
        f"SELECT coalesce({column}, '') AS value, sum(leads) AS leads FROM counts "
        "WHERE model = ? GROUP BY 1 ORDER BY 1",
        [head.id],
    )
    return {row["value"]: row["leads"] for row in rows}
