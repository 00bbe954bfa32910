"""What a model file may say. One pydantic class per table; unknown keys are errors."""

from __future__ import annotations

import hashlib
import json
import re
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    WithJsonSchema,
    model_validator,
)

from leadline.model.ageing import Decay, parse_days
from leadline.model.nearest import nearest
from leadline.vocabulary import ACTIVITY_TYPES, is_activity_type

MAX_POINTS = 10_000
NAME = re.compile(r"[a-z][a-z0-9_]*")
# Names that the output and the explanation already use.
RESERVED = {"score", "grade", "temperature", "reasons", "model_version", "scored_at", "contact_id"}


def _points(value: object) -> object:
    # TOML floats are binary; the file's digits are what was meant.
    return Decimal(str(value)) if isinstance(value, float) else value


def _three_places(value: Decimal) -> Decimal:
    if abs(value) > MAX_POINTS:
        raise ValueError(f"points lie between -{MAX_POINTS:,} and {MAX_POINTS:,}")
    if value != round(value, 3):
        raise ValueError("points have at most three decimals")
    return value


def _days(value: object) -> object:
    if isinstance(value, str):
        return parse_days(value)
    raise ValueError('write a length of time as text, such as "90 days"')


def _decay(value: object) -> object:
    if isinstance(value, Decay):
        return value
    if isinstance(value, str):
        return Decay.parse(value)
    raise ValueError('write decay as text, such as "half 14 days"')


def _activity(value: str) -> str:
    if not is_activity_type(value):
        raise ValueError(f"unknown activity type '{value}'{_nearest_type(value)}")
    return value


def _nearest_type(name: str) -> str:
    folded = name.strip().lower().replace(" ", "_").replace("-", "_")
    return nearest(folded, ACTIVITY_TYPES) or "; one of your own is written custom:NAME"


def _identifier(value: str) -> str:
    if not NAME.fullmatch(value):
        raise ValueError(f"'{value}': use lower-case letters, digits and _, starting with a letter")
    return value


Points = Annotated[
    Decimal,
    BeforeValidator(_points),
    AfterValidator(_three_places),
    PlainSerializer(lambda value: f"{value.normalize():f}"),
    WithJsonSchema({"type": "number", "minimum": -MAX_POINTS, "maximum": MAX_POINTS}),
]
Days = Annotated[
    int,
    BeforeValidator(_days),
    PlainSerializer(lambda days: f"{days} days"),
    WithJsonSchema({"type": "string", "examples": ["90 days", "2 weeks", "1 year"]}),
]
Ageing = Annotated[
    Decay,
    BeforeValidator(_decay),
    PlainSerializer(str),
    WithJsonSchema({"type": "string", "examples": ["half 14 days", "linear 60 days"]}),
]
Size = Annotated[int, Field(gt=0, le=1_000_000)]


class Table(BaseModel):
    """The base of every table: no unknown keys, no change after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Dimension(Table):
    """One axis of the score; its points are clamped to 0…max."""

    max: Size = Field(description="The most this dimension can give.")


class Group(Table):
    """Rules that share one cap."""

    limit: Size = Field(description="Cap of the group's size, for negative sums too.")


class Rule(Table):
    """Points for a fact about the person, or for each activity."""

    name: str = Field(min_length=1, max_length=200, description="What a sales rep will read.")
    dimension: str = Field(description="The dimension the points go to.")
    points: Points = Field(description="Points, at most three decimals; below zero takes away.")
    when: str | None = Field(None, description="A SQL condition over the facts.")
    activity: Annotated[str, AfterValidator(_activity)] | None = Field(
        None, description="An activity type: the rule then pays for each such activity."
    )
    group: str | None = Field(None, description="A group whose limit caps this rule with others.")
    decay: Ageing | None = Field(None, description="How points age; none when left out.")
    within: Days | None = Field(None, description="Older activities do not count; the edge does.")
    at_least: int = Field(1, ge=1, le=1_000_000, description="Occurrences before the rule pays.")
    once: bool = Field(False, description="Pays a single time: for the latest occurrence.")
    limit: Size | None = Field(None, description="Cap of the rule's size, negative too.")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.activity is None:
            if self.when is None:
                raise ValueError("say when the rule pays: give 'when', 'activity', or both")
            given = [
                key
                for key in ("decay", "within", "at_least", "once")
                if key in self.model_fields_set
            ]
            if given:
                raise ValueError(f"{' and '.join(given)} need an 'activity': a fact does not age")
        return self


class Exclusion(Table):
    """People who get no score at all."""

    name: str = Field(min_length=1, max_length=200, description="The reason that is shown.")
    when: str = Field(description="A SQL condition over the facts about the person.")


class Temperature(Table):
    """A label, entered at `from` and left below `release`, so that it does not flap."""

    model_config = ConfigDict(populate_by_name=True, extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=50)
    from_: int = Field(alias="from", ge=0, description="The score at which the label is given.")
    release: int | None = Field(
        None, ge=0, description="The score below which it is taken away; `from` when left out."
    )

    @property
    def leaves_below(self) -> int:
        return self.from_ if self.release is None else self.release

    @model_validator(mode="after")
    def _order(self) -> Self:
        if self.leaves_below > self.from_:
            raise ValueError(f"release ({self.release}) must not be above from ({self.from_})")
        if self.name == "dead":
            raise ValueError("'dead' is the label of excluded contacts")
        return self


class Model(Table):
    """A whole model file."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    description: str = ""
    max: Size = Field(100, description="The score is clamped to 0…max.")
    dimensions: dict[Annotated[str, AfterValidator(_identifier)], Dimension] = Field(min_length=1)
    rules: tuple[Rule, ...] = Field(min_length=1)
    groups: dict[str, Group] = Field(default_factory=dict)
    exclusions: tuple[Exclusion, ...] = ()
    grades: dict[str, dict[str, int]] = Field(
        default_factory=dict,
        description="Per dimension: letter or digit → the least points for it. "
        "Below the last one comes the next letter or digit.",
    )
    temperatures: tuple[Temperature, ...] = ()

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
