"""What a person did: which activities count for a rule or a signal, and what they come to."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from leadline.model import Rule, Signal
from leadline.model.meaning import Meaning
from tests.reference.ageing import worth
from tests.reference.bands import points_by
from tests.reference.logic import Facts, Today, Value, truth
from tests.reference.world import Record

# Values of this size and more are no amounts.
_ABSURD = 10**12


@dataclass(frozen=True, slots=True)
class Paying:
    """One occurrence, or one distinct value, that counts: its day and its thousandths."""

    day: date
    thousandths: int


@dataclass(frozen=True, slots=True)
class Happened:
    """The activities of one person, each with the facts that are looked up for it."""

    meaning: Meaning
    today: Today
    activities: Sequence[Record]
    off: Collection[str]

    def paying(self, rule: Rule) -> list[Paying]:
        """What a rule pays for, before `at_least`, `once` and its limit."""
        found = [
            (each.facts, Paying(self.today.day_of(each.facts["occurred_at"]), thousandths))
            for each in self._counting(rule)
            if (thousandths := self._worth(rule, each.facts)) is not None
        ]
        if rule.count is None:
            return [pays for _, pays in found]
        what = rule.count.split()[1]
        values = {facts[what] for facts, _ in found if facts.get(what) is not None}
        return [
            _together([pays for facts, pays in found if facts.get(what) == each]) for each in values
        ]

    def thousandths(self, rule: Rule, paying: Sequence[Paying]) -> Fraction:
        """The sum, or with `once` what is worth most."""
        if len(paying) < rule.at_least:
            return Fraction(0)
        if rule.once:
            return Fraction(_together(paying).thousandths)
        return Fraction(sum(each.thousandths for each in paying))

    def signal(self, signal: Signal) -> Value:
        """A count, a sum, or the first or last known value."""
        found = self._counting(signal)
        if signal.pick is not None:
            return self._picked(signal, found)
        if {*signal.activity, "*"} & set(self.off):
            return None
        if signal.sum is not None:
            return float(sum(map(_amount, found))) / 10_000
        if signal.count == "each":
            return len(found)
        if signal.count == "days":
            return len({self.today.day_of(each.facts["occurred_at"]) for each in found})
        what = str(signal.count).split()[1]
        return len({each.facts[what] for each in found if each.facts.get(what) is not None})

    def _picked(self, signal: Signal, found: Sequence[Record]) -> Value:
        known = [
            (each.facts["occurred_at"], each.id, each.facts[signal.value or ""])
            for each in found
            if each.facts.get(signal.value or "") is not None
        ]
        ends = sorted(known, key=lambda each: each[:2])
        return None if not ends else ends[0 if signal.pick == "first" else -1][2]

    def _counting(self, subject: Rule | Signal) -> list[Record]:
        """The activities of the right type and age for which the condition holds."""
        types, when = subject.activity or (), subject.when
        test = None if when is None else self.meaning.about_activity(when)
        return [
            each
            for each in self.activities
            if ("*" in types or each.facts["type"] in types)
            and (
                subject.within is None
                or self.today.age_of(each.facts["occurred_at"]) <= subject.within
            )
            and (test is None or truth(test, each.facts, self.today))
        ]

    def _worth(self, rule: Rule, activity: Facts) -> int | None:
        """Thousandths of one occurrence; None where no band and no value is its own."""
        points = points_by(rule, activity)
        if points is None:
            return None
        return worth(points, rule.decay, self.today.age_of(activity["occurred_at"]))


def _together(paying: Sequence[Paying]) -> Paying:
    """What is worth most of several, and the last day of any."""
    best = max(paying, key=lambda each: abs(each.thousandths))
    return Paying(max(each.day for each in paying), best.thousandths)


def _amount(activity: Record) -> int:
    """Ten thousandths of an activity's value, half away from zero."""
    value = activity.facts.get("value")
    if not isinstance(value, float | int) or not abs(value) < _ABSURD:
        return 0
    # As the engine does it: the product is a float, and what comes after it is exact.
    return int(Decimal(value * 10_000.0).quantize(Decimal(1), rounding=ROUND_HALF_UP))
