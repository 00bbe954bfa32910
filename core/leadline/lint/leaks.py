"""Facts that are filled in once a deal is decided: a rule on one scores the outcome itself."""

from __future__ import annotations

from collections.abc import Iterator

from leadline.lake.sql import name
from leadline.lint.evidence import Evidence
from leadline.lint.remarks import Remark, warning
from leadline.lint.subject import Subject
from leadline.scoring import sql

OUTCOMES = ("deal_won", "deal_lost")
# Known for at least the one share of those with an outcome, at most the other of the rest …
AFTER, BEFORE = 0.9, 0.1
# … of at least this many on either side.
_FEWEST = 20


def check_leaks(subject: Subject, evidence: Evidence) -> Iterator[Remark]:
    """No rule pays for what is known only afterwards."""
    for i, rule in subject.activity_rules:
        ends = [kind for kind in rule.activity or () if kind in OUTCOMES]
        if ends:
            message = (
                f"pays for {' and '.join(ends)}, the outcome that the score should foretell; "
                "exclude customers instead of giving them points"
            )
            yield warning(("rules", i, "activity"), message)
    places = {
        fact: path
        for i, _ in subject.person_rules
        for fact, path in _named(subject, i)
        if fact in subject.meaning.fields
    }
    columns = [f"count({name(sql.fact(fact))})" for fact in places]
    decided, open_ = _sides(evidence, columns)
    if min(decided[0], open_[0]) < _FEWEST:
        return
    for (fact, path), after, before in zip(places.items(), decided[1:], open_[1:], strict=True):
        if after >= AFTER * decided[0] and before <= BEFORE * open_[0]:
            message = (
                f"{fact} is known of {after / decided[0]:.0%} of the {decided[0]:,} people with a "
                f"won or lost deal, and of {before / open_[0]:.0%} of the others: it is filled in "
                "afterwards, so the rule foretells nothing; use what is known before"
            )
            yield warning(path, message)


def _named(subject: Subject, i: int) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    """The facts of a rule, and those of the segments it asks for."""
    yield from subject.rule_facts(i).items()
    for condition in subject.conditions:
        if condition.path[:2] == ("rules", i):
            for segment in condition.segments:
                for other in subject.conditions:
                    if other.path[:2] == ("segments", segment):
                        yield from ((fact, condition.path) for fact in other.fields)


def _sides(evidence: Evidence, columns: list[str]) -> tuple[list[int], list[int]]:
    """Counts over those with an outcome, and over the rest."""
    listed = ", ".join(f"'{kind}'" for kind in OUTCOMES)
    rows = evidence.rows(
        "SELECT d.contact_id IS NOT NULL AS decided, "
        + ", ".join(("count(*)", *columns))
        + " FROM (SELECT * FROM everybody) e LEFT JOIN (SELECT DISTINCT source, contact_id "
        f"FROM activities WHERE kind IN (SELECT kind FROM happened WHERE type IN ({listed}))) d "
        "USING (source, contact_id) GROUP BY decided"
    )
    sides = {bool(row[0]): [int(count) for count in row[1:]] for row in rows}
    nobody = [0] * (1 + len(columns))
    return sides.get(True, nobody), sides.get(False, nobody)
