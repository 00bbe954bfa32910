"""Which facts there are, and which of them are worth fetching."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from leadline.config.own_fields import GIVEN
from leadline.config.settings import Config
from leadline.model.schema import Model
from leadline.predicates import fields_of, parse
from leadline.vocabulary import DERIVED_FIELDS, RECORD_FIELDS, FieldType


def facts(config: Config) -> Mapping[str, FieldType]:
    """Every fact about a person that a condition may name, with its type."""
    return {**GIVEN, **config.fields}


def wanted_fields(config: Config, source_name: str) -> dict[str, FieldType]:
    """The facts to fetch from a source: those that a model names or the source maps.

    The record's own fields always come, and derived ones never do: both are left out.
    """
    known = facts(config)
    named = {name for model in config.models for name in _named(model, known)}
    named |= config.sources[source_name].fields.keys()
    return {
        name: kind
        for name, kind in known.items()
        if name in named and name not in RECORD_FIELDS and name not in DERIVED_FIELDS
    }


def _named(model: Model, known: Mapping[str, FieldType]) -> Iterator[str]:
    conditions = [rule.when for rule in model.rules if rule.activity is None]
    conditions += [exclusion.when for exclusion in model.exclusions]
    for condition in conditions:
        if condition is not None:
            yield from fields_of(parse(condition, known))
