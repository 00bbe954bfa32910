"""What the routes of the API have in common: refusals, instants, and which model is meant."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import HTTPException, Path, Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from leadline_serve.server import Server

Documented = dict[int | str, dict[str, Any]]

_FIRST, _LAST = datetime(1970, 1, 2, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


class Refusal(BaseModel):
    """Why something was not done, and what to do next."""

    detail: str


class Answer(BaseModel):
    """The base of what is read from a value of leadline's own: field by field, by name."""

    model_config = ConfigDict(from_attributes=True)


class Body(BaseModel):
    """The base of what is sent: no unknown keys."""

    model_config = ConfigDict(extra="forbid")


def refusals(*more: int) -> Documented:
    """The answers besides the good one, for the document: those of every route, and these."""
    said: Documented = {
        status: {"model": Refusal, "description": _WHY[status]}
        for status in sorted({401, 500, 503, *more})
    }
    # The framework's own answer to a body beyond the limit, before any route is asked.
    return {**said, 413: {"description": _WHY[413], "content": {"text/plain": {}}}}


_WHY = {
    400: "The question or the files are wrong; `detail` says what to do.",
    401: "Nobody is signed in.",
    403: "The role, or the form's token, does not allow it.",
    404: "There is no such thing.",
    409: "It is too late for that.",
    413: "The body is too long.",
    500: "A mistake of leadline's own: please report it.",
    502: "A source could not be reached.",
    503: "The workspace cannot be used just now.",
}


def _sane(at: datetime) -> datetime:
    aware = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    if not _FIRST <= aware <= _LAST:
        raise ValueError("give an instant between 1970 and 2200")
    return at


# Without an offset it is one of the workspace's time zone.
Instant = Annotated[datetime, AfterValidator(_sane)]
ModelName = Annotated[
    str | None,
    Query(max_length=200, description="A model of the config; the first when left out."),
]
SourceName = Annotated[str, Path(max_length=200, description="A source of the config.")]
ContactId = Annotated[str, Path(max_length=500, description="The id in the CRM.")]
Limit = Annotated[int, Query(ge=1, le=1_000)]
Word = Annotated[str | None, Field(max_length=200)]


def model_named(server: Server, name: str | None) -> str:
    """The model that is meant; 404 names those there are."""
    there = [model.name for model in server.config.models]
    if name is None:
        return there[0]
    if name not in there:
        raise HTTPException(404, f"no model is named '{name}'; the config has: {', '.join(there)}")
    return name


def source_named(server: Server, name: str) -> str:
    """A source that there is; 404 names those."""
    if name not in server.config.sources:
        there = ", ".join(sorted(server.config.sources))
        raise HTTPException(404, f"no source is named '{name}'; the config has: {there}")
    return name


def zoned(server: Server, at: datetime) -> datetime:
    """A time without an offset is one of the workspace's time zone."""
    return at if at.tzinfo is not None else at.replace(tzinfo=server.config.time_zone)
