"""A model with its conditions read: which facts each may name, and how each rule branches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from leadline.model.rules import Rule, Signal
from leadline.model.schema import Model
from leadline.predicates import Expr, PredicateError, fields_of, parse
from leadline.predicates.tree import Compare, Field, Literal, Logic
from leadline.vocabulary import ACTIVITY_FIELDS, KIND_FIELDS, FieldType

# What a condition on an activity may use; the rest is identity.
ACTIVITY_FACTS: dict[str, FieldType] = {
    name: ACTIVITY_FIELDS[name] for name in (*KIND_FIELDS, "value", "occurred_at", "properties")
}


@dataclass(frozen=True, slots=True)
class Branch:
    """One way in which a rule pays: its test (None: always) and its points."""

    test: Expr | None
    points: Decimal


@dataclass(frozen=True)
class Meaning:
    """The model's conditions as typed trees; PredicateError where one cannot be read.

    facts: what is known about a person without the model: record, standard and own fields.
    """

    model: Model
    facts: Mapping[str, FieldType]

    # -- what may be named where

    @cached_property
    def signals(self) -> dict[str, FieldType]:
        """The model's signals, which are facts about a person."""
        return {name: _signal_type(signal) for name, signal in self.model.signals.items()}

    @cached_property
    def person(self) -> dict[str, FieldType]:
        """The facts that a condition about a person may name."""
        return {**self.facts, **self.signals, **self._looked_up(self.facts)}

    @cached_property
    def activity(self) -> dict[str, FieldType]:
        """The facts that a condition about an activity may name."""
        return {**ACTIVITY_FACTS, **self._looked_up(ACTIVITY_FACTS)}

    @cached_property
    def scored(self) -> dict[str, FieldType]:
        """The facts that a condition of a temperature may name: the score and its parts as well."""
        points = dict.fromkeys((*self.model.dimensions, "score"), FieldType.INTEGER)
        return {**self.person, **points}

    def _looked_up(self, facts: Mapping[str, FieldType]) -> dict[str, FieldType]:
        # A key that is a fact of both, such as 'type', is the activity's.
        activity = facts is ACTIVITY_FACTS
        return {
            name: FieldType.TEXT
            for name, lookup in self.model.lookups.items()
            if (lookup.key in ACTIVITY_FACTS if activity else lookup.key not in ACTIVITY_FACTS)
        }

    # -- conditions

    @cached_property
    def segments(self) -> dict[str, Expr]:
        """Each segment's condition; it may ask for those named above it."""
        read: dict[str, Expr] = {}
        for name, segment in self.model.segments.items():
            read[name] = parse(segment.when, self.person, lists=self.model.lists, segments=read)
        return read

    def about_person(self, text: str) -> Expr:
        return parse(text, self.person, lists=self.model.lists, segments=self.segments)

    def about_activity(self, text: str) -> Expr:
        return parse(text, self.activity, lists=self.model.lists)

    def about_score(self, text: str) -> Expr:
        return parse(text, self.scored, lists=self.model.lists, segments=self.segments)

    @cached_property
    def rules(self) -> tuple[tuple[Branch, ...], ...]:
        """The branches of each rule, in the file's order."""
        return tuple(tuple(self._branches(rule)) for rule in self.model.rules)

    @cached_property
    def signal_tests(self) -> dict[str, Expr | None]:
        return {
            name: None if signal.when is None else self.about_activity(signal.when)
            for name, signal in self.model.signals.items()
        }

    @cached_property
    def exclusions(self) -> tuple[Expr, ...]:
        return tuple(self.about_person(each.when) for each in self.model.exclusions)

    @cached_property
    def audience(self) -> Expr | None:
        """Whom the model scores; None is everybody."""
        return None if self.model.for_ is None else self.about_person(self.model.for_)

    @cached_property
    def labels(self) -> tuple[tuple[Expr | None, tuple[Expr, ...]], ...]:
        """Per temperature, hottest first: its condition, and those of its other cut-offs."""
        return tuple(
            (
                None if label.when is None else self.about_score(label.when),
                tuple(self.about_score(text) for text in label.where),
            )
            for label in self.model.ranked
        )

    @cached_property
    def fields(self) -> frozenset[str]:
        """The facts about a person that have to be fetched for this model."""
        conditions = [*self.exclusions, *self.segments.values()]
        conditions += [self.audience] if self.audience is not None else []
        for rule, branches in zip(self.model.rules, self.rules, strict=True):
            if rule.activity is None:
                conditions += [branch.test for branch in branches if branch.test is not None]
        for condition, others in self.labels:
            conditions += [*others, *([condition] if condition is not None else [])]
        named = frozenset().union(*map(fields_of, conditions)) | {
            lookup.key for lookup in self.model.lookups.values()
        }
        return named & self.facts.keys()

    def _branches(self, rule: Rule) -> Iterator[Branch]:
        read = self.about_activity if rule.activity else self.about_person
        condition = None if rule.when is None else read(rule.when)
        if isinstance(rule.points, Decimal):
            yield Branch(condition, rule.points)
            return
        for test, points in self._by(rule):
            yield Branch(test if condition is None else Logic("AND", (condition, test)), points)

    def _by(self, rule: Rule) -> Iterator[tuple[Expr, Decimal]]:
        """The test of each band or value of a rule with `by`."""
        scope = self.activity if rule.activity else self.person
        name = rule.by or ""
        if name not in scope:
            raise PredicateError(f"unknown field '{name}'", name, 0)
        fact = Field(name, scope[name])
        if isinstance(rule.points, dict):
            if fact.type is not FieldType.TEXT:
                raise PredicateError(f"values are of a text, '{name}' is {fact.type}", name, 0)
            for value, points in rule.points.items():
                yield Compare("=", fact, Literal(value, FieldType.TEXT)), points
            return
        if fact.type not in (FieldType.INTEGER, FieldType.NUMBER, FieldType.MONEY):
            raise PredicateError(f"bands are of a number, '{name}' is {fact.type}", name, 0)
        assert isinstance(rule.points, tuple)
        edges = [Literal(low, FieldType.NUMBER) for low, _ in rule.points]
        for place, (_, points) in enumerate(rule.points):
            test: Expr = Compare(">=", fact, edges[place])
            if place + 1 < len(edges):
                test = Logic("AND", (test, Compare("<", fact, edges[place + 1])))
            yield test, points


def _signal_type(signal: Signal) -> FieldType:
    if signal.count is not None:
        return FieldType.INTEGER
    if signal.sum is not None:
        return FieldType.NUMBER
    return ACTIVITY_FIELDS[signal.value or "name"]
