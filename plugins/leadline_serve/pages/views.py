"""What pages show, worked out from what the server knows: small frozen values for the templates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from leadline.ledger import Run
from leadline.scoring.explain import Row
from leadline.serving import Summary


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the funnel: how many leads came at least so far. share: of all, 0…1."""

    name: str
    leads: int
    share: float


@dataclass(frozen=True, slots=True)
class Fall:
    """One row of a waterfall: points that it gives or takes, and the sum so far."""

    rule: str
    dimension: str
    points: int
    detail: str
    sources: tuple[str, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Unknown:
    """What is not known of a person and could give points."""

    rule: str
    dimension: str
    told: str


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a person in a CRM; url: the page of it there, where the CRM is known."""

    source: str
    contact_id: str
    connector: str
    url: str | None


@dataclass(frozen=True, slots=True)
class Counts:
    """One source's numbers of one run."""

    source: str
    contacts: int
    activities: int
    quarantined: int
    scored: int
    written: int
    unchanged: int
    rejected: int
    api_calls: int


def funnel_of(summary: Summary) -> tuple[Step, ...]:
    """All leads, then those at least as warm as each label, from the coldest to the hottest."""
    everybody = summary.model.leads
    steps = [Step("all leads", everybody, 1.0 if everybody else 0.0)]
    for place in range(len(summary.model.labels) - 2, -1, -1):
        warmer, label = summary.model.labels[: place + 1], summary.model.labels[place]
        inside = sum(summary.temperatures.get(each, 0) for each in warmer)
        name = label if place == 0 else f"{label} or warmer"
        steps.append(Step(name, inside, inside / everybody if everybody else 0.0))
    return tuple(steps)


def falls_of(rows: Sequence[Row]) -> tuple[Fall, ...]:
    """The rows that give or take points, each with the sum after it."""
    total, falls = 0, []
    for row in rows:
        if row.points:
            total += row.points
            falls.append(Fall(row.rule, row.dimension, row.points, row.detail, row.sources, total))
    return tuple(falls)


def unknowns_of(rows: Sequence[Row]) -> tuple[Unknown, ...]:
    """The rows that say what could be given if more were known."""
    return tuple(
        Unknown(row.rule, row.dimension, row.detail.removeprefix("unknown: "))
        for row in rows
        if not row.points and row.detail.startswith("unknown: ")
    )


def counts_of(run: Run) -> tuple[Counts, ...]:
    """The numbers of a run by source; empty while it runs."""
    found: Mapping[str, Mapping[str, int]] = run.summary.get("sources") or {}
    numbers = [name for name in Counts.__dataclass_fields__ if name != "source"]
    return tuple(
        Counts(source, **{name: int(each.get(name) or 0) for name in numbers})
        for source, each in found.items()
    )
