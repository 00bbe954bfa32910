"""What one occurrence is worth at each age: integers worked out once, before the query."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import pyarrow as pa

from leadline.model import Rule, Signal
from leadline.model.ageing import horizon, weight

if TYPE_CHECKING:
    from leadline.model.meaning import Meaning


class Weights:
    """`age` 0…H in days; `w{i}_{j}` thousandths per occurrence of branch j of rule i.

    `c{i}` is 1 while an occurrence counts, `c_{signal}` the same for a signal. The last row stands
    for every greater age: nothing changes after it.
    """

    def __init__(self, meaning: Meaning) -> None:
        model = meaning.model
        self._rules = [(i, rule) for i, rule in enumerate(model.rules) if rule.activity]
        self._signals = model.signals

    @cached_property
    def last_age(self) -> int:
        """H: the age from which on every weight stays as it is."""
        ends = [_horizon(rule) for _, rule in self._rules]
        ends += [signal.within + 1 for signal in self._signals.values() if signal.within]
        return max(ends, default=0)

    def table(self) -> pa.Table:
        ages = range(self.last_age + 1)
        columns: dict[str, pa.Array] = {"age": pa.array(ages, pa.int32())}
        for i, rule in self._rules:
            inside = [_counts(rule, age) for age in ages]
            for j, points in enumerate(rule.worths):
                worth = [
                    weight(points, rule.decay, age) if counts else 0
                    for age, counts in zip(ages, inside, strict=True)
                ]
                columns[f"w{i}_{j}"] = pa.array(worth, pa.int32())
            columns[f"c{i}"] = pa.array(map(int, inside), pa.int8())
        for name, signal in self._signals.items():
            columns[f"c_{name}"] = pa.array((int(_counts(signal, age)) for age in ages), pa.int8())
        return pa.table(columns)


def _horizon(rule: Rule) -> int:
    """The first age from which nothing changes: neither the worth nor whether it counts."""
    if rule.within is not None:
        return rule.within + 1  # worth nothing sooner, perhaps, but counted until then
    return max(horizon(points, rule.decay) for points in rule.worths)


def _counts(subject: Rule | Signal, age: int) -> bool:
    return subject.within is None or age <= subject.within
