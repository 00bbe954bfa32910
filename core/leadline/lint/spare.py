"""Signals, segments, lists and lookups that nothing in the model asks for."""

from __future__ import annotations

from collections.abc import Iterator

from leadline.lint.remarks import Remark, note, warning
from leadline.lint.subject import Subject


def check_spare(subject: Subject) -> Iterator[Remark]:
    """Whatever is named once and never used: a slip, or a remainder."""
    model, conditions = subject.model, subject.conditions
    facts = {fact for each in conditions for fact in each.fields}
    facts |= {rule.by for rule in model.rules if rule.by is not None}
    facts |= {lookup.key for lookup in model.lookups.values()}
    segments = {name for each in conditions for name in each.segments}
    lists = {name for each in conditions for name in each.lists}
    kinds = (
        ("signals", model.signals, facts, "names it"),
        ("lookups", model.lookups, facts, "names it"),
        ("segments", model.segments, segments, "asks in_segment('{}')"),
        ("lists", model.lists, lists, "asks in_list(…, '{}')"),
    )
    for kind, there, used, how in kinds:
        for name in there:
            if name not in used:
                asks = how.format(name)
                message = f"no rule or condition {asks}: use '{name}', or delete it"
                # A signal may stand ready for a rule to come; the others are typed names.
                yield (note if kind == "signals" else warning)((kind, name), message)
