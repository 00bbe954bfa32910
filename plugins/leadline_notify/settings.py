"""What `[plugins.notify]` may say."""

from __future__ import annotations

from datetime import time
from string import Formatter
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

PLACES = ("source", "contact_id")


def _time(value: str) -> str:
    try:
        time.fromisoformat(value)
    except ValueError:
        raise ValueError('must be a time of day, such as "08:00"') from None
    return value


def _link(value: str) -> str:
    try:
        named = {place for _, place, _, _ in Formatter().parse(value) if place is not None}
    except ValueError:
        named = {""}
    if not named <= set(PLACES):
        raise ValueError("may hold {source} and {contact_id}, and no other braces")
    return value


Label = Annotated[str, Field(min_length=1)]


class NotifySettings(BaseModel):
    """The plugin's own keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    to: tuple[SecretStr, ...] = Field(min_length=1, description="Whom to tell: Apprise URLs.")
    temperatures: tuple[Label, ...] = Field(("hot",), description="Temperatures to tell of.")
    grades: tuple[Label, ...] = Field((), description="Grades to tell of.")
    stages: tuple[Label, ...] = Field((), description="Stages to tell of, by leadline's names.")
    every: Literal["sync", "lead", "day"] = Field(
        "sync", description="A message per sync, per lead, or per day."
    )
    at: Annotated[str, AfterValidator(_time)] = Field(
        "08:00", description="When the day's message goes, in the workspace's time zone."
    )
    failures: bool = Field(True, description="Whether to tell of a sync that went wrong.")
    link: Annotated[str, AfterValidator(_link)] = Field(
        "", description="A lead's page in the CRM, with {source} and {contact_id}."
    )
    personal: bool = Field(True, description="Whether names and addresses are told.")

    def tells(self, what: object, new: object) -> bool:
        """Whether a change to this label is told."""
        labels = {"temperature": self.temperatures, "grade": self.grades, "stage": self.stages}
        return new in labels.get(str(what), ())
