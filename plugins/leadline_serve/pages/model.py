"""Model: its rules in plain words and what each did, the lint, and the versions it has had."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from leadline.config import facts
from leadline.workspace import configured
from leadline_serve.access import Viewer
from leadline_serve.api import models as answers
from leadline_serve.pages.choosing import ModelName, chosen, names
from leadline_serve.pages.conditions import exclusions, sentences
from leadline_serve.pages.rendering import page
from leadline_serve.reach import server_of

router = APIRouter()

_LONGEST = 120  # letters of a value that is shown


@router.get("/model")
def model(request: Request, user: Viewer, model: ModelName = None) -> Response:
    """The model as its file is now, with the numbers of the last sync."""
    server = server_of(request)
    name = chosen(server, model)
    found = answers.model(server, user, name)
    by_dimension: dict[str, list[answers.RuleAnswer]] = {}
    for rule in found.rules:
        by_dimension.setdefault(rule.dimension, []).append(rule)
    config, _ = configured(server.config_path)
    read = config.models[config.place_of(name)]
    return page(
        request,
        "model.html",
        user,
        models=names(server),
        model=name,
        found=found,
        rules=by_dimension,
        words=sentences(read, facts(config)),
        excluded=exclusions(read, facts(config)),
    )


@router.get("/model/lint")
def lint(request: Request, user: Viewer, model: ModelName = None) -> Response:
    """What the checks have to say; they look at every contact, which takes a moment."""
    server = server_of(request)
    name = chosen(server, model)
    found = answers.lint(server, user)
    mine = [each for each in found.remarks if each.model == name]
    return page(request, "lint.html", user, lint=found, remarks=mine)


@router.get("/model/versions")
def versions(request: Request, user: Viewer, model: ModelName = None) -> Response:
    """Every version that has scored here, and what it changed."""
    server = server_of(request)
    found = answers.versions(server, user, chosen(server, model))
    return page(request, "versions.html", user, versions=found, told=told)


def told(value: object) -> str:
    """A value of a model file, short enough for a line."""
    text = "not given" if value is None else str(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
