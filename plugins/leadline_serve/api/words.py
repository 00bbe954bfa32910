"""A model's rules in plain words, for people who do not read the file."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from leadline.model import Model, Rule

_SHOWN = 8  # bands or values of one rule


def points_in_words(rule: Rule) -> str:
    """What a rule pays: "+20", or "by company.employees: from 50 +8, from 250 +12"."""
    if isinstance(rule.points, Decimal):
        return _signed(rule.points)
    if isinstance(rule.points, dict):
        parts = [f"{value} {_signed(points)}" for value, points in rule.points.items()]
    else:
        parts = [f"from {_plain(least)} {_signed(points)}" for least, points in rule.points]
    more = [f"{len(parts) - _SHOWN} more"] if len(parts) > _SHOWN else []
    return f"by {rule.by}: {', '.join([*parts[:_SHOWN], *more])}"


def rule_in_words(rule: Rule) -> str:
    """One sentence: what is paid, for what, how it ages, and where it ends."""
    return ", ".join([f"{points_in_words(rule)} {_for_what(rule)}".rstrip(), *_bounds(rule)])


def labels_in_words(model: Model) -> list[str]:
    """How a score gets each temperature, hottest first."""
    told = []
    for label in model.ranked:
        also = f" and {label.when}" if label.when else ""
        stage = f", stage {label.stage}" if label.stage else ""
        until = f"until below {label.leaves_below}"
        told.append(f"{label.name}: from {label.from_} points{also}, {until}{stage}")
    return told


def _for_what(rule: Rule) -> str:
    if rule.activity is None:
        return f"if {rule.when}" if rule.when else ""
    kinds = " or ".join("any activity" if each == "*" else each for each in rule.activity)
    each = "once for" if rule.once else f"for each {rule.count} of" if rule.count else "for each"
    where = f" where {rule.when}" if rule.when else ""
    return f"{each} {kinds}{where}"


def _bounds(rule: Rule) -> Iterator[str]:
    if rule.within is not None:
        yield f"in the last {rule.within} days"
    if rule.at_least > 1:
        yield f"from {rule.at_least} of them on"
    if rule.decay is not None:
        yield f"ageing by {rule.decay}"
    if rule.limit is not None:
        yield f"at most {rule.limit} in all"
    if rule.group is not None:
        yield f"capped with group {rule.group}"


def _signed(points: Decimal) -> str:
    return f"{points.normalize():+f}"


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
