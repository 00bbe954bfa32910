"""Whom several models score, and whom none does."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from leadline.lint.evidence import Evidence
from leadline.lint.remarks import Remark, note, warning
from leadline.lint.subject import Subject


def check_audiences(subject: Subject, evidence: Evidence) -> Iterator[Remark]:
    """Every person is of one model's audience; said once, at the model that comes later."""
    subjects = list(evidence.subjects)
    here = subjects.index(subject)
    for one, other in combinations(subjects, 2):
        if other is subject:
            both = evidence.number(
                f"SELECT count(*) FROM {evidence.people(one)} "
                f"SEMI JOIN {evidence.people(other)} USING (source, contact_id)"
            )
            if both:
                yield _both(one, other, both)
    if here == len(subjects) - 1:
        yield from _nobody(subject, evidence)


def _both(one: Subject, other: Subject, both: int) -> Remark:
    message = f"{both:,} people are scored by '{one.model.name}' as well"
    if one.model.output != other.model.output:
        return note(("for",), f"{message}; each model writes to fields of its own")
    return warning(("for",), f"{message}: make the two conditions shut each other out")


def _nobody(subject: Subject, evidence: Evidence) -> Iterator[Remark]:
    joined = "".join(
        f" ANTI JOIN {evidence.people(each)} USING (source, contact_id)"
        for each in evidence.subjects
    )
    left = evidence.number(f"SELECT count(*) FROM everybody{joined}")
    if not left:
        return
    unknown = evidence.number(f"SELECT count(*) FROM everybody{joined} WHERE {_unknown(evidence)}")
    why = f", {unknown:,} of them as a fact is unknown (COALESCE or IS NOT TRUE decides for them)"
    message = f"{left:,} of {evidence.everybody:,} people get no score: no model is for them"
    yield warning(("for",), message + (why if unknown else ""))


def _unknown(evidence: Evidence) -> str:
    """For whom some model's condition is neither true nor false, by the facts alone."""
    tests = [
        f"({evidence.person_sql(each.meaning.audience)}) IS NULL"
        for each in evidence.subjects
        if each.meaning.audience is not None and _by_facts(each)
    ]
    return " OR ".join(tests) or "false"


def _by_facts(subject: Subject) -> bool:
    """The audience asks for no signal and no look-up, which only people with a score have here."""
    audience = next(each for each in subject.conditions if each.path == ("for",))
    return audience.fields <= subject.facts.keys() and not audience.segments
