"""Every point of one score, as rows that add up to it; and what changed between two scores."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from leadline.model import Rule
from leadline.predicates import fields_of
from leadline.scoring import sql
from leadline.scoring.compiler import CompiledModel, facts_of
from leadline.scoring.origins import NOWHERE, Origins, Sources
from leadline.scoring.sales import PINNED, pinned_row
from leadline.scoring.withheld import Withheld, why

_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Row:
    """Some points and why; a clamp is a row too. `rule` is what the model file calls it.

    sources: where the facts that it read, or the activities that it counted, are from.
    """

    rule: str
    dimension: str
    points: int
    detail: str
    sources: Sources = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """One contact's score with its rows; `sum(points) == score`, and 0 where there is no score.

    several: the person has several records, so that it matters where a row is from.
    """

    score: int | None
    dimensions: Mapping[str, int]
    grade: str | None
    temperature: str | None
    excluded: str | None
    rows: tuple[Row, ...]
    several: bool = False


@dataclass(frozen=True, slots=True)
class Without:
    """What plugins withhold of a person's activities, and the wide row as if they did not."""

    held: tuple[Withheld, ...]
    wide: Mapping[str, object]


def explain(
    compiled: CompiledModel,
    wide: Mapping[str, object],
    person: Mapping[str, object],
    origins: Origins = NOWHERE,
    pin: str | None = None,
    without: Without | None = None,
) -> Explanation:
    """The explanation of one wide row made with detail; `person` is the contact's facts.

    pin: the fact in which sales pin a score. without: given where plugins withhold activities.
    """
    points = _Points(wide)
    person = _with_made(compiled, person, wide)
    rows = [
        *_rules(compiled, points, person, origins, without),
        *_groups(compiled, points),
        *_dimensions(compiled, points),
        *_total(compiled, points),
    ]
    excluded = None
    if wide["exclusion"] is not None:
        exclusion = compiled.model.exclusions[points["exclusion"]]
        excluded = exclusion.name
        names = fields_of(compiled.meaning.exclusions[points["exclusion"]])
        taken = -sum(row.points for row in rows)
        told = f"no score: {_found(names, person)}"
        rows.append(Row(f"Excluded: {excluded}", "", taken, told, origins.of(names)))
    if (pinned := pinned_row(wide)) is not None:
        rows.append(Row(PINNED, "", *pinned, origins.of([pin] if pin else [])))
    score = wide["score"]
    return Explanation(
        score=None if score is None else points["score"],
        dimensions={}
        if excluded
        else {name: points[f"e{d}"] for d, name in enumerate(compiled.model.dimensions)},
        grade=_text(wide["grade"]),
        temperature=_text(wide["temperature"]),
        excluded=excluded,
        rows=tuple(rows),
        several=origins.several,
    )


def difference(before: Explanation, after: Explanation) -> tuple[Row, ...]:
    """What changed, row by row; the points add up to the difference of the two scores."""
    old, new = _by_name(before), _by_name(after)
    rows = []
    for key in dict.fromkeys((*new, *old)):
        was = sum(row.points for row in old.get(key, ()))
        now = sum(row.points for row in new.get(key, ()))
        if was != now:
            detail = new[key][0].detail if key in new else "no longer"
            both = (*new.get(key, ()), *old.get(key, ()))
            sources = tuple(sorted({source for row in both for source in row.sources}))
            rows.append(Row(*key, now - was, f"{was:+d} → {now:+d}; {detail}", sources))
    return tuple(rows)


def _by_name(explanation: Explanation) -> dict[tuple[str, str], list[Row]]:
    """Rows under their name and dimension: a rule may be called what a clamp is called."""
    rows: dict[tuple[str, str], list[Row]] = {}
    for row in explanation.rows:
        rows.setdefault((row.rule, row.dimension), []).append(row)
    return rows


@dataclass(frozen=True, slots=True)
class _Points:
    """The wide row's integers by column name."""

    wide: Mapping[str, object]

    def __getitem__(self, name: str) -> int:
        value = self.wide[name]
        if not isinstance(value, int):
            raise TypeError(f"column {name} holds {value!r}, not whole points")
        return value

    def get(self, name: str) -> int:
        return 0 if self.wide.get(name) is None else self[name]


