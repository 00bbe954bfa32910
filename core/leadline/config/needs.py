"""Which facts there are, and which of them are worth fetching."""

from __future__ import annotations

from collections.abc import Mapping

from leadline.config.own_fields import GIVEN
from leadline.config.settings import Config
from leadline.config.writing import stage_facts
from leadline.model.meaning import Meaning
from leadline.vocabulary import DERIVED_FIELDS, RECORD_FIELDS, FieldType


def facts(config: Config) -> Mapping[str, FieldType]:
    """Every fact about a person that a condition may name, with its type."""
    return {**GIVEN, **config.fields}


def wanted_fields(config: Config, source_name: str) -> dict[str, FieldType]:
    """The facts to fetch from a source: those that a model names or the source maps.

    The record's own fields always come, and derived ones never do: both are left out.
    """
    known = facts(config)
    named = {name for model in config.models for name in Meaning(model, known).fields}
    named |= {*config.sources[source_name].fields, *config.sales}
    named |= config.sources[source_name].company_fields.keys()
    named |= set(facts_of_stages(config, source_name).values())
    wanted = {
        name: kind
        for name, kind in known.items()
        if name in named and name not in RECORD_FIELDS and name not in DERIVED_FIELDS
    }
    return wanted | dict.fromkeys(stage_fields(config, source_name), FieldType.TEXT)


def facts_of_stages(config: Config, source_name: str) -> dict[str, str]:
    """Which fact holds a stage field's present value: the source's own name → the fact."""
    table = config.sources[source_name]
    return stage_facts(table.fields, table.stages, facts(config))


def stage_fields(config: Config, source_name: str) -> dict[str, str]:
    """The facts that are fetched for stages alone: fact → the source's own name."""
    mapped = config.sources[source_name].fields
    found = facts_of_stages(config, source_name)
    return {fact: field for field, fact in found.items() if fact not in mapped}
