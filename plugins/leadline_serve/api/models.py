"""Models: rules in plain words and what each did, versions and their differences, the lint."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from pathlib import Path as FilePath
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path, Response
from pydantic import BaseModel

from leadline.errors import UsageError
from leadline.model import Model
from leadline.serving import RuleUse
from leadline.sync.edits import edits
from leadline.workspace import Workspace
from leadline_serve.access import Viewer
from leadline_serve.api.answers import model_named, refusals
from leadline_serve.api.words import labels_in_words, rule_in_words
from leadline_serve.server import CurrentServer, Server

router = APIRouter(tags=["models"])

_VERSIONS = 50
OneModel = Annotated[str, Path(max_length=200, description="A model of the config.")]


class ModelHead(BaseModel):
    """A model of the config. published: the version whose scores are shown, if any."""

    name: str
    version: str
    published: str | None
    as_of: datetime | None
    leads: int
    file: str


class RuleAnswer(BaseModel):
    """A rule in plain words. contacts: those it gives points; bites: how often its limit does."""

    name: str
    dimension: str
    group: str | None
    words: str
    contacts: int
    points: int
    limit: int | None
    bites: int


class LimitAnswer(BaseModel):
    """A limit of a group, a dimension or the score, and for how many contacts it bites."""

    name: str
    kind: str
    limit: int
    bites: int


class ExclusionAnswer(BaseModel):
    """Who gets no score, and how many they are."""

    name: str
    when: str
    contacts: int


class ModelAnswer(ModelHead):
    """A model in words. counted: the numbers are of the version that is in the file now."""

    audience: str | None
    rules: list[RuleAnswer]
    limits: list[LimitAnswer]
    exclusions: list[ExclusionAnswer]
    temperatures: list[str]
    counted: bool


class EditAnswer(BaseModel):
    """One part that a version changed; fields: key → what it said and says."""

    part: str
    name: str
    change: str
    fields: dict[str, Any]


class VersionAnswer(BaseModel):
    """A version, since when it is known here, and what it changed of the one before.

    edits: null where the one before cannot be read any more, or is too long ago.
    """

    version: str
    first_seen: datetime
    edits: list[EditAnswer] | None


class RemarkAnswer(BaseModel):
    """One remark of the lint, in its place."""

    check: str
    severity: str
    model: str
    file: str | None
    line: int | None
    field: str
    message: str


class LintAnswer(BaseModel):
    """What `model check --json` prints. waiting: checks that need more data than there is."""

    ok: bool
    as_of: datetime
    people: int | None
    models: list[dict[str, str]]
    errors: int
    warnings: int
    notes: int
    waiting: list[str]
    remarks: list[RemarkAnswer]


@router.get("/models", responses=refusals(400))
def models(server: CurrentServer, user: Viewer) -> list[ModelHead]:
    """The models of the config, as their files are now."""
    with server.workspace() as workspace:
        return [_head(server, workspace, each) for each in workspace.models]


@router.get("/models/{name}", responses=refusals(400, 404))
def model(server: CurrentServer, user: Viewer, name: OneModel) -> ModelAnswer:
    """A model's rules in plain words, how many contacts each matches, and which limits bite."""
    with server.workspace() as workspace:
        found = _model(server, workspace, name)
        head = _head(server, workspace, found)
    counted = head.published == found.version
    used = server.serving.uses(name) if counted else []
    return ModelAnswer(
        **head.model_dump(),
        audience=found.for_,
        rules=_rules(found, used),
        limits=_limits(found, used),
        exclusions=_exclusions(found, used),
        temperatures=labels_in_words(found),
        counted=counted,
    )


@router.get(
    "/models/{name}/file",
    response_model=None,
    responses={200: {"content": {"application/toml": {}}}, **refusals(400, 404)},
)
def file(server: CurrentServer, user: Viewer, name: OneModel) -> Response:
    """The model's file as it is now."""
    path, text = file_of(server, name)
    head = {"Content-Disposition": f'attachment; filename="{path.name}"'}
    return Response(text, media_type="application/toml", headers=head)


