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
from leadline.model.nearest import nearest
from leadline.model.schema import RESERVED, Model

_DEFAULT_MAX: int = Model.model_fields["max"].default


def check_model(table: Mapping[str, object], conditions: Conditions) -> list[Complaint]:
    """Every complaint about how the parts of the model fit together."""
    return [
        *check_identities(table),
        *_check_rules(table),
        *_check_groups(table),
        *_check_reach(table),
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
        if isinstance(points, int | float) and not isinstance(points, bool) and points == 0:
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
        start = label.get("from")
        if isinstance(start, int) and start > reach:
            message = f"no score reaches {start}: the dimensions and max allow {reach} at most"
            yield Complaint(("temperatures", place, "from"), message)
