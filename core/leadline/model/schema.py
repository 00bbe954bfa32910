"""What a model file may say, as one object. Unknown keys are errors."""

from __future__ import annotations

import hashlib
import json
from itertools import pairwise
from typing import Self

from pydantic import Field, model_validator

from leadline.model.labels import Agreement, Expectation, Temperature
from leadline.model.rules import (
    Dimension,
    Entries,
    Exclusion,
    Group,
    Lookup,
    Rule,
    Segment,
    Signal,
)
from leadline.model.values import Identifier, Size, Table, Title

# Names that the output and the explanation already use.
RESERVED = {
    *("score", "grade", "temperature", "stage", "suggested_stage", "reasons", "model_version"),
    *("scored_at", "contact_id"),
}


class Model(Table):
    """A whole model file; lists and lookups hold what their files held when it was loaded."""

    name: Title
    description: str = Field("", description="What the model is for, for people.")
    for_: str | None = Field(
        None, alias="for", description="A condition: whom this model scores; everybody if left out."
    )
    output: Identifier | None = Field(
        None, description="Prefix of this model's output fields, where several models write."
    )
    max: Size = Field(100, description="The score is clamped to 0…max.")
    dimensions: dict[Identifier, Dimension] = Field(min_length=1)
    rules: tuple[Rule, ...] = Field(min_length=1)
    groups: dict[str, Group] = Field(default_factory=dict)
    lists: dict[str, Entries] = Field(
        default_factory=dict, description="Words for in_list(): a list, or { file = … }."
    )
    lookups: dict[Identifier, Lookup] = Field(
        default_factory=dict, description="New facts by key: { file = …, key = …, value = … }."
    )
    signals: dict[Identifier, Signal] = Field(
        default_factory=dict, description="New facts about a person, out of activities."
    )
    segments: dict[str, Segment] = Field(
        default_factory=dict, description="Named conditions for in_segment()."
    )
    exclusions: tuple[Exclusion, ...] = ()
    grades: dict[str, dict[str, int]] = Field(
        default_factory=dict,
        description="Per dimension: letter or digit → the least points for it. "
        "Below the last one comes the next letter or digit.",
    )
    temperatures: tuple[Temperature, ...] = ()
    expect: tuple[Expectation, ...] = Field(
        (), description="What the model should say of known contacts."
    )
    agreement: Agreement | None = Field(
        None, description="What marketing and sales agreed, and when it is looked at again."
    )

    @property
    def prefix(self) -> str:
        """What the names of its output fields start with: "b2c_", or nothing."""
        return f"{self.output}_" if self.output else ""

    @property
    def version(self) -> str:
        """Twelve hex digits of the normalised content: same facts and version, same score."""
        return hashlib.sha256(self.content.encode()).hexdigest()[:12]

    @property
    def content(self) -> str:
        """The model as JSON in the order of the schema and the file, defaults left out.

        `model_validate_json` reads it back; the order of the grades' dimensions says A1 or 1A.
        """
        return json.dumps(self.model_dump(mode="json", by_alias=True, exclude_defaults=True))

    @property
    def ranked(self) -> tuple[Temperature, ...]:
        """Temperatures, hottest first."""
        return tuple(sorted(self.temperatures, key=lambda label: -label.from_))

    @property
    def coldest(self) -> str | None:
        """The label below every `from`: cold, or dead where the model itself says what cold is."""
        if not self.temperatures:
            return None
        return "dead" if any(label.name == "cold" for label in self.temperatures) else "cold"

    @property
    def labels(self) -> tuple[str, ...]:
        """Every label that a score can have, hottest first."""
        names = dict.fromkeys(label.name for label in self.ranked)
        return (*names, *([self.coldest] if self.coldest not in (None, *names) else ()))

    def stage_of(self, temperature: str | None) -> str | None:
        """The stage that a label names, if it names one."""
        return next((label.stage for label in self.temperatures if label.name == temperature), None)

    @model_validator(mode="after")
    def _names_fit(self) -> Self:
        taken = RESERVED & self.dimensions.keys()
        if taken:
            raise ValueError(f"'{min(taken)}' cannot name a dimension: the output uses it")
        _unique("rule", [rule.name for rule in self.rules])
        _unique("exclusion", [exclusion.name for exclusion in self.exclusions])
        _unique("temperature", [label.name for label in self.temperatures])
        self._one_dimension_a_group()
        for one, next_one in pairwise(self.ranked):
            if one.from_ == next_one.from_:
                raise ValueError(f"'{one.name}' and '{next_one.name}' begin at the same score")
        return self

    def _one_dimension_a_group(self) -> None:
        homes: dict[str, str] = {}
        for rule in self.rules:
            if rule.group and homes.setdefault(rule.group, rule.dimension) != rule.dimension:
                raise ValueError(
                    f"group '{rule.group}' has rules of two dimensions, "
                    f"'{homes[rule.group]}' and '{rule.dimension}': make it two groups"
                )


def _unique(what: str, names: list[str]) -> None:
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise ValueError(f"two {what}s are named '{min(twice)}'")