def _with_made(
    compiled: CompiledModel, person: Mapping[str, object], wide: Mapping[str, object]
) -> Mapping[str, object]:
    """The facts about a person with the model's signals and looked-up ones."""
    made = (*compiled.meaning.signals, *compiled.model.lookups)
    return {**person, **{name: wide.get(sql.fact(name)) for name in made}}


def _rules(
    compiled: CompiledModel,
    points: _Points,
    person: Mapping[str, object],
    origins: Origins,
    without: Without | None,
) -> Iterator[Row]:
    """Each rule's rows; of a rule that would pay otherwise those, and one that takes it back."""
    restored = points if without is None else _Points(without.wide)
    for i, rule in enumerate(compiled.model.rules):
        kept = compiled.after_limit(i)
        taken = points[kept] - restored[kept]
        if without is None or not taken:
            yield from _rule(compiled, i, points, person, origins)
            continue
        yield from _rule(compiled, i, restored, _with_made(compiled, person, without.wide), origins)
        detail = why(without.held, rule)
        yield Row(f"Withheld from {rule.name}", rule.dimension, taken, detail)


def _rule(
    compiled: CompiledModel,
    i: int,
    points: _Points,
    person: Mapping[str, object],
    origins: Origins,
) -> Iterator[Row]:
    rule, raw = compiled.model.rules[i], points[f"r{i}"]
    if rule.activity is not None:
        detail, sources = _occurrences(rule, points, i), origins.rules.get(i, ())
    else:
        names = facts_of(compiled.meaning.rules[i])
        detail, sources = _found(names, person), origins.of(names)
        if points.wide[f"u{i}"]:
            missing = ", ".join(sorted(n for n in names if person.get(n) in (None, [])))
            most = max(rule.worths, key=abs)
            reach = f"{most:+}" if len(rule.worths) == 1 else f"up to {most:+}"
            said = f"unknown: no {missing}; could give {reach}"
            yield Row(rule.name, rule.dimension, 0, said, sources)
    if raw:
        yield Row(rule.name, rule.dimension, raw, detail, sources)
        kept = points[compiled.after_limit(i)]
        if kept != raw:
            detail = f"at most {rule.limit} in size"
            yield Row(f"Limit of {rule.name}", rule.dimension, kept - raw, detail)


def _groups(compiled: CompiledModel, points: _Points) -> Iterator[Row]:
    for g, (name, group) in enumerate(compiled.model.groups.items()):
        taken = points[f"h{g}"] - points[f"g{g}"]
        if taken:
            home = next(rule.dimension for rule in compiled.model.rules if rule.group == name)
            yield Row(f"Limit of group {name}", home, taken, f"at most {group.limit} in size")


def _dimensions(compiled: CompiledModel, points: _Points) -> Iterator[Row]:
    for d, (name, dimension) in enumerate(compiled.model.dimensions.items()):
        taken = points[f"e{d}"] - points[f"d{d}"]
        if taken:
            bound = f"at most {dimension.max}" if taken < 0 else "not below 0"
            yield Row(f"Limit of {name}", name, taken, bound)


def _total(compiled: CompiledModel, points: _Points) -> Iterator[Row]:
    taken = min(points["total"], compiled.model.max) - points["total"]
    if taken:
        yield Row("Limit of the score", "", taken, f"at most {compiled.model.max}")


def _occurrences(rule: Rule, points: _Points, i: int) -> str:
    times = points.get(f"n{i}")
    what = " or ".join(rule.activity or ())
    if rule.count is not None:
        what += f" ({rule.count})"
    parts = [f"{times} {what}" + ("" if rule.within is None else f" in {rule.within} days")]
    if times:
        parts.append(f"last on {_EPOCH + timedelta(days=points[f'last{i}'])}")
    if rule.once:
        parts.append("pays once")
    if rule.decay is not None:
        parts.append(f"ageing by {rule.decay}")
    return ", ".join(parts)


def _found(names: frozenset[str], person: Mapping[str, object]) -> str:
    return ", ".join(
        f"{name} is {person[name]}" if person.get(name) is not None else f"no {name}"
        for name in sorted(names)
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)
