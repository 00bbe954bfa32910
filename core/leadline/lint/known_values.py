"""Constants that no fact ever has: a misspelled country, a renamed campaign."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from leadline.lake.sql import name
from leadline.lint.conditions import Condition, nodes
from leadline.lint.evidence import Evidence
from leadline.lint.remarks import Remark, note, warning
from leadline.lint.subject import Subject
from leadline.model.keys import KeyPath
from leadline.model.nearest import nearest
from leadline.predicates import Expr
from leadline.predicates.tree import Compare, Contains, Field, InList, Literal
from leadline.scoring import sql
from leadline.vocabulary import KIND_FIELDS, FieldType

# Enough to find the nearest among; the values people have most come first.
_CANDIDATES = 2_000
# A value among others that is this like one that there is, is a slip and no rarity.
_SLIP = 0.85


@dataclass(frozen=True, slots=True)
class _Named:
    """The constants that a fact is compared with at once, and the key that says so."""

    path: KeyPath
    of_activity: bool
    fact: str
    values: tuple[str, ...]
    in_set: bool = False


def check_known_values(subject: Subject, evidence: Evidence) -> Iterator[Remark]:
    """Each constant beside a text fact stands somewhere in the lake."""
    told: set[tuple[bool, str, str]] = set()
    read: dict[tuple[bool, str], _Values | None] = {}
    for named in _named(subject):
        key = (named.of_activity, named.fact)
        if key not in read:
            read[key] = _values(subject, evidence, named)
        known = read[key]
        # Where nothing at all is known, the rules that never fire say why.
        if known is None or not known.common:
            continue
        fresh = [value for value in named.values if (*key, value) not in told]
        missing = [value for value in fresh if not known.has(value)]
        told |= {(*key, value) for value in missing}
        yield from _said(named, missing, known.common)


def _said(named: _Named, missing: list[str], common: list[str]) -> Iterator[Remark]:
    whose = "no activity has" if named.of_activity else "nobody has"
    # Of several values at once some may be rare; one that is nearly right is a slip.
    slips = [v for v in missing if len(named.values) == 1 or _nearly(v, common, _SLIP)]
    if named.path[0] == "exclusions":  # may be for people who never come
        slips = [v for v in slips if _nearly(v, common, _SLIP)]
    for value in slips:
        message = f"{whose} the {named.fact} '{value}'{nearest(value, common)}"
        yield warning(named.path, message)
    rest = " or ".join(f"'{value}'" for value in missing if value not in slips)
    if rest and named.path[0] != "exclusions":
        say = warning if len(missing) == len(named.values) else note
        yield say(named.path, f"{whose} the {named.fact} {rest}")


def _nearly(value: str, common: list[str], cutoff: float) -> bool:
    """One of these is this like the value, whatever its case."""
    folded = [each.lower() for each in common]
    return bool(difflib.get_close_matches(value.lower(), folded, n=1, cutoff=cutoff))


def _named(subject: Subject) -> Iterator[_Named]:
    for condition in subject.conditions:
        for node in nodes(condition.expr):
            yield from _constants(condition, node)
    for i, rule in enumerate(subject.model.rules):
        if rule.by is not None and isinstance(rule.points, dict):
            path = ("rules", i, "points")
            yield _Named(path, rule.activity is not None, rule.by, tuple(rule.points))


def _constants(condition: Condition, node: Expr) -> Iterator[_Named]:
    path, about = condition.path, condition.about == "activity"
    match node:
        case Compare("=" | "<>", Field(fact, FieldType.TEXT), Literal(str(value))):
            yield _Named(path, about, fact, (value,))
        case Compare("=" | "<>", Literal(str(value)), Field(fact, FieldType.TEXT)):
            yield _Named(path, about, fact, (value,))
        case InList(Field(fact, FieldType.TEXT), items):
            yield _Named(path, about, fact, tuple(str(item.value) for item in items))
        case Contains(Field(fact, FieldType.SET), part):
            yield _Named(path, about, fact, (part,), in_set=True)
        case _:
            pass


@dataclass(frozen=True, slots=True)
class _Values:
    """What a fact is in the lake: the common values, and a way to ask for any."""

    common: list[str]
    evidence: Evidence
    place: tuple[str, str] | None = None

    def has(self, value: str) -> bool:
        if value in self.common or self.place is None:
            return value in self.common
        column, table = self.place
        query = f"SELECT 1 FROM (SELECT {column} AS v FROM {table}) WHERE v = $1 LIMIT 1"
        return bool(self.evidence.rows(query, [value]))


def _values(subject: Subject, evidence: Evidence, named: _Named) -> _Values | None:
    """The values that there are; None where they cannot be listed."""
    lookup = subject.model.lookups.get(named.fact)
    if lookup is not None and (lookup.key in KIND_FIELDS) is named.of_activity:
        return _Values(list(dict.fromkeys(lookup.rows.values())), evidence)
    if named.of_activity and named.fact not in KIND_FIELDS:
        return None
    place = (named.fact, "happened") if named.of_activity else _column(subject, evidence, named)
    rows = evidence.rows(
        f"SELECT v FROM (SELECT {place[0]} AS v FROM {place[1]}) WHERE v IS NOT NULL GROUP BY v "
        f"ORDER BY count(*) DESC, v LIMIT {_CANDIDATES}"
    )
    return _Values([str(row[0]) for row in rows], evidence, place)


def _column(subject: Subject, evidence: Evidence, named: _Named) -> tuple[str, str]:
    """Where a fact about a person stands: facts for everybody, signals for whom a model scores."""
    column = name(sql.fact(named.fact))
    table = evidence.people(subject) if named.fact in subject.model.signals else "everybody"
    return (f"unnest({column})" if named.in_set else column), table
