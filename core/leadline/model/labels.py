"""Labels, and what marketing and sales said about them: temperatures, expectations, agreement."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from leadline.model.values import Identifier, Table

Score = Annotated[int, Field(ge=0, le=1_000_000)]


class Span(Table):
    """Where a label begins and where it ends; a gap between the two keeps it from flapping."""

    from_: Score = Field(alias="from", description="The score at which the label is given.")
    release: Score | None = Field(
        None, description="The score below which it is taken away; `from` when left out."
    )

    @property
    def leaves_below(self) -> int:
        return self.from_ if self.release is None else self.release

    @model_validator(mode="after")
    def _order(self) -> Self:
        if self.leaves_below > self.from_:
            raise ValueError(f"release ({self.release}) must not be above from ({self.from_})")
        return self


class Temperature(Span):
    """A label, entered at `from` and left below `release`."""

    name: str = Field(min_length=1, max_length=50)
    when: str | None = Field(
        None, description="A condition besides the score, over dimensions and facts."
    )
    where: dict[str, Span] = Field(
        default_factory=dict, description="Other cut-offs for some: condition → { from, release }."
    )
    stage: Identifier | None = Field(
        None, description="The lifecycle stage that this label suggests; sources map it."
    )

    @model_validator(mode="after")
    def _free(self) -> Self:
        if self.name == "dead":
            raise ValueError("'dead' is the label of excluded contacts")
        return self


class Expectation(Table):
    """What the model should say of a known contact; tried by `leadline model check`."""

    contact: str = Field(description="An id or an email address.")
    score: Score | None = Field(None, description="The score itself.")
    at_least: Score | None = Field(None, description="The least score.")
    at_most: Score | None = Field(None, description="The greatest score.")
    grade: str | None = Field(None, description="The grade, such as A1.")
    temperature: str | None = Field(None, description="The label, or dead.")
    excluded: bool | None = Field(None, description="Whether it has no score at all.")

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.model_fields_set - {"contact"}:
            raise ValueError("say what is expected: score, at_least, at_most, grade, temperature")
        return self


class Agreement(Table):
    """Who agreed to these cut-offs, and when they are looked at again."""

    marketing: str = Field("", description="Who agreed for marketing, or to what.")
    sales: str = Field("", description="Who agreed for sales, or to what.")
    review_by: date | None = Field(None, description="The day to look at it again.")
