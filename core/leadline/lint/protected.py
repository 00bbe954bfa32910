"""Points for age or gender: what a model should not decide by."""

from __future__ import annotations

from collections.abc import Iterator

from leadline.lint.conditions import nodes
from leadline.lint.remarks import Remark, warning
from leadline.lint.subject import Subject
from leadline.predicates.tree import Years

PROTECTED = ("age", "gender")
_WHY = (
    "treating people differently by it is discrimination in many countries and has to be "
    "justified, and it mostly stands for something that can be asked for directly (role, need, "
    "budget): use that, or have it cleared"
)


def check_protected(subject: Subject) -> Iterator[Remark]:
    """Every place that asks for age or gender, by field, by function or by lookup."""
    for fact, path in subject.person_facts():
        if fact in PROTECTED:
            yield warning(path, f"goes by {fact}: {_WHY}")
    for condition in subject.conditions:
        if any(isinstance(node, Years) for node in nodes(condition.expr)):
            yield warning(condition.path, f"goes by age: {_WHY}")
    for name, lookup in subject.model.lookups.items():
        if lookup.key in PROTECTED:
            yield warning(("lookups", name, "key"), f"goes by {lookup.key}: {_WHY}")
