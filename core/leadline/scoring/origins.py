"""Which sources a person's points come from: of each fact, each signal and each rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from leadline.scoring import sql
from leadline.scoring.compiler import CompiledModel
from leadline.scoring.people import Person

Sources = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Origins:
    """The sources behind what is known of one person; nothing known has none.

    facts: each fact about the person, signals and looked-up ones too. rules: by position, the
    sources whose activities count for it. several: the person has several records.
    """

    facts: Mapping[str, Sources] = field(default_factory=dict)
    rules: Mapping[int, Sources] = field(default_factory=dict)
    several: bool = False

    def of(self, names: Iterable[str]) -> Sources:
        """The sources of these facts, by name."""
        return tuple(sorted({source for name in names for source in self.facts.get(name, ())}))


NOWHERE = Origins()


def origins_of(
    compiled: CompiledModel,
    person: Person,
    wide: Mapping[str, object],
    per_source: Iterable[Mapping[str, object]] | None,
) -> Origins:
    """The origins of one wide row made with detail.

    per_source: the rows of `Engine.per_source`; None where all the person's records are of one
    source, so that whatever counted is of that one.
    """
    only: Sources = (person.key[0],)
    model = compiled.model
    facts: dict[str, Sources] = {fact: (source,) for fact, (source, _) in person.origins.items()}
    facts |= {
        name: facts[lookup.key] for name, lookup in model.lookups.items() if lookup.key in facts
    }
    paying = {i: f"n{i}" for i, rule in enumerate(model.rules) if rule.activity is not None}
    if per_source is None:
        signals = {name: only for name in model.signals if wide.get(sql.fact(name))}
        rules = {i: only for i, count in paying.items() if wide.get(count)}
        return Origins({**facts, **signals}, rules, len(person.records) > 1)
    rows = list(per_source)
    rules = {i: _where(rows, f"r{i}") for i in paying}
    signals = {
        name: _where(rows, f"q_{name}") if signal.pick is None else _picked(rows, name, signal.pick)
        for name, signal in model.signals.items()
    }
    return Origins({**facts, **signals}, rules, len(person.records) > 1)


def _where(rows: Iterable[Mapping[str, object]], column: str) -> Sources:
    return tuple(sorted(str(row["source"]) for row in rows if row[column]))


def _picked(rows: Iterable[Mapping[str, object]], name: str, end: str) -> Sources:
    """The one source that has the first or last of all."""
    places = []
    for row in rows:
        if isinstance(place := row[f"q_{name}"], dict):
            places.append((place["at"], place["id"], str(row["source"])))
    if not places:
        return ()
    return ((max(places) if end == "last" else min(places))[2],)
