"""The kinds of value that a model file is made of, each read strictly and said plainly."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    WithJsonSchema,
)

from leadline.model.ageing import Decay, parse_days
from leadline.model.nearest import nearest
from leadline.vocabulary import ACTIVITY_TYPES, is_activity_type

MAX_POINTS = 10_000
ANY_ACTIVITY = "*"
_NAME = re.compile(r"[a-z][a-z0-9_]*")


class Table(BaseModel):
    """The base of every table: no unknown keys, no change after loading."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, arbitrary_types_allowed=True, populate_by_name=True
    )


def _exactly(value: object) -> object:
    # TOML floats are binary; the file's digits are what was meant.
    return Decimal(str(value)) if isinstance(value, float) else value


def _points(value: Decimal) -> Decimal:
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


def _activities(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _activity(value: str) -> str:
    if value == ANY_ACTIVITY or is_activity_type(value):
        return value
    folded = value.strip().lower().replace(" ", "_").replace("-", "_")
    hint = nearest(folded, ACTIVITY_TYPES) or "; one of your own is written custom:NAME"
    raise ValueError(f"unknown activity type '{value}'{hint}")


def _identifier(value: str) -> str:
    if not _NAME.fullmatch(value):
        raise ValueError(f"'{value}': use lower-case letters, digits and _, starting with a letter")
    return value


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


Number = Annotated[
    Decimal,
    BeforeValidator(_exactly),
    PlainSerializer(_plain),
    WithJsonSchema({"type": "number"}),
]
Points = Annotated[
    Decimal,
    BeforeValidator(_exactly),
    AfterValidator(_points),
    PlainSerializer(_plain),
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
Activities = Annotated[
    tuple[Annotated[str, AfterValidator(_activity)], ...],
    BeforeValidator(_activities),
    Field(min_length=1),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
Identifier = Annotated[str, AfterValidator(_identifier)]
Size = Annotated[int, Field(gt=0, le=1_000_000)]
Title = Annotated[str, Field(min_length=1, max_length=200)]
