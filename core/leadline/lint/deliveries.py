"""Activity types that rules and signals wait for and no source brings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from leadline.lint.evidence import Evidence
from leadline.lint.remarks import Remark, note, warning
from leadline.lint.subject import Subject
from leadline.model.keys import KeyPath
from leadline.model.nearest import nearest
from leadline.vocabulary import CUSTOM_TYPE_PREFIX, EVERY_TYPE


def check_deliveries(subject: Subject, evidence: Evidence) -> Iterator[Remark]:
    """Each type that is named has come at least once."""
    there = evidence.types
    if not there:
        if any(subject.activity_rules) or subject.model.signals:
            yield note((), "the lake has no activity at all: rules and signals about them wait")
        return
    for path, types in _named(subject):
        missing = [kind for kind in types if kind != EVERY_TYPE and kind not in there]
        if missing:
            yield _said(path, missing, some=len(missing) < len(types), there=there)


def _said(path: KeyPath, missing: list[str], *, some: bool, there: Mapping[str, int]) -> Remark:
    customs = [kind for kind in there if kind.startswith(CUSTOM_TYPE_PREFIX)]
    # A type of one's own is written by hand on both sides: it is probably misspelled.
    own = [kind for kind in missing if kind.startswith(CUSTOM_TYPE_PREFIX)]
    hint = nearest(own[0], customs) if own else ""
    message = f"no source has ever brought {' or '.join(missing)}{hint}"
    if some and not own:
        return note(path, f"{message}; the other types are there")
    return warning(path, f"{message}; map it in [sources.NAME.activity_types], or leave this out")


def _named(subject: Subject) -> Iterator[tuple[KeyPath, tuple[str, ...]]]:
    for name, signal in subject.model.signals.items():
        yield ("signals", name, "activity"), signal.activity
    for i, rule in subject.activity_rules:
        yield ("rules", i, "activity"), rule.activity or ()
