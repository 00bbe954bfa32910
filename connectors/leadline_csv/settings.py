"""The keys of a `[sources.NAME]` table whose connector is "csv"."""

from __future__ import annotations

import codecs
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from leadline.vocabulary import ACTIVITY_TYPES, EVERY_TYPE, is_activity_type
from leadline_csv.headings import nearest


class CsvSettings(BaseModel):
    """Where the files are and how they are written; relative paths start at the config's folder."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    contacts: str = Field(min_length=1, description="The contacts file; a path or a glob.")
    activities: str | None = Field(
        None, min_length=1, description="The activities file; a path or a glob."
    )
    companies: str | None = Field(
        None, min_length=1, description="The companies file; a path or a glob."
    )
    feeds_off: tuple[str, ...] = Field(
        (),
        description="Activity types that the activities file never holds: what is counted of them "
        "is unknown, not 0.",
    )
    output: str | None = Field(
        None, min_length=1, description="The file that scores are written to; replaced as a whole."
    )
    encoding: str = Field(
        "auto",
        description='The encoding of the input, such as "utf-8" or "windows-1252"; "auto" tells '
        "UTF-8, UTF-16 and Windows-1252 apart.",
    )
    delimiter: Literal["auto", ",", ";", "\t", "|"] = Field(
        "auto", description='What stands between cells: "," ";" "\\t" "|", or "auto".'
    )
    decimal_comma: bool = Field(
        False, description="Numbers are written 1.234,5: the comma stands before the decimals."
    )
    day_first: bool = Field(
        False, description="Dates such as 05/06/2026 start with the day; allows 31.05.2026 too."
    )
    complete: bool = Field(
        False,
        description="The contacts files hold every contact there is: one that is no longer in "
        "them counts as deleted.",
    )
    batch_rows: int = Field(
        50_000, ge=1, le=1_000_000, description="How many lines are read at a time."
    )

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, value: str) -> str:
        if value.lower() == "auto":
            return "auto"
        try:
            return codecs.lookup(value).name
        except LookupError:
            raise ValueError(
                f"'{value}' is no known encoding; try auto, utf-8, utf-16 or windows-1252"
            ) from None

    @field_validator("feeds_off")
    @classmethod
    def _known_types(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for name in value:
            if name != EVERY_TYPE and not is_activity_type(name):
                raise ValueError(
                    f"'{name}' is no activity type{nearest(name, ACTIVITY_TYPES)}; "
                    'one of your own is "custom:NAME"'
                )
        return value

    @field_validator("output")
    @classmethod
    def _plain_output(cls, value: str | None) -> str | None:
        if value is not None and value.lower().endswith(".gz"):
            raise ValueError("the output is a plain CSV file; leave out '.gz'")
        return value
