"""The `[schedule]` table of a config file: when each source is synced by `leadline serve`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from leadline.config.cron import Cron
from leadline.config.schedules import Quiet, Schedule, parse_every, parse_span
from leadline.model.conditions import table_of
from leadline.model.documents import Complaint
from leadline.model.nearest import nearest
from leadline.model.values import Table

_JITTERED = timedelta(hours=6)


def _every(text: str) -> str:
    parse_every(text)
    return text


def _cron(text: str) -> str:
    Cron.parse(text)
    return text


def _jitter(text: str) -> str:
    if parse_span(text) > _JITTERED:
        raise ValueError(f'"{text}" is too long: a start is put off by 6 hours at most')
    return text


def _quiet(text: str) -> str:
    Quiet.parse(text)
    return text


class ScheduleFile(Table):
    """When one source is synced: `every` or `cron`."""

    every: Annotated[str, AfterValidator(_every)] | None = Field(
        None, description='The time from one sync\'s start to the next, such as "15 minutes".'
    )
    cron: Annotated[str, AfterValidator(_cron)] | None = Field(
        None,
        description="Minute, hour, day, month and weekday (0 is Sunday) in the workspace's time "
        'zone: "0 6 * * 1-5".',
    )
    jitter: Annotated[str, AfterValidator(_jitter)] | None = Field(
        None, description='The most by which a start is put off, by chance: "2 minutes".'
    )
    quiet: tuple[Annotated[str, AfterValidator(_quiet)], ...] = Field(
        (),
        description='Hours in which no sync starts: ["22:00-06:00"]; what is due in them starts '
        "once they end.",
    )

    @model_validator(mode="after")
    def _one_of_two(self) -> ScheduleFile:
        if (self.every is None) == (self.cron is None):
            raise ValueError('say either every = "15 minutes" or cron = "0 6 * * 1-5"')
        return self

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """A table, or the interval alone as a text."""
        table: dict[str, Any] = handler.resolve_ref_schema(handler(core))
        return {"anyOf": [{"type": "string", "examples": ["every 15 minutes"]}, table]}

    def schedule(self) -> Schedule:
        return Schedule(
            every=None if self.every is None else parse_every(self.every),
            cron=None if self.cron is None else Cron.parse(self.cron),
            jitter=timedelta() if self.jitter is None else parse_span(self.jitter),
            quiet=tuple(Quiet.parse(each) for each in self.quiet),
        )


def _said(value: object) -> object:
    """A text is an interval."""
    return {"every": value} if isinstance(value, str) else value


Schedules = dict[str, Annotated[ScheduleFile, BeforeValidator(_said)]]


def check_schedule(table: Mapping[str, object]) -> Iterator[Complaint]:
    """A complaint for each scheduled source that there is not."""
    sources = table_of(table, "sources")
    for name in table_of(table, "schedule"):
        if name not in sources:
            yield Complaint(
                ("schedule", name), f"there is no source '{name}'{nearest(name, sources)}"
            )
