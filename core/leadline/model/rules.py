"""Rules, and the named things their conditions may use: lists, lookups, signals, segments."""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from leadline.model.values import (
    Activities,
    Ageing,
    Days,
    Number,
    Points,
    Size,
    Table,
    Title,
)
from leadline.predicates.words import MAX_ENTRIES, MAX_ENTRY

_DISTINCT = re.compile(r"distinct (type|name|url|campaign|channel)")
_COUNT = re.compile(r"each|days|distinct (type|name|url|campaign|channel)")


def _distinct(value: str) -> str:
    if not _DISTINCT.fullmatch(value):
        raise ValueError('write "distinct url" (or type, name, campaign, channel), or leave it out')
    return value


def _count(value: str) -> str:
    if not _COUNT.fullmatch(value):
        raise ValueError('write "each", "days" or "distinct url" (type, name, campaign, channel)')
    return value


def _entry(value: str) -> str:
    if not value.strip().strip("*").strip() or "*" in value.strip()[:-1]:
        raise ValueError(f"'{value}': an entry is a word or words; a * may stand at its end")
    if (length := len(value.strip())) > MAX_ENTRY:
        raise ValueError(
            f"'{value.strip()[:40]}…': an entry has at most {MAX_ENTRY} characters, this has "
            f"{length:,}; shorten it, or make it several entries"
        )
    if "\0" in value:
        raise ValueError(f"'{value.strip()[:40]}': an entry is text, and here is a NUL character")
    return value


Bands = Annotated[tuple[tuple[Number, Points], ...], Field(min_length=1)]
PointsByValue = Annotated[dict[str, Points], Field(min_length=1)]
Entries = Annotated[
    tuple[Annotated[str, AfterValidator(_entry)], ...], Field(min_length=1, max_length=MAX_ENTRIES)
]


class Rule(Table):
    """Points for a fact about the person, or for each activity."""

    name: Title = Field(description="What a sales rep will read.")
    dimension: str = Field(description="The dimension the points go to.")
    points: Points | Bands | PointsByValue = Field(
        description="Points, at most three decimals; below zero takes away. With 'by': bands "
        "[[from, points], …] of a number, or { value = points } of a text."
    )
    when: str | None = Field(None, description="A SQL condition over the facts.")
    by: str | None = Field(None, description="The fact that the bands or the values are of.")
    activity: Activities | None = Field(
        None, description="Activity types: the rule then pays for each such activity."
    )
    group: str | None = Field(None, description="A group whose limit caps this rule with others.")
    decay: Ageing | None = Field(None, description="How points age; none when left out.")
    within: Days | None = Field(None, description="Older activities do not count; the edge does.")
    count: Annotated[str, AfterValidator(_distinct)] | None = Field(
        None, description='"distinct url": each address pays once, for its latest occurrence.'
    )
    at_least: int = Field(1, ge=1, le=1_000_000, description="Occurrences before the rule pays.")
    once: bool = Field(False, description="Pays a single time: for the latest occurrence.")
    limit: Size | None = Field(None, description="Cap of the rule's size, negative too.")

    @property
    def worths(self) -> tuple[Decimal, ...]:
        """The points a rule can pay at once: one, or one for each band or value."""
        if isinstance(self.points, Decimal):
            return (self.points,)
        if isinstance(self.points, dict):
            return tuple(self.points.values())
        return tuple(points for _, points in self.points)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        plain = isinstance(self.points, Decimal)
        if plain and self.by is not None:
            raise ValueError("'by' needs bands or values: points = [[1, 0], [50, 8]] or { a = 1 }")
        if not plain and self.by is None:
            raise ValueError("bands and values need 'by': the fact they are of")
        if isinstance(self.points, tuple):
            for (low, _), (high, _) in pairwise(self.points):
                if low >= high:
                    raise ValueError(f"bands go upwards: {high} does not come after {low}")
        self._fits_its_subject()
        return self

    def _fits_its_subject(self) -> None:
        if self.activity is None:
            if self.when is None and self.by is None:
                raise ValueError("say when the rule pays: give 'when', 'activity', or both")
            keys = ("decay", "within", "at_least", "once", "count")
            given = [key for key in keys if key in self.model_fields_set]
            if given:
                raise ValueError(f"{' and '.join(given)} need an 'activity': a fact does not age")
        if self.once and min(self.worths) < 0 < max(self.worths):
            raise ValueError("a rule that pays once cannot both give and take points")
        if self.count is not None and min(self.worths) < 0 < max(self.worths):
            raise ValueError("a rule that counts distinct values cannot both give and take points")


class Signal(Table):
    """A named fact per person, counted or picked from activities; usable in every condition."""

    activity: Activities = Field(description='Activity types; "*" is any.')
    when: str | None = Field(None, description="A SQL condition over the activity's facts.")
    within: Days | None = Field(None, description="Older activities do not count; the edge does.")
    count: Annotated[str, AfterValidator(_count)] | None = Field(
        None, description='"each", "days", or "distinct url".'
    )
    pick: Literal["first", "last"] | None = Field(None, description="Which one's value to take.")
    value: Literal["type", "name", "url", "campaign", "channel", "value", "occurred_at"] | None = (
        Field(None, description="With pick: the fact of that activity.")
    )
    sum: Literal["value"] | None = Field(None, description="Adds up the activities' values.")

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        if sum(way is not None for way in (self.count, self.pick, self.sum)) != 1:
            raise ValueError("a signal is one of count, pick or sum")
        if (self.pick is None) != (self.value is None):
            raise ValueError('pick and value go together: pick = "last", value = "occurred_at"')
        return self


class Segment(Table):
    """A named condition, asked for with in_segment('name')."""

    when: str = Field(description="A SQL condition over the facts about the person.")
    description: str = Field("", description="What it is for, for people.")


class Lookup(Table):
    """A column by key, as read from its file: the fact `key` → the fact named like the lookup."""

    key: str = Field(description="The fact whose value is looked up.")
    rows: dict[str, str] = Field(description="Value of the key → value of the new fact.")


class Exclusion(Table):
    """People who get no score at all."""

    name: Title = Field(description="The reason that is shown.")
    when: str = Field(description="A SQL condition over the facts about the person.")


class Group(Table):
    """Rules that share one cap."""

    limit: Size = Field(description="Cap of the group's size, for negative sums too.")


class Dimension(Table):
    """One axis of the score; its points are clamped to 0…max."""

    max: Size = Field(description="The most this dimension can give.")
