"""A change that is tried: a model's text is checked, and its plan is made; no file is written."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from leadline.config import Config, load_draft
from leadline.errors import ConfigError, UsageError
from leadline.sync.documents import comparison_document
from leadline.workspace import configured, open_workspace
from leadline_serve.access import Admin, User, audit
from leadline_serve.api.answers import Body, Documented, Instant, model_named, refusals
from leadline_serve.api.models import OneModel
from leadline_serve.server import CurrentServer, Server

router = APIRouter(tags=["models"])

_LONGEST = 1_000_000  # characters of a model file


class Draft(Body):
    """A model file's text. as_of: the instant to score for, in a plan; now when left out."""

    text: Annotated[str, Field(max_length=_LONGEST)]
    as_of: Instant | None = None


class ProblemAnswer(BaseModel):
    """One thing that is wrong with the text: on which line, at which key, and what to do."""

    line: int | None
    field: str
    message: str


class CheckAnswer(BaseModel):
    """Whether the text is a model that suits the config; problems in the order of their lines."""

    ok: bool
    version: str | None
    problems: list[ProblemAnswer]


class WrongDraft(BaseModel):
    """The text is no model: every problem, each with its line."""

    detail: str
    problems: list[ProblemAnswer]


_WRONG: Documented = {
    400: {"model": WrongDraft, "description": "The text is no model that suits the config."}
}


@router.post("/models/{name}/check", responses=refusals(403, 404))
def check_draft(server: CurrentServer, user: Admin, name: OneModel, draft: Draft) -> CheckAnswer:
    """Check a draft; quick enough to ask while somebody types."""
    config, path = place_of(server, name)
    try:
        _refuse_outside(path, draft.text)
        found = load_draft(path, config, draft.text)
    except ConfigError as error:
        return unfit(error)
    return CheckAnswer(ok=True, version=found.version, problems=[])


@router.post("/models/{name}/plan", response_model=None, responses=refusals(403, 404, 502) | _WRONG)
def plan_draft(
    request: Request, server: CurrentServer, user: Admin, name: OneModel, draft: Draft
) -> dict[str, Any] | JSONResponse:
    """What a sync with the draft would change, as `plan --model --json` tells it.

    The sources are pulled first. Nothing is published or written.
    """
    _, path = place_of(server, name)
    try:
        return planned(request, server, user, name, path, draft)
    except ConfigError as error:
        said = WrongDraft(detail=str(error), problems=_problems(error))
        return JSONResponse(said.model_dump(), 400)


def planned(
    request: Request, server: Server, user: User, name: str, path: Path, draft: Draft
) -> dict[str, Any]:
    """The plan of a draft of this file; ConfigError where it is no model that suits the config."""
    from leadline.sync.compare import compare

    _refuse_outside(path, draft.text)
    with open_workspace(server.config_path, path, draft.text) as workspace:
        found = compare(workspace.about(name), as_of=draft.as_of)
        audit(request, user, "plan", name, version=found.new.version)
        return comparison_document(found, path)


def unfit(error: ConfigError) -> CheckAnswer:
    """What is wrong with a draft."""
    return CheckAnswer(ok=False, version=None, problems=_problems(error))


def place_of(server: Server, name: str) -> tuple[Config, Path]:
    """The config, and its file that the draft would replace; lists and lookups lie beside it."""
    model_named(server, name)
    config, _ = configured(server.config_path)
    try:
        return config, config.model_paths[config.place_of(name)]
    except UsageError:
        raise HTTPException(404, f"no model is named '{name}' any more") from None


def _refuse_outside(path: Path, text: str) -> None:
    """ConfigError if the draft names a file outside of the model's folder."""
    for file in _files(text):
        if not (path.parent / file).resolve().is_relative_to(path.parent.resolve()):
            raise ConfigError(f"file = '{file}' is not in the model's folder: put it there")


def _files(text: str) -> Iterator[str]:
    """The files that lists and lookups of a draft would be read from."""
    try:
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return  # said where the draft is read
    for part in ("lists", "lookups"):
        tables = table.get(part)
        for each in tables.values() if isinstance(tables, dict) else ():
            if isinstance(each, dict) and isinstance(each.get("file"), str):
                yield each["file"]


def _problems(error: ConfigError) -> list[ProblemAnswer]:
    return [
        ProblemAnswer(line=each.line, field=each.field, message=each.message)
        for each in error.problems
    ]
