"""Every condition of a model with its key, read so that lists and segments keep their names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Literal as OneOf

from leadline.model.keys import KeyPath
from leadline.model.meaning import Meaning
from leadline.predicates import Expr, fields_of, parse
from leadline.predicates.tree import Field, InWords
from leadline.vocabulary import FieldType

About = OneOf["person", "activity", "score"]
_SEGMENT = "segment "  # no field's name has a blank


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition at a key; a list's only entry is its name, a segment is a field of its own."""

    path: KeyPath
    about: About
    expr: Expr

    @property
    def fields(self) -> frozenset[str]:
        """The facts it names itself; those of its segments are theirs."""
        return frozenset(name for name in fields_of(self.expr) if not name.startswith(_SEGMENT))

    @property
    def segments(self) -> frozenset[str]:
        named = (name for name in fields_of(self.expr) if name.startswith(_SEGMENT))
        return frozenset(name.removeprefix(_SEGMENT) for name in named)

    @property
    def lists(self) -> frozenset[str]:
        words = (node for node in nodes(self.expr) if isinstance(node, InWords))
        return frozenset(entry for node in words for entry in node.entries)


def conditions_of(meaning: Meaning) -> tuple[Condition, ...]:
    """All conditions: segments first, so that what is said of one is said at its own key."""
    return tuple(_Reader(meaning).read())


def nodes(expr: Expr) -> Iterator[Expr]:
    """The expression and everything inside it."""
    yield expr
    for spec in fields(expr):
        value = getattr(expr, spec.name)
        for child in value if isinstance(value, tuple) else (value,):
            if hasattr(child, "__dataclass_fields__"):
                yield from nodes(child)


@dataclass(frozen=True, slots=True)
class _Reader:
    meaning: Meaning

    def read(self) -> Iterator[Condition]:
        model = self.meaning.model
        for name, segment in model.segments.items():
            yield self._one(("segments", name, "when"), "person", segment.when)
        if model.for_ is not None:
            yield self._one(("for",), "person", model.for_)
        for name, signal in model.signals.items():
            if signal.when is not None:
                yield self._one(("signals", name, "when"), "activity", signal.when)
        for i, rule in enumerate(model.rules):
            if rule.when is not None:
                about: About = "person" if rule.activity is None else "activity"
                yield self._one(("rules", i, "when"), about, rule.when)
        for i, exclusion in enumerate(model.exclusions):
            yield self._one(("exclusions", i, "when"), "person", exclusion.when)
        for i, label in enumerate(model.temperatures):
            if label.when is not None:
                yield self._one(("temperatures", i, "when"), "score", label.when)
            for text in label.where:
                yield self._one(("temperatures", i, "where", text), "score", text)

    def _one(self, path: KeyPath, about: About, text: str) -> Condition:
        meaning = self.meaning
        facts: Mapping[str, FieldType] = {
            "person": meaning.person,
            "activity": meaning.activity,
            "score": meaning.scored,
        }[about]
        lists = {name: (name,) for name in meaning.model.lists}
        segments = {
            name: Field(_SEGMENT + name, FieldType.BOOLEAN) for name in meaning.model.segments
        }
        return Condition(path, about, parse(text, facts, lists=lists, segments=segments))
