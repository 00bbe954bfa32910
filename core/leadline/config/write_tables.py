"""The tables of a config file that are about writing back: `[write]`, `[sales]` and stages."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from leadline.config.writing import First, MaxChanges, Sales, StageMode, StageWrite, WritePolicy
from leadline.model.values import Days, Table

Text = Annotated[str, Field(min_length=1)]


class MaxChangesFile(Table):
    """A run that would change more than this stops before it writes anything."""

    share: float = Field(
        0.05,
        ge=0,
        le=1,
        description="The share of a source's contacts that one run may change beyond ageing.",
    )
    stages: int = Field(50, ge=0, description="The most stages that one run may write.")
    first: Literal["ask", "allow"] = Field(
        "ask",
        description="Whether the first write to a source that has something to lose, larger than "
        'the share, is asked about: "ask" or "allow".',
    )

    def policy(self) -> MaxChanges:
        return MaxChanges(self.share, self.stages, First(self.first))


class WriteFile(Table):
    """When and how much leadline writes back."""

    stages: Literal["off", "suggest", "write"] = Field(
        "off",
        description='What becomes of the stage that a temperature names: "off", "suggest" (a '
        'field of leadline\'s own) or "write".',
    )
    min_change: int = Field(
        0,
        ge=0,
        le=10_000,
        description="Points that a score must move by to be written; a label that changes always "
        "is.",
    )
    at_least_every: Days = Field(
        7,
        description="A score that moved by less is written all the same when the last write is "
        "this old.",
    )
    max_changes: MaxChangesFile | None = Field(
        None, description="How much one run may change; a run that would change more stops."
    )

    def policy(self) -> WritePolicy:
        return WritePolicy(
            StageMode(self.stages),
            self.min_change,
            self.at_least_every,
            None if self.max_changes is None else self.max_changes.policy(),
        )


class StageFile(Table):
    """How one stage is written in this source."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False)

    field: Text = Field(description="The source's own name of the field that holds the stage.")
    write: Text = Field(description="The value to write.")
    from_: tuple[str, ...] = Field(
        alias="from",
        min_length=1,
        description='The values it may replace, "" for an empty field; any other stays.',
    )

    def policy(self) -> StageWrite:
        return StageWrite(self.field.strip(), self.write.strip(), tuple(map(str.strip, self.from_)))


class SalesFile(Table):
    """The facts in which sales have their say."""

    pin: Text | None = Field(
        None, description="The fact that holds a label or a score which overrules the model's."
    )
    pin_until: Text | None = Field(
        None, description="The fact that holds the last day of the pin; without it, it stays."
    )
    reset_at: Text | None = Field(
        None, description="The fact that holds since when activities count, for a lead recycled."
    )

    def policy(self) -> Sales:
        return Sales(self.pin, self.pin_until, self.reset_at)
