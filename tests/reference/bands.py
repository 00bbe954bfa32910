"""The points that a rule's bands or values give for a fact."""

from __future__ import annotations

from decimal import Decimal

from leadline.model import Rule
from tests.reference.logic import Facts


def points_by(rule: Rule, facts: Facts) -> Decimal | None:
    """The points, None where the fact is unknown or has no band and no value of its own."""
    if isinstance(rule.points, Decimal):
        return rule.points
    fact = facts.get(rule.by or "")
    if fact is None:
        return None
    if isinstance(rule.points, dict):
        return rule.points.get(str(fact))
    reached = [points for low, points in rule.points if _at_least(fact, low)]
    return reached[-1] if reached else None


def _at_least(fact: object, low: Decimal) -> bool:
    assert isinstance(fact, int | float | Decimal)
    # Beside a float a number is a float.
    return fact >= float(low) if isinstance(fact, float) else fact >= low
