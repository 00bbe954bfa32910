"""Which rules of a model can never pay: what they are about does not come from any source."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from leadline.batches import Finding
from leadline.model import Model
from leadline.model.meaning import Meaning
from leadline.predicates import Expr, fields_of
from leadline.predicates.tree import Coalesce, Is, Logic, children_of
from leadline.vocabulary import EVERY_TYPE, FieldType


def silent_rules(
    model: Model, facts: Mapping[str, FieldType], off: frozenset[str]
) -> Iterator[Finding]:
    """One finding for each rule that cannot pay, or not for all its types.

    off: the activity types that no source delivers; `EVERY_TYPE` stands for all.
    """
    meaning = Meaning(model, facts)
    unknown = {name: types for name in model.signals if (types := _unknown(model, name, off))}
    for rule, branches in zip(model.rules, meaning.rules, strict=True):
        subject = f"feeds of rule {rule.name}"
        if rule.activity is not None:
            missing = _off(rule.activity, off)
            if missing and len(missing) == len(rule.activity):
                yield Finding(subject, False, f"can never fire: {_no(missing)}")
            elif missing:
                yield Finding(subject, True, f"fires for a part only: {_no(missing)}")
            continue
        tests = [frozenset() if each.test is None else needed(each.test) for each in branches]
        # One branch that can do without is enough for the rule to pay.
        if names := sorted(frozenset.intersection(*tests) & unknown.keys()):
            missing = unknown[names[0]]
            detail = f"can never fire: its signal '{names[0]}' is unknown, {_no(missing)}"
            yield Finding(subject, False, detail)


def needed(test: Expr) -> frozenset[str]:
    """The facts without which a condition cannot be true: where they are unknown, so is it."""
    if isinstance(test, Logic):
        parts = [needed(each) for each in test.operands]
        together = frozenset.union if test.op == "AND" else frozenset.intersection
        return together(*parts)
    if isinstance(test, Coalesce | Is):
        return frozenset()
    children = list(children_of(test))
    if not children:
        return fields_of(test)
    return frozenset().union(*map(needed, children))


def _unknown(model: Model, name: str, off: frozenset[str]) -> list[str]:
    """The types for want of which a signal says nothing; none when it can."""
    signal = model.signals[name]
    missing = _off(signal.activity, off)
    # A pick takes what there is; a count of which a part is missing is no count.
    return missing if signal.pick is None or len(missing) == len(signal.activity) else []


def _off(types: Collection[str], off: frozenset[str]) -> list[str]:
    return [each for each in types if each in off or EVERY_TYPE in off]


def _no(types: list[str]) -> str:
    if EVERY_TYPE in types:
        return "no source brings activities"
    return (
        f"no source brings {', '.join(types)} now; map what does under activity_types, or take the "
        "rule out"
    )
