"""One fact or one activity that two rules pay for."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from leadline.lint.evidence import Evidence, happened_with_lookups, kind_test
from leadline.lint.remarks import Remark, note, warning
from leadline.lint.subject import Subject
from leadline.model import Rule

# Two rules whose payees are the same to this share pay for one and the same thing.
SAME = 0.9


def check_twice(subject: Subject, evidence: Evidence) -> Iterator[Remark]:
    """Two rules that give (or both take) points of one dimension do it for different things."""
    yield from _facts(subject, evidence)
    yield from _kinds(subject, evidence)


def _facts(subject: Subject, evidence: Evidence) -> Iterator[Remark]:
    pairs = [
        (i, j)
        for (i, one), (j, other) in combinations(subject.person_rules, 2)
        if _alike(one, other)
        and len(subject.rule_facts(i)) == 1
        and subject.rule_facts(i).keys() == subject.rule_facts(j).keys()
    ]
    counted = [
        f"[count(*) FILTER (r{i} <> 0), count(*) FILTER (r{j} <> 0), "
        f"count(*) FILTER (r{i} <> 0 AND r{j} <> 0)]"
        for i, j in pairs
    ]
    shares = evidence.one(counted, evidence.people(subject))
    for (i, j), (first, second, both) in zip(pairs, shares, strict=True):
        if both and both >= SAME * min(first, second):
            fact, other = next(iter(subject.rule_facts(j))), subject.model.rules[i].name
            message = (
                f"pays for {fact}, as rule '{other}' does: {both:,} of its {second:,} people get "
                "both; make it one rule with bands or values, or shut one out of the other"
            )
            yield warning(("rules", j), message)


def _kinds(subject: Subject, evidence: Evidence) -> Iterator[Remark]:
    rules = {i: kind_test(evidence, subject, i) for i, _ in subject.activity_rules}
    tests = {i: f"({test})" for i, test in rules.items() if test is not None}
    pairs = [
        (i, j)
        for i, j in combinations(tests, 2)
        if _alike(subject.model.rules[i], subject.model.rules[j])
    ]
    if not pairs:
        return
    sums = [
        f"[{', '.join(f'coalesce(sum(h.times) FILTER ({test}), 0)::BIGINT' for test in each)}]"
        for each in ((tests[i], tests[j], f"{tests[i]} AND {tests[j]}") for i, j in pairs)
    ]
    counted = evidence.one(sums, happened_with_lookups(evidence, subject))
    for (i, j), (first, second, both) in zip(pairs, counted, strict=True):
        if both:
            yield _both(subject, i, j, both, min(first, second))


def _both(subject: Subject, i: int, j: int, both: int, smaller: int) -> Remark:
    one, other = subject.model.rules[i], subject.model.rules[j]
    message = f"{both:,} activities that rule '{one.name}' pays for are paid here again"
    path = ("rules", j)
    if one.group is not None and one.group == other.group:
        return note(path, f"{message}; the limit of group '{one.group}' caps the two together")
    if both < SAME * smaller:
        return note(path, f"{message}; put both in one group if that is too much")
    return warning(path, f"{message}: shut one out of the other, or put both in one group")


def _alike(one: Rule, other: Rule) -> bool:
    """Of one dimension, and both giving or both taking."""
    gives = [max(rule.worths) > 0 for rule in (one, other)]
    return one.dimension == other.dimension and gives[0] is gives[1]
