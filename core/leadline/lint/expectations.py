"""The model's own tests: what it should say of known people, against what it says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from leadline.lint.evidence import Evidence
from leadline.lint.remarks import Remark, error
from leadline.lint.subject import Subject
from leadline.model import Expectation
from leadline.model.nearest import nearest

_FIND = (
    "SELECT DISTINCT source || ':' || contact_id FROM records WHERE contact_id = $1 "
    "OR lower(email) = lower($1) OR (source || ':' || contact_id) = $1 ORDER BY ALL LIMIT 6"
)


def check_expected_words(subject: Subject) -> Iterator[Remark]:
    """An expectation names a temperature that the model can give."""
    labels = _labels(subject)
    for i, expected in enumerate(subject.model.expect):
        given = expected.temperature
        if given is not None and given not in labels:
            hint = nearest(given, labels)
            yield error(("expect", i, "temperature"), f"there is no temperature '{given}'{hint}")


def check_expectations(subject: Subject, evidence: Evidence) -> Iterator[Remark]:
    """Each `[[expect]]` holds; where one does not, what came out instead."""
    possible = {None, *_labels(subject)}
    for i, expected in enumerate(subject.model.expect):
        if expected.temperature not in possible:
            continue  # told already, and it cannot hold
        said = _judge(subject, evidence, expected)
        if said is not None:
            yield error(("expect", i), f"{expected.contact}: {said}")


def _labels(subject: Subject) -> set[str]:
    model = subject.model
    labels = {label.name for label in model.temperatures} | {"dead"}
    return labels if model.coldest is None else labels | {model.coldest}


def _judge(subject: Subject, evidence: Evidence, expected: Expectation) -> str | None:
    """What is wrong, or None where the expectation holds."""
    found = [str(row[0]) for row in evidence.rows(_FIND, [expected.contact.strip()])]
    if not found:
        return "there is no such contact; give an id, SOURCE:ID or an email"
    scored = f"scored_{evidence.subjects.index(subject)}"
    answers = evidence.rows(
        "SELECT DISTINCT score, grade, temperature, exclusion FROM "
        f"{scored} WHERE list_contains($1, source || ':' || contact_id)",
        [found],
    )
    if not answers:
        return "this model does not score it: it is deleted, merged, or outside `for`"
    if len(answers) > 1:
        return f"this is several people with different scores, say which: {', '.join(found)}"
    score, grade, temperature, exclusion = answers[0]
    wrong = list(_differences(expected, score, grade, temperature, exclusion))
    if not wrong:
        return None
    came = _answer(subject, score, grade, temperature, exclusion)
    return f"expected {' and '.join(wrong)}; it is {came}"


def _differences(
    expected: Expectation, score: Any, grade: Any, temperature: Any, exclusion: Any
) -> Iterator[str]:
    if expected.score is not None and score != expected.score:
        yield f"score {expected.score}"
    if expected.at_least is not None and (score is None or score < expected.at_least):
        yield f"a score of at least {expected.at_least}"
    if expected.at_most is not None and (score is None or score > expected.at_most):
        yield f"a score of at most {expected.at_most}"
    if expected.grade is not None and grade != expected.grade:
        yield f"grade {expected.grade}"
    if expected.temperature is not None and temperature != expected.temperature:
        yield f"temperature {expected.temperature}"
    if expected.excluded is not None and (exclusion is not None) is not expected.excluded:
        yield "to be excluded" if expected.excluded else "not to be excluded"


def _answer(subject: Subject, score: Any, grade: Any, temperature: Any, exclusion: Any) -> str:
    if exclusion is not None:
        return f"excluded by '{subject.model.exclusions[exclusion].name}'"
    labels = ", ".join(str(each) for each in (grade, temperature) if each is not None)
    return f"score {score}" + (f", {labels}" if labels else "")
