"""What the limits let a score reach: grades and labels above that are never given."""

from __future__ import annotations

import math
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from leadline.lint.remarks import Remark, note, warning
from leadline.lint.subject import Subject
from leadline.model import Model, Rule
from leadline.predicates import Expr
from leadline.predicates.tree import Compare, Field, Literal, Logic


def check_reach(subject: Subject) -> Iterator[Remark]:
    """By arithmetic alone: rule, group and dimension limits against the cut-offs."""
    model = subject.model
    tops = {name: _dimension(model, name) for name in model.dimensions}
    for name, top in tops.items():
        most = model.dimensions[name].max
        if top == 0:
            message = f"no rule gives points to '{name}': add one, or delete the dimension"
            yield warning(("dimensions", name), message)
        elif top < most:
            message = f"its rules give {top:.0f} points at most: the max of {most} is never reached"
            yield note(("dimensions", name, "max"), message)
    yield from _grades(model, tops)
    yield from _temperatures(subject, tops)
    yield from _groups(model)


def highest(rule: Rule) -> float:
    """The most whole points that one rule can give; infinity where nothing limits it."""
    top = max((_whole(points) for points in rule.worths), default=0)
    if rule.activity is not None and not rule.once and max(rule.worths) > 0:
        return math.inf if rule.limit is None else rule.limit
    return max(0, top if rule.limit is None else min(top, rule.limit))


def _lowest(rule: Rule) -> float:
    bottom = min((_whole(points) for points in rule.worths), default=0)
    if rule.activity is not None and not rule.once and min(rule.worths) < 0:
        return -math.inf if rule.limit is None else -rule.limit
    return min(0, bottom if rule.limit is None else max(bottom, -rule.limit))


def _dimension(model: Model, name: str) -> float:
    rules = [rule for rule in model.rules if rule.dimension == name]
    total: float = sum(highest(rule) for rule in rules if rule.group is None)
    for group in {rule.group for rule in rules if rule.group is not None}:
        together = sum(highest(rule) for rule in rules if rule.group == group)
        total += min(together, model.groups[group].limit)
    return min(total, model.dimensions[name].max)


def _grades(model: Model, tops: dict[str, float]) -> Iterator[Remark]:
    for name, cuts in model.grades.items():
        for mark, least in cuts.items():
            if tops[name] < least:
                message = (
                    f"nobody gets {mark}: it needs {least} points of {name}, its rules give "
                    f"{tops[name]:.0f} at most; lower the cut-off, or add points"
                )
                yield warning(("grades", name, mark), message)
        mark, least = list(cuts.items())[-1]
        if least == 0:
            message = f"everybody has {mark} or better, as no points are below 0: nobody is worse"
            yield note(("grades", name, mark), message)


def _temperatures(subject: Subject, tops: dict[str, float]) -> Iterator[Remark]:
    model = subject.model
    reach = min(model.max, sum(tops.values()))
    for i, label in enumerate(model.temperatures):
        path: tuple[str | int, ...] = ("temperatures", i)
        spans = {(*path, "from"): label.from_}
        spans |= {(*path, "where", text): span.from_ for text, span in label.where.items()}
        for place, start in spans.items():
            if start > reach:
                message = f"begins at {start}, and no score is above {reach:.0f}: nobody is it"
                yield warning(place, message)
        if label.from_ == 0 and label.when is None:
            message = (
                f"everybody with a score is '{label.name}' or warmer: nobody is {model.coldest}"
            )
            yield note((*path, "from"), message)
    for condition in subject.conditions:
        if condition.path[0] == "temperatures":
            known = {**tops, "score": reach}
            for name, least in _demanded(condition.expr, known):
                message = (
                    f"asks for {name} of {least} or more, which never exceeds {known[name]:.0f}"
                )
                yield warning(condition.path, message)


def _demanded(expr: Expr, tops: dict[str, float]) -> Iterator[tuple[str, Decimal]]:
    """What every way to meet the condition needs and the limits refuse."""
    if isinstance(expr, Logic) and expr.op == "AND":
        for operand in expr.operands:
            yield from _demanded(operand, tops)
    if isinstance(expr, Compare) and expr.op in (">", ">=", "="):
        left, right = expr.left, expr.right
        if isinstance(left, Field) and left.name in tops and isinstance(right, Literal):
            least = right.value
            if isinstance(least, Decimal) and (
                least > tops[left.name] or (expr.op == ">" and least == tops[left.name])
            ):
                yield left.name, least


def _groups(model: Model) -> Iterator[Remark]:
    for name, group in model.groups.items():
        rules = [rule for rule in model.rules if rule.group == name]
        most = max(sum(map(highest, rules)), -sum(map(_lowest, rules)))
        if most <= group.limit:
            message = (
                f"its rules come to {most:.0f} at most, so the limit of {group.limit} never takes "
                "anything: lower it, or leave the group out"
            )
            yield note(("groups", name, "limit"), message)


def _whole(points: Decimal) -> int:
    return int(points.to_integral_value(rounding=ROUND_HALF_UP))
