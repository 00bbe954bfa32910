"""Every `when` of a model file, checked against the facts it may see."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from leadline.model.documents import Complaint
from leadline.model.keys import KeyPath
from leadline.predicates import PredicateError, parse
from leadline.vocabulary import ACTIVITY_FIELDS, FieldType

# What a condition on an activity may use; the rest is identity, or not there yet.
ACTIVITY_FACTS: dict[str, FieldType] = {
    name: ACTIVITY_FIELDS[name]
    for name in ("type", "name", "url", "campaign", "channel", "value", "occurred_at")
}
_UNKNOWN = re.compile(r"unknown field '([^']*)'")
_OWN_FIELD = "; a field of your own is declared under [fields] in the config file"


@dataclass(frozen=True, slots=True)
class Conditions:
    """The facts about a person, and the names whose declaration is itself wrong."""

    person: Mapping[str, FieldType]
    uncertain: Collection[str] = ()

    def check(self, table: Mapping[str, object]) -> Iterator[Complaint]:
        """One complaint per condition that cannot be used."""
        for place, rule in tables_of(table, "rules"):
            path: KeyPath = ("rules", place, "when")
            if rule.get("activity") is None:
                yield from self._person(rule.get("when"), path, "this rule is")
            else:
                yield from self._activity(rule.get("when"), path)
        for place, exclusion in tables_of(table, "exclusions"):
            path = ("exclusions", place, "when")
            yield from self._person(exclusion.get("when"), path, "exclusions are")

    def _person(self, text: object, path: KeyPath, who: str) -> Iterator[Complaint]:
        way_out = (
            'add activity = "…" to the rule, or use a fact about the person'
            if who == "this rule is"
            else "use a fact about the person"
        )
        others = {
            name: f"'{name}' is a fact about an activity, and {who} about the person: {way_out}"
            for name in ACTIVITY_FACTS
            if name not in self.person
        }
        yield from self._complaints(text, path, self.person, others, _OWN_FIELD)

    def _activity(self, text: object, path: KeyPath) -> Iterator[Complaint]:
        names = ", ".join(ACTIVITY_FACTS)
        others = {
            name: f"'{name}' is a fact about the person, and this rule is about activities, which "
            f"have {names}: make it a rule of its own, without 'activity'"
            for name in self.person
            if name not in ACTIVITY_FACTS
        }
        others["properties"] = f"'properties' cannot be used in a condition yet; there is {names}"
        yield from self._complaints(text, path, ACTIVITY_FACTS, others, f"; there is {names}")

    def _complaints(
        self,
        text: object,
        path: KeyPath,
        facts: Mapping[str, FieldType],
        others: Mapping[str, str],
        elsewhere: str,
    ) -> Iterator[Complaint]:
        if not isinstance(text, str) or any(name in text for name in self.uncertain):
            return
        try:
            parse(text, facts, elsewhere=elsewhere)
        except PredicateError as error:
            unknown = _UNKNOWN.match(str(error))
            message = (others.get(unknown[1]) if unknown else None) or str(error)
            caret = textwrap.indent(error.caret(), "    ")
            yield Complaint(path, f"{message}\n{caret}" if caret else message)


def tables_of(table: Mapping[str, object], key: str) -> list[tuple[int, Mapping[str, object]]]:
    """The tables of `[[key]]` with their places, leaving out what is no table."""
    value = table.get(key)
    items = value if isinstance(value, list) else []
    return [(place, item) for place, item in enumerate(items) if isinstance(item, dict)]


def table_of(table: Mapping[str, object], key: str) -> Mapping[str, object]:
    """The table `[key]`, empty where there is none."""
    value = table.get(key)
    return value if isinstance(value, dict) else {}
