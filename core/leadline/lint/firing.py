"""Rules that pay nobody or everybody, and exclusions that take nobody or too many out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from leadline.lake.sql import name
from leadline.lint.evidence import Evidence, happened_with_lookups, kind_test
from leadline.lint.remarks import Remark, note, warning
from leadline.lint.subject import Subject
from leadline.model import Rule
from leadline.scoring import sql
from leadline.vocabulary import EVERY_TYPE

# An exclusion that takes out more than this share is looked at.
TOO_MANY = 0.5


def check_firing(subject: Subject, evidence: Evidence) -> Iterator[Remark]:
    """How many people each rule pays: none is a slip, and all alike tells nobody apart."""
    size = evidence.size(subject)
    rules = subject.model.rules
    counted = [
        f"[sum((r{i} <> 0)::INT), min(r{i}), max(r{i})]::BIGINT[]" for i in range(len(rules))
    ]
    for i, (rule, (paid, least, most)) in enumerate(
        zip(rules, evidence.one(counted, evidence.people(subject)), strict=True)
    ):
        if not paid:
            why = _why_not(subject, evidence, i, rule)
            if why is not None:
                yield warning(("rules", i), f"pays 0 of {size:,} people: {why}")
        elif paid == size and least == most:
            message = (
                f"pays all {size:,} people the same {most:+d}, so it tells nobody apart: narrow "
                "its condition, or delete it"
            )
            yield warning(("rules", i), message)
    yield from _exclusions(subject, evidence, size)


def _exclusions(subject: Subject, evidence: Evidence, size: int) -> Iterator[Remark]:
    people = evidence.people(subject)
    for i, condition in enumerate(subject.meaning.exclusions):
        out = evidence.number(f"SELECT sum(({evidence.person_sql(condition)})::INT) FROM {people}")
        if out == 0:
            yield note(("exclusions", i), f"excludes 0 of {size:,} people")
        elif out > TOO_MANY * size:
            message = f"excludes {out:,} of {size:,} people: is its condition too wide?"
            yield warning(("exclusions", i), message)


def _why_not(subject: Subject, evidence: Evidence, i: int, rule: Rule) -> str | None:
    """The likeliest cause; None where another check says it."""
    if rule.activity is None:
        return _no_fact(subject, evidence, i)
    if EVERY_TYPE not in rule.activity and not set(rule.activity) & evidence.types.keys():
        return None
    test = kind_test(evidence, subject, i)
    if test is not None:
        asked = f"SELECT sum(h.times) FROM {happened_with_lookups(evidence, subject)} WHERE {test}"
        ever = evidence.number(asked)
        if not ever:
            kinds = " or ".join(rule.activity)
            return f"no {kinds} ever met its condition; compare it with what there is"
        return _not_now(subject, evidence, i, rule, ever)
    return "no activity meets its condition, or none still counts"


def _not_now(subject: Subject, evidence: Evidence, i: int, rule: Rule, ever: int) -> str:
    most = evidence.number(f"SELECT max(n{i}) FROM {evidence.people(subject)}")
    if most and most < rule.at_least:
        return f"it asks for {rule.at_least} of them, and nobody has more than {most}"
    if most:
        return "what is left of its points by now rounds to 0"
    if rule.within is not None:
        return f"{ever:,} activities met its condition, none of them in the last {rule.within} days"
    return f"{ever:,} activities met its condition, none of them of these people"


def _no_fact(subject: Subject, evidence: Evidence, i: int) -> str:
    people, facts = evidence.people(subject), sorted(subject.rule_facts(i))
    known = [f"count({name(sql.fact(fact))})" for fact in facts]
    have: tuple[Any, ...] = evidence.one(known, people)
    nobody = [fact for fact, count in zip(facts, have, strict=True) if not count]
    if nobody:
        made = all(fact not in subject.facts for fact in nobody)
        do = "see what it is made of" if made else "map the field in [sources.NAME.fields]"
        return f"nobody's {' or '.join(nobody)} is known; {do}, or delete the rule"
    unknown = evidence.number(f"SELECT sum(u{i}::INT) FROM {people}")
    more = f" ({unknown:,} may, but a fact is unknown)" if unknown else ""
    return f"nobody meets its condition{more}; widen it, or delete the rule"
