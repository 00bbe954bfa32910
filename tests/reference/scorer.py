"""The slow scorer: one contact, one rule, one occurrence at a time.

Its answer has the columns of the compiled query, so that the two can be held side by side.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from functools import cached_property
from zoneinfo import ZoneInfo

from leadline.model import Model, Rule
from leadline.model.meaning import ACTIVITY_FACTS, Meaning
from leadline.predicates import fields_of
from leadline.vocabulary import FieldType, column_of
from tests.reference.ageing import half_away
from tests.reference.bands import points_by
from tests.reference.happened import Happened
from tests.reference.labels import mark, temperature
from tests.reference.logic import Facts, Today, Value, truth
from tests.reference.world import Record, World

Columns = dict[str, object]


@dataclass(frozen=True)
class Reference:
    """A model over a world of facts; `score` answers for one instant.

    off: the types of activity that the world's source cannot deliver.
    """

    model: Model
    facts: Mapping[str, FieldType]
    time_zone: ZoneInfo
    off: Collection[str] = ()

    @cached_property
    def meaning(self) -> Meaning:
        """What reads the conditions: their trees are the reference's input."""
        return Meaning(self.model, self.facts)

    def score(
        self,
        world: World,
        as_of: datetime,
        published: Mapping[str, str | None] | None = None,
    ) -> dict[str, Columns]:
        """Contact id → every step from a rule's points to the label, of those whom it scores.

        published: the last label of each contact.
        """
        today = Today.at(as_of, self.time_zone)
        activities = [self._looked_up(each) for each in world.activities_at(as_of)]
        answer = {}
        for person in world.contacts_at(as_of):
            mine = [each for each in activities if each.facts["contact_id"] == person.id]
            happened = Happened(self.meaning, today, mine, self.off)
            facts = self._person(person.facts, happened)
            audience = self.meaning.audience
            if audience is None or truth(audience, facts, today):
                last = (published or {}).get(person.id)
                answer[person.id] = self._scored(facts, happened, today, last)
        return answer

    # -- facts that the model makes

    def _looked_up(self, activity: Record) -> Record:
        facts = dict(activity.facts)
        for name, lookup in self.model.lookups.items():
            if lookup.key in ACTIVITY_FACTS:
                facts[name] = lookup.rows.get(str(facts.get(lookup.key)))
        return Record(activity.id, activity.learned_at, facts)

    def _person(self, known: Facts, happened: Happened) -> Facts:
        """The facts about a person, with signals and what is looked up."""
        facts: dict[str, Value] = dict(known)
        for name, lookup in self.model.lookups.items():
            if lookup.key not in ACTIVITY_FACTS:
                key = known.get(lookup.key)
                facts[name] = None if key is None else lookup.rows.get(str(key))
        for name, signal in self.model.signals.items():
            facts[name] = happened.signal(signal)
        return facts

    # -- the way of a point

    def _scored(self, person: Facts, happened: Happened, today: Today, last: str | None) -> Columns:
        columns: Columns = {}
        kept: list[int] = []
        for i, rule in enumerate(self.model.rules):
            points = self._rule(i, rule, person, happened, today, columns)
            columns[f"r{i}"] = points
            if rule.limit is not None:
                points = columns[f"l{i}"] = clamp(points, -rule.limit, rule.limit)
            kept.append(points)
        dimensions = self._dimensions(kept, columns)
        total = columns["total"] = sum(dimensions.values())
        exclusion = self._exclusion(person, today)
        score = None if exclusion is not None else clamp(total, 0, self.model.max)
        columns |= {"exclusion": exclusion, "score": score}
        columns["grade"] = None if exclusion is not None else self._grade(dimensions)
        scored: Facts = {**person, **dimensions, "score": score}

        def holds(text: str) -> bool:
            return truth(self.meaning.about_score(text), scored, today) is True

        columns["temperature"] = temperature(self.model, score, last, holds)
        return columns | {f"x_{column_of(name)}": person.get(name) for name in self._shown()}

    def _rule(
        self,
        i: int,
        rule: Rule,
        person: Facts,
        happened: Happened,
        today: Today,
        columns: Columns,
    ) -> int:
        """Whole points of a rule before its limit; what is counted goes into the columns."""
        if rule.activity is None:
            return self._about_person(i, rule, person, today, columns)
        paying = happened.paying(rule)
        days = [each.day for each in paying]
        columns[f"n{i}"] = len(paying)
        columns[f"last{i}"] = (max(days) - date(1970, 1, 1)).days if days else None
        return whole(happened.thousandths(rule, paying))

    def _about_person(
        self, i: int, rule: Rule, person: Facts, today: Today, columns: Columns
    ) -> int:
        test = None if rule.when is None else self.meaning.about_person(rule.when)
        condition = True if test is None else truth(test, person, today)
        points = points_by(rule, person)
        unknown_fact = rule.by is not None and person.get(rule.by) is None
        # Where the condition is false, or the known fact is in no band, nothing more could tell.
        columns[f"u{i}"] = condition is not False and (
            unknown_fact or (condition is None and points is not None)
        )
        return whole(Fraction(points) * 1000) if condition and points is not None else 0

    def _dimensions(self, kept: Sequence[int], columns: Columns) -> dict[str, int]:
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

    def _shown(self) -> set[str]:
        """The facts that an answer brings along: what the model makes, and what labels read."""
        made = {*self.model.signals, *self.model.lookups}
        for condition, others in self.meaning.labels:
            for each in (condition, *others):
                made |= fields_of(each) if each is not None else set()
        return made & self.meaning.person.keys()

    def _exclusion(self, person: Facts, today: Today) -> int | None:
        for i, exclusion in enumerate(self.meaning.exclusions):
            if truth(exclusion, person, today):
                return i
        return None

    def _grade(self, dimensions: Mapping[str, int]) -> str | None:
        marks = [mark(cuts, dimensions[name]) for name, cuts in self.model.grades.items()]
        return "".join(marks) or None


def clamp(value: int, low: int, high: int) -> int:
    return max(low, min(high, value))


def whole(thousandths: Fraction) -> int:
    """Thousandths as whole points, half away from zero."""
    size = half_away(abs(thousandths) / 1000)
    return size if thousandths >= 0 else -size
