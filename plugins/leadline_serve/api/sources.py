"""Sources: state, checkpoints, calls of the CRM's API, what the connector can do, plugins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from leadline.batches import Stream
from leadline.ledger import Run
from leadline.plugins import listing
from leadline.status import SourceStatus, status
from leadline.workspace import Workspace
from leadline_serve.access import Viewer
from leadline_serve.api.answers import refusals
from leadline_serve.server import CurrentServer

router = APIRouter(tags=["sources"])

_RUNS = 1_000  # looked through for calls
_DAY = timedelta(days=1)


class CheckpointAnswer(BaseModel):
    """Where a stream is resumed; value: the connector's own bookmark."""

    stream: str
    value: dict[str, Any]
    saved_at: datetime


class PluginAnswer(BaseModel):
    """A plugin. state: "enabled", "installed" (not named in the config) or "refused"."""

    name: str
    distribution: str
    version: str
    contract: str
    state: str
    hooks: list[str]
    connectors: list[str]
    reason: str


class SourceAnswer(BaseModel):
    """One source. calls: of the CRM's API in the last day and in the last run.

    capabilities: what the connector can do: "full", "unsupported" or "not implemented". rejected:
    the latest writes that were refused, up to 1,000.
    """

    name: str
    connector: str
    contacts: int
    activities: int
    quarantined: int
    rejected: int
    pulled_at: datetime | None
    checkpoints: list[CheckpointAnswer]
    calls_today: int
    calls_last_run: int | None
    capabilities: dict[str, str | int | bool | None]


@router.get("/sources", responses=refusals(400))
def sources(server: CurrentServer, user: Viewer) -> list[SourceAnswer]:
    """Every source of the config."""
    with server.workspace() as workspace:
        runs = workspace.ledger.runs.recent(_RUNS)
        return [_source(workspace, each, runs) for each in status(workspace).sources]


@router.get("/plugins", responses=refusals(400))
def plugins(server: CurrentServer, user: Viewer) -> list[PluginAnswer]:
    """Every plugin that is installed, and whether it runs."""
    return [PluginAnswer.model_validate(each.as_json()) for each in listing(server.config_path)]


def _source(workspace: Workspace, found: SourceStatus, runs: Sequence[Run]) -> SourceAnswer:
    today, last = _calls(runs, found.name)
    able = workspace.host.connectors[found.connector].capabilities
    return SourceAnswer(
        **asdict(found),
        checkpoints=_checkpoints(workspace, found.name),
        calls_today=today,
        calls_last_run=last,
        capabilities=asdict(able),
    )


def _checkpoints(workspace: Workspace, source: str) -> list[CheckpointAnswer]:
    found = ((each, workspace.ledger.checkpoints.get(source, each)) for each in Stream)
    return [
        CheckpointAnswer(stream=stream, value=dict(saved.value), saved_at=saved.saved_at)
        for stream, saved in found
        if saved is not None
    ]


def _calls(runs: Sequence[Run], source: str) -> tuple[int, int | None]:
    """Calls of the API that finished runs told of: in the last day, and in the last run."""
    today, last = 0, None
    since = datetime.now(UTC) - _DAY
    for run in runs:
        told = run.summary.get("sources", {}).get(source)
        if told is None:
            continue
        calls = int(told.get("api_calls", 0))
        last = calls if last is None else last
        today += calls if run.started_at >= since else 0
    return today, last