@router.get("/models/{name}/versions", responses=refusals(400, 404))
def versions(server: CurrentServer, user: Viewer, name: OneModel) -> list[VersionAnswer]:
    """Every version that was ever opened here, newest first, and what each changed."""
    with server.workspace() as workspace:
        _model(server, workspace, name)
        found = workspace.ledger.models.versions(name)[: _VERSIONS + 1]
        read = {each.version: workspace.recalled(each.version) for each in found}
    before = {new.version: read[old.version] for new, old in pairwise(found)}
    first = len(found) <= _VERSIONS
    answers = [
        VersionAnswer(
            version=each.version,
            first_seen=each.first_seen,
            edits=_edits(before.get(each.version), read[each.version]),
        )
        for each in found[:_VERSIONS]
    ]
    if first and answers:
        answers[-1].edits = []
    return answers


@router.get("/lint", responses=refusals(400))
def lint(server: CurrentServer, user: Viewer) -> LintAnswer:
    """Every check on every model, on the data that is there."""
    from leadline.lint.run import check

    with server.workspace() as workspace:
        return LintAnswer.model_validate(check(workspace).as_json())


def file_of(server: Server, name: str) -> tuple[FilePath, str]:
    """Where a model's file is, and its text as it is now."""
    with server.workspace() as workspace:
        path = workspace.config.model_paths[_place(server, workspace, name)]
    return path, path.read_text(encoding="utf-8-sig")


def _head(server: Server, workspace: Workspace, found: Model) -> ModelHead:
    served = next((each for each in server.serving.models() if each.name == found.name), None)
    path = workspace.config.model_paths[workspace.models.index(found)]
    return ModelHead(
        name=found.name,
        version=found.version,
        published=None if served is None else served.version,
        as_of=None if served is None else served.as_of,
        leads=0 if served is None else served.leads,
        file=path.name,
    )


def _place(server: Server, workspace: Workspace, name: str) -> int:
    try:
        return workspace.config.place_of(name)
    except UsageError:
        model_named(server, name)  # tells the names there are
        raise HTTPException(404, f"no model is named '{name}' any more") from None


def _model(server: Server, workspace: Workspace, name: str) -> Model:
    return workspace.models[_place(server, workspace, name)]


def _rules(found: Model, used: list[RuleUse]) -> list[RuleAnswer]:
    """In the file's order, which is that of what is counted."""
    gave = {each.rule: each for each in used if each.kind == "rule"}
    bit = {each.rule: each.contacts for each in used if each.kind == "limit"}
    return [
        RuleAnswer(
            name=rule.name,
            dimension=rule.dimension,
            group=rule.group,
            words=rule_in_words(rule),
            contacts=gave[rule.name].contacts if rule.name in gave else 0,
            points=gave[rule.name].points if rule.name in gave else 0,
            limit=rule.limit,
            bites=bit.get(f"Limit of {rule.name}", 0),
        )
        for rule in found.rules
    ]


def _limits(found: Model, used: list[RuleUse]) -> list[LimitAnswer]:
    bit = {(each.kind, each.rule): each.contacts for each in used}
    limits = [
        *(("group", f"Limit of group {name}", each.limit) for name, each in found.groups.items()),
        *(("dimension", f"Limit of {name}", each.max) for name, each in found.dimensions.items()),
        ("total", "Limit of the score", found.max),
    ]
    return [
        LimitAnswer(name=name, kind=kind, limit=limit, bites=bit.get((kind, name), 0))
        for kind, name, limit in limits
    ]


def _exclusions(found: Model, used: list[RuleUse]) -> list[ExclusionAnswer]:
    out = {each.rule: each.contacts for each in used if each.kind == "exclusion"}
    return [
        ExclusionAnswer(
            name=each.name, when=each.when, contacts=out.get(f"Excluded: {each.name}", 0)
        )
        for each in found.exclusions
    ]


def _edits(old: Model | None, new: Model | None) -> list[EditAnswer] | None:
    if old is None or new is None:
        return None
    return [EditAnswer.model_validate(each.as_json()) for each in edits(old, new)]
