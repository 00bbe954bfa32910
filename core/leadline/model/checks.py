"""What must fit together in a model file beyond each key alone.

The checks read the file's own table, not the validated model, so that one wrong key does not hide
the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from leadline.model.conditions import Conditions, table_of, tables_of
from leadline.model.documents import Complaint
from leadline.model.grades import check_grades
from leadline.model.keys import KeyPath
from leadline.model.meaning import ACTIVITY_FACTS
from leadline.model.nearest import nearest
from leadline.model.schema import RESERVED, Model
from leadline.vocabulary import ACTIVITY_FIELDS, KIND_FIELDS, FieldType, column_of

_DEFAULT_MAX: int = Model.model_fields["max"].default


def check_model(table: Mapping[str, object], conditions: Conditions) -> list[Complaint]:
    """Every complaint about how the parts of the model fit together."""
    return [
        *check_identities(table),
        *_check_rules(table),
        *_check_groups(table),
        *_check_reach(table),
        *_check_names(table, conditions.facts),
        *_check_lookups(table, conditions),
        *check_grades(table),
        *conditions.check(table),
    ]


def check_identities(table: Mapping[str, object]) -> Iterator[Complaint]:
    """Names given twice or taken already, labels that begin together, groups of two dimensions."""
    for name in RESERVED & table_of(table, "dimensions").keys():
        message = f"'{name}' cannot name a dimension: the output uses it"
        yield Complaint(("dimensions", name), message)
    for key in ("rules", "exclusions", "temperatures"):
        seen: set[object] = set()
        for place, item in tables_of(table, key):
            given = item.get("name")
            if isinstance(given, str) and given in seen:
                message = f"two {key} have the name '{given}'; rename one"
                yield Complaint((key, place, "name"), message)
            seen.add(given if isinstance(given, str) else None)
    yield from _check_steps(table)
    yield from _check_homes(table)


def _check_steps(table: Mapping[str, object]) -> Iterator[Complaint]:
    starts = [(place, label.get("from")) for place, label in tables_of(table, "temperatures")]
    known = [(start, place) for place, start in starts if isinstance(start, int)]
    for (low, _), (high, place) in pairwise(sorted(known)):
        if low == high:
            message = "another temperature begins at the same score; give one of them another"
            yield Complaint(("temperatures", place, "from"), message)


def _check_rules(table: Mapping[str, object]) -> Iterator[Complaint]:
    dimensions, groups = table_of(table, "dimensions"), table_of(table, "groups")
    for place, rule in tables_of(table, "rules"):
        dimension, group, points = rule.get("dimension"), rule.get("group"), rule.get("points")
        if isinstance(dimension, str) and dimension not in dimensions:
            message = f"there is no dimension '{dimension}'{nearest(dimension, dimensions)}"
            yield Complaint(("rules", place, "dimension"), message)
        if isinstance(group, str) and group not in groups:
            hint = nearest(group, groups) or f"; add [groups.{group}] with a limit"
            yield Complaint(("rules", place, "group"), f"there is no group '{group}'{hint}")
        if _worths(points) == {0}:
            message = "0 points change nothing: give the rule points, or delete it"
            yield Complaint(("rules", place, "points"), message)


def _check_homes(table: Mapping[str, object]) -> Iterator[Complaint]:
    """A group's rules are of one dimension: its cap cannot be split between two."""
    homes: dict[str, str] = {}
    for place, rule in tables_of(table, "rules"):
        group, dimension = rule.get("group"), rule.get("dimension")
        if isinstance(group, str) and isinstance(dimension, str):
            home = homes.setdefault(group, dimension)
            if home != dimension:
                message = f"group '{group}' has rules of dimension '{home}': use another group here"
                yield Complaint(("rules", place, "group"), message)


def _check_groups(table: Mapping[str, object]) -> Iterator[Complaint]:
    used = {rule.get("group") for _, rule in tables_of(table, "rules")}
    for name in table_of(table, "groups"):
        if name not in used:
            message = f"no rule has group = '{name}': use the group in a rule, or delete it"
            yield Complaint(("groups", name), message)


def _check_reach(table: Mapping[str, object]) -> Iterator[Complaint]:
    """A label that begins above the highest score there can be would never be given."""
    top = table.get("max", _DEFAULT_MAX)
    limits = [
        table_of(table_of(table, "dimensions"), name).get("max")
        for name in table_of(table, "dimensions")
    ]
    sizes = [limit for limit in limits if isinstance(limit, int)]
    if not isinstance(top, int) or len(sizes) < len(limits) or not sizes:
        return
    reach = min(top, sum(sizes))
    for place, label in tables_of(table, "temperatures"):
        path: KeyPath = ("temperatures", place)
        starts = {(*path, "from"): label.get("from")}
        for text, span in table_of(label, "where").items():
            starts[(*path, "where", text)] = span.get("from") if isinstance(span, dict) else None
        for key, start in starts.items():
            if isinstance(start, int) and start > reach:
                message = f"no score reaches {start}: the dimensions and max allow {reach} at most"
                yield Complaint(key, message)


def _worths(points: object) -> set[float]:
    """The points of a rule as they stand in the file: one number, those of bands, or of values."""
    if isinstance(points, list):
        found = [band[1] for band in points if isinstance(band, list) and len(band) > 1]
    else:
        found = list(points.values()) if isinstance(points, dict) else [points]
    return {each for each in found if isinstance(each, int | float) and not isinstance(each, bool)}


def _check_names(
    table: Mapping[str, object], facts: Mapping[str, FieldType]
) -> Iterator[Complaint]:
    """A signal or a lookup is a fact of its own, so its name is not taken by another."""
    taken = {column_of(fact): f"there is a fact '{fact}' already" for fact in facts}
    points = dict.fromkeys((*table_of(table, "dimensions"), "score"))
    taken |= {name: f"'{name}' is a part of the score" for name in points}
    for name in table_of(table, "signals"):
        if name in taken:
            yield Complaint(("signals", name), f"{taken[name]}: choose another name")
        taken.setdefault(name, f"there is a signal '{name}' already")
    taken |= {name: f"an activity has a fact '{name}' already" for name in ACTIVITY_FIELDS}
    for name in table_of(table, "lookups"):
        if name in taken:
            yield Complaint(("lookups", name), f"{taken[name]}: choose another name")


def _check_lookups(table: Mapping[str, object], conditions: Conditions) -> Iterator[Complaint]:
    """What is looked up is a text that each person, or each kind of activity, has."""
    for name, lookup in table_of(table, "lookups").items():
        key = lookup.get("key") if isinstance(lookup, dict) else None
        if not isinstance(key, str) or not key or key in KIND_FIELDS:
            continue
        path: KeyPath = ("lookups", name, "key")
        if key in table_of(table, "signals"):
            message = f"'{key}' is a signal: a lookup goes by a fact of a person or an activity"
            yield Complaint(path, message)
        elif key in ACTIVITY_FACTS:
            possible = ", ".join(KIND_FIELDS)
            message = f"'{key}' cannot be looked up; of an activity, these can: {possible}"
            yield Complaint(path, message)
        elif key not in conditions.facts:
            hint = nearest(key, (*KIND_FIELDS, *conditions.facts))
            if key not in conditions.uncertain:
                yield Complaint(path, f"unknown field '{key}'{hint}")
        elif conditions.facts[key] is not FieldType.TEXT:
            message = f"only a text can be looked up, '{key}' is {conditions.facts[key]}"
            yield Complaint(path, message)
