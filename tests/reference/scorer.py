"""The slow scorer: one contact, one rule, one occurrence at a time.

Its answer has the columns of the compiled query, so that the two can be held side by side.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

from leadline.model import Model, Rule
from leadline.predicates import fields_of, parse
from leadline.vocabulary import ACTIVITY_FIELDS, FieldType
from tests.reference.ageing import half_away, worth
from tests.reference.logic import Facts, truth
from tests.reference.world import World

Columns = dict[str, object]


@dataclass(frozen=True, slots=True)
class Reference:
    """A model over a world of facts; `score` answers for one instant."""

    model: Model
    facts: Mapping[str, FieldType]
    time_zone: ZoneInfo

    def score(
        self,
        world: World,
        as_of: datetime,
        published: Mapping[str, str | None] | None = None,
    ) -> dict[str, Columns]:
        """Contact id → every step from a rule's points to the label.

        published: the last label of each contact.
        """
        activities = world.activities_at(as_of)
        return {
            person.id: self._person(
                person.facts,
                [each.facts for each in activities if each.facts["contact_id"] == person.id],
                as_of,
                (published or {}).get(person.id),
            )
            for person in world.contacts_at(as_of)
        }

    def _person(
        self, person: Facts, activities: list[Facts], as_of: datetime, last: str | None
    ) -> Columns:
        columns: Columns = {}
        kept: list[int] = []
        for i, rule in enumerate(self.model.rules):
            points = self._rule(i, rule, person, activities, as_of, columns)
            columns[f"r{i}"] = points
            if rule.limit is not None:
                points = columns[f"l{i}"] = clamp(points, -rule.limit, rule.limit)
            kept.append(points)
        dimensions = self._dimensions(kept, columns)
        total = columns["total"] = sum(dimensions.values())
        exclusion = self._exclusion(person)
        score = None if exclusion is not None else clamp(total, 0, self.model.max)
        columns |= {"exclusion": exclusion, "score": score}
        columns["grade"] = None if exclusion is not None else self._grade(dimensions)
        columns["temperature"] = temperature(self.model, score, last)
        return columns

    def _rule(
        self,
        i: int,
        rule: Rule,
        person: Facts,
        activities: list[Facts],
        as_of: datetime,
        columns: Columns,
    ) -> int:
        """Whole points of a rule before its limit; what is counted goes into the columns."""
        if rule.activity is None:
            assert rule.when is not None
            holds = truth(parse(rule.when, self.facts), person)
            columns[f"u{i}"] = holds is None
            return whole(Fraction(rule.points) * 1000) if holds else 0
        today = self._day(as_of)
        days = sorted(
            self._day(each["occurred_at"]) for each in activities if self._counts(rule, each, today)
        )
        columns[f"n{i}"] = len(days)
        columns[f"last{i}"] = (days[-1] - date(1970, 1, 1)).days if days else None
        if len(days) < rule.at_least:
            return 0
        paying = days[-1:] if rule.once else days
        return whole(
            Fraction(sum(worth(rule.points, rule.decay, (today - d).days) for d in paying))
        )

    def _counts(self, rule: Rule, activity: Facts, today: date) -> bool:
        age = (today - self._day(activity["occurred_at"])).days
        if activity["type"] != rule.activity or (rule.within is not None and age > rule.within):
            return False
        return rule.when is None or truth(parse(rule.when, ACTIVITY_FIELDS), activity) is True

    def _day(self, instant: object) -> date:
        assert isinstance(instant, datetime)
        return instant.astimezone(self.time_zone).date()

    def _dimensions(self, kept: list[int], columns: Columns) -> dict[str, int]:
        sums = dict.fromkeys(self.model.dimensions, 0)
        groups = dict.fromkeys(self.model.groups, 0)
        homes = {rule.group: rule.dimension for rule in self.model.rules if rule.group}
        for rule, points in zip(self.model.rules, kept, strict=True):
            if rule.group is None:
                sums[rule.dimension] += points
            else:
                groups[rule.group] += points
        for g, (name, group) in enumerate(self.model.groups.items()):
            capped = clamp(groups[name], -group.limit, group.limit)
            columns |= {f"g{g}": groups[name], f"h{g}": capped}
            sums[homes[name]] += capped
        answer = {}
        for d, (name, dimension) in enumerate(self.model.dimensions.items()):
            answer[name] = clamp(sums[name], 0, dimension.max)
            columns |= {f"d{d}": sums[name], f"e{d}": answer[name]}
        return answer

    def _exclusion(self, person: Facts) -> int | None:
        for i, exclusion in enumerate(self.model.exclusions):
            if truth(parse(exclusion.when, self.facts), person):
                return i
        return None

    def _grade(self, dimensions: Mapping[str, int]) -> str | None:
        marks = [mark(cuts, dimensions[name]) for name, cuts in self.model.grades.items()]
        return "".join(marks) or None

    def reads(self) -> frozenset[str]:
        """The facts about a person that the model's conditions name."""
        texts = [rule.when for rule in self.model.rules if rule.activity is None and rule.when]
        texts += [exclusion.when for exclusion in self.model.exclusions]
        return frozenset().union(*(fields_of(parse(text, self.facts)) for text in texts))


def clamp(value: int, low: int, high: int) -> int:
    return max(low, min(high, value))


def whole(thousandths: Fraction) -> int:
    """Thousandths as whole points, half away from zero."""
    size = half_away(abs(thousandths) / 1000)
    return size if thousandths >= 0 else -size


def mark(cuts: Mapping[str, int], points: int) -> str:
    """The best symbol whose threshold is met; below all of them, the one that comes after."""
    for symbol, least in sorted(cuts.items(), key=lambda cut: cut[1], reverse=True):
        if points >= least:
            return symbol
    worst = min(cuts, key=lambda symbol: cuts[symbol])
    return str(int(worst) + 1) if worst.isdecimal() else chr(ord(worst) + 1)


def temperature(model: Model, score: int | None, last: str | None) -> str | None:
    """The warmest label whose `from` is reached, or that has not been left since it was given."""
    if not model.temperatures:
        return None
    if score is None:
        return "dead"
    ladder = sorted(model.temperatures, key=lambda label: label.from_, reverse=True)
    was = next((place for place, label in enumerate(ladder) if label.name == last), None)
    for place, label in enumerate(ladder):
        release = label.from_ if label.release is None else label.release
        if score >= label.from_ or (was is not None and was <= place and score >= release):
            return label.name
    return "dead" if "cold" in [label.name for label in ladder] else "cold"
