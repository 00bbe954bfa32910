"""A model with rules that do not stand in its file: read and checked as if they did."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from pydantic import ValidationError

from leadline.errors import ConfigError, Problem
from leadline.model.checks import check_model
from leadline.model.conditions import Conditions
from leadline.model.documents import Complaint
from leadline.model.keys import dotted
from leadline.model.schema import Model
from leadline.model.strictness import check_kinds
from leadline.model.wording import explain
from leadline.vocabulary import FieldType


def joined(
    model: Model,
    owner: str,
    rules: Sequence[Mapping[str, object]],
    facts: Mapping[str, FieldType],
) -> Model:
    """The model with these rules behind its own, each under "OWNER: NAME".

    rules: each as a `[[rules]]` table of a model file. facts: those that conditions may name.
    ConfigError holds what is wrong with the rules, each named.
    """
    if not rules:
        return model
    try:
        added = json.loads(json.dumps([_named(rule, owner) for rule in rules], allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        raise ConfigError([Problem(f"its rules hold what no model file can: {error}")]) from None
    table = json.loads(model.content)
    first = len(table["rules"])
    table["rules"] += added
    whole, found = _read(table)
    found += check_model(table, Conditions(facts))
    complaints = list(_about(found, first))
    told = {each.path for each in complaints}
    loose = check_kinds({"rules": added}, Model.model_json_schema())
    complaints += [each for each in loose if each.path not in told]
    if whole is None or complaints:
        raise ConfigError([_problem(each, added) for each in complaints])
    return model.model_copy(update={"rules": (*model.rules, *whole.rules[first:])})


def plugin_of(rule: str) -> str:
    """The plugin that a rule of this name is from; "" for a name without one."""
    owner, colon, _ = rule.partition(": ")
    return owner if colon else ""


def _named(rule: Mapping[str, object], owner: str) -> dict[str, object]:
    name = rule.get("name")
    # A name that is missing or no text is complained about as in a file.
    return {**rule, "name": f"{owner}: {name}"} if isinstance(name, str) and name else dict(rule)


def _read(table: dict[str, object]) -> tuple[Model | None, list[Complaint]]:
    try:
        return Model.model_validate_json(json.dumps(table)), []
    except ValidationError as error:
        return None, explain(error, table, Model)


def _about(complaints: Iterable[Complaint], first: int) -> Iterator[Complaint]:
    """Those about the rules from `first` on, with their places counted from there."""
    for each in complaints:
        if len(each.path) > 1 and each.path[0] == "rules" and isinstance(each.path[1], int):
            place = each.path[1] - first
            if place >= 0:
                yield replace(each, path=("rules", place, *each.path[2:]))


def _problem(complaint: Complaint, rules: Sequence[Mapping[str, object]]) -> Problem:
    """The complaint with the name of the rule that it is about."""
    _, place, *rest = complaint.path
    name = rules[place].get("name", place) if isinstance(place, int) else ""
    key = f"{dotted(tuple(rest))}: " if rest else ""
    return Problem(f"its rule '{name}': {key}{complaint.message}")
