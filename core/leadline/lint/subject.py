"""A model under the lens: its file, its meaning, and its conditions by key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from leadline.lint.conditions import Condition, conditions_of
from leadline.model import Model, Rule
from leadline.model.documents import Document
from leadline.model.keys import KeyPath
from leadline.model.meaning import Meaning
from leadline.vocabulary import FieldType


@dataclass(frozen=True)
class Subject:
    """What the checks look at; `today` is the day they are made for."""

    model: Model
    document: Document
    facts: Mapping[str, FieldType]
    today: date

    @cached_property
    def meaning(self) -> Meaning:
        return Meaning(self.model, self.facts)

    @cached_property
    def conditions(self) -> tuple[Condition, ...]:
        return conditions_of(self.meaning)

    @cached_property
    def person_rules(self) -> tuple[tuple[int, Rule], ...]:
        """The rules about a person, with their places in the file."""
        return tuple((i, r) for i, r in enumerate(self.model.rules) if r.activity is None)

    @cached_property
    def activity_rules(self) -> tuple[tuple[int, Rule], ...]:
        return tuple((i, r) for i, r in enumerate(self.model.rules) if r.activity is not None)

    def rule_facts(self, i: int) -> Mapping[str, KeyPath]:
        """The facts that rule i itself names, with the key that names each."""
        path: KeyPath = ("rules", i)
        named = {
            fact: each.path
            for each in self.conditions
            if each.path[:2] == path
            for fact in each.fields
        }
        by = self.model.rules[i].by
        return named if by is None else {**named, by: (*path, "by")}

    def person_facts(self) -> Iterator[tuple[str, KeyPath]]:
        """Each place where a fact about a person is named: by a condition, or by `by`."""
        for condition in self.conditions:
            if condition.about != "activity":
                yield from ((fact, condition.path) for fact in sorted(condition.fields))
        for i, rule in self.person_rules:
            if rule.by is not None:
                yield rule.by, ("rules", i, "by")
