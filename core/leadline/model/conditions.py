"""Every condition of a model file, checked against the facts it may see.

The file's own table is read, not the validated model, so that one wrong key does not hide the rest.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from leadline.model.documents import Complaint
from leadline.model.keys import KeyPath
from leadline.model.meaning import ACTIVITY_FACTS
from leadline.model.nearest import nearest
from leadline.predicates import Expr, PredicateError, parse
from leadline.predicates.tree import Literal
from leadline.vocabulary import ACTIVITY_FIELDS, FieldType

_UNKNOWN = re.compile(r"unknown field '([^']*)'")
_NO_SEGMENT = re.compile(r"there is no segment '([^']*)'")
_A_RULE = "this rule is"
_OWN_FIELD = "; a field of your own is declared under [fields] in the config file"
_NUMBERS = (FieldType.INTEGER, FieldType.NUMBER, FieldType.MONEY)


@dataclass(frozen=True)
class Conditions:
    """The facts about a person, and the names whose declaration is itself wrong."""

    facts: Mapping[str, FieldType]
    uncertain: Collection[str] = ()

    def check(self, table: Mapping[str, object]) -> Iterator[Complaint]:
        """One complaint per condition that cannot be used."""
        yield from _Checker(table, self.facts, self.uncertain).check()


@dataclass(frozen=True)
class _Checker:
    table: Mapping[str, object]
    facts: Mapping[str, FieldType]
    uncertain: Collection[str]
    segments: dict[str, Expr] = field(default_factory=dict)

    def check(self) -> Iterator[Complaint]:
        yield from self._signals()
        yield from self._segments()
        yield from self._person(self.table.get("for"), ("for",), "an audience is")
        yield from self._rules()
        for place, exclusion in tables_of(self.table, "exclusions"):
            path: KeyPath = ("exclusions", place, "when")
            yield from self._person(exclusion.get("when"), path, "exclusions are")
        yield from self._temperatures()

    # -- what may be named

    @cached_property
    def person(self) -> dict[str, FieldType]:
        signals = {
            name: _signal_type(signal)
            for name, signal in table_of(self.table, "signals").items()
            if isinstance(signal, dict)
        }
        return {**self.facts, **signals, **self._looked_up(activity=False)}

    @cached_property
    def activity(self) -> dict[str, FieldType]:
        return {**ACTIVITY_FACTS, **self._looked_up(activity=True)}

    @cached_property
    def lists(self) -> dict[str, tuple[str, ...]]:
        # Which words they hold does not matter here.
        return dict.fromkeys(table_of(self.table, "lists"), ("word",))

    def _looked_up(self, *, activity: bool) -> dict[str, FieldType]:
        return {
            name: FieldType.TEXT
            for name, lookup in table_of(self.table, "lookups").items()
            if isinstance(lookup, dict) and (lookup.get("key") in ACTIVITY_FACTS) is activity
        }

    # -- the places of conditions

    def _signals(self) -> Iterator[Complaint]:
        for name, signal in table_of(self.table, "signals").items():
            if isinstance(signal, dict):
                yield from self._about_activity(signal.get("when"), ("signals", name, "when"))

    def _segments(self) -> Iterator[Complaint]:
        for name, segment in table_of(self.table, "segments").items():
            if isinstance(segment, dict):
                path: KeyPath = ("segments", name, "when")
                yield from self._person(segment.get("when"), path, "segments are", name)

    def _rules(self) -> Iterator[Complaint]:
        for place, rule in tables_of(self.table, "rules"):
            path: KeyPath = ("rules", place, "when")
            if rule.get("activity") is None:
                yield from self._person(rule.get("when"), path, _A_RULE)
                yield from self._by(rule, place, self.person)
            else:
                yield from self._about_activity(rule.get("when"), path)
                yield from self._by(rule, place, self.activity)

    def _by(
        self, rule: Mapping[str, object], place: int, facts: Mapping[str, FieldType]
    ) -> Iterator[Complaint]:
        name, points = rule.get("by"), rule.get("points")
        if not isinstance(name, str) or name in self.uncertain:
            return
        path: KeyPath = ("rules", place, "by")
        if name not in facts:
            others = self._of_activity(_A_RULE) if facts is self.person else self._of_person()
            told = others.get(name) or f"unknown field '{name}'{nearest(name, facts)}"
            yield Complaint(path, told)
        elif isinstance(points, dict) and facts[name] is not FieldType.TEXT:
            yield Complaint(path, f"values are of a text, '{name}' is {facts[name]}: use bands")
        elif isinstance(points, list) and facts[name] not in _NUMBERS:
            yield Complaint(path, f"bands are of a number, '{name}' is {facts[name]}")

    def _temperatures(self) -> Iterator[Complaint]:
        dimensions = dict.fromkeys((*table_of(self.table, "dimensions"), "score"))
        scored = {**self.person, **dict.fromkeys(dimensions, FieldType.INTEGER)}
        for place, label in tables_of(self.table, "temperatures"):
            path: KeyPath = ("temperatures", place)
            others = self._of_activity("temperatures are")
            yield from self._complaints(
                label.get("when"), (*path, "when"), scored, others, _OWN_FIELD
            )
            for text in table_of(label, "where"):
                where: KeyPath = (*path, "where", text)
                yield from self._complaints(text, where, scored, others, _OWN_FIELD)

    # -- one condition

    def _person(
        self, text: object, path: KeyPath, who: str, segment: str = ""
    ) -> Iterator[Complaint]:
        others = self._of_activity(who)
        yield from self._complaints(text, path, self.person, others, _OWN_FIELD, segment)

    def _about_activity(self, text: object, path: KeyPath) -> Iterator[Complaint]:
        names = ", ".join(self.activity)
        others = self._of_person()
        yield from self._complaints(text, path, self.activity, others, f"; there is {names}")

    def _of_activity(self, who: str) -> dict[str, str]:
        """What to say where a condition about the person names an activity's fact."""
        way_out = (
            'add activity = "…" to the rule, or use a fact about the person'
            if who == _A_RULE
            else "use a fact about the person, or a signal"
        )
        return {
            name: f"'{name}' is a fact about an activity, and {who} about the person: {way_out}"
            for name in self.activity
            if name not in self.person
        }

    def _of_person(self) -> dict[str, str]:
        """What to say where a condition on activities names a fact about the person."""
        names = ", ".join(self.activity)
        return {
            name: f"'{name}' is a fact about the person, and this is about activities, which "
            f"have {names}: make it a rule of its own, without 'activity'"
            for name in self.person
            if name not in self.activity
        }

    def _complaints(
        self,
        text: object,
        path: KeyPath,
        facts: Mapping[str, FieldType],
        others: Mapping[str, str],
        elsewhere: str,
        segment: str = "",
    ) -> Iterator[Complaint]:
        if not isinstance(text, str) or any(name in text for name in self.uncertain):
            return
        # Segments are about the person: an activity's condition cannot ask for one.
        segments = {} if facts is self.activity else self.segments
        try:
            read = parse(text, facts, elsewhere=elsewhere, lists=self.lists, segments=segments)
        except PredicateError as error:
            unknown = _UNKNOWN.match(str(error))
            message = (others.get(unknown[1]) if unknown else None) or str(error)
            if segment_named := _NO_SEGMENT.match(str(error)):
                message = self._about_segment(segment_named[1], facts) or message
            caret = textwrap.indent(error.caret(), "    ")
            yield Complaint(path, f"{message}\n{caret}" if caret else message)
            read = Literal(value=True, type=FieldType.BOOLEAN)  # said here and not where it is used
        if segment:
            self.segments[segment] = read

    def _about_segment(self, name: str, facts: Mapping[str, FieldType]) -> str | None:
        """Why a segment that the file has cannot be asked for here."""
        if name not in table_of(self.table, "segments"):
            return None
        if facts is self.activity:
            return f"segment '{name}' is about the person, and this is about activities"
        return f"segment '{name}' stands here or below: a segment asks only for those above it"


def tables_of(table: Mapping[str, object], key: str) -> list[tuple[int, Mapping[str, object]]]:
    """The tables of `[[key]]` with their places, leaving out what is no table."""
    value = table.get(key)
    items = value if isinstance(value, list) else []
    return [(place, item) for place, item in enumerate(items) if isinstance(item, dict)]


def table_of(table: Mapping[str, object], key: str) -> Mapping[str, object]:
    """The table `[key]`, empty where there is none."""
    value = table.get(key)
    return value if isinstance(value, dict) else {}


def _signal_type(signal: Mapping[str, object]) -> FieldType:
    if signal.get("count") is not None:
        return FieldType.INTEGER
    if signal.get("sum") is not None:
        return FieldType.NUMBER
    return ACTIVITY_FIELDS.get(str(signal.get("value")), FieldType.TEXT)
