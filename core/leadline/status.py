"""`leadline status`: the state of each source, the labels given, and what needs a person."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from leadline.batches import Stream
from leadline.ledger import Backlog, Run
from leadline.model import Model
from leadline.queries import fetch
from leadline.workspace import Workspace

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """One source: rows in the lake, records in quarantine, writes refused, and its last pull."""

    name: str
    connector: str
    contacts: int
    activities: int
    quarantined: int
    rejected: int
    pulled_at: datetime | None


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """One model: when it last scored, and how many have each of its labels."""

    name: str
    version: str
    scored_at: datetime | None
    temperatures: dict[str, int]


@dataclass(frozen=True, slots=True)
class Status:
    """The workspace at a glance. backlog: what plugins were not told yet, or never will be."""

    models: tuple[ModelStatus, ...]
    sources: tuple[SourceStatus, ...]
    running: tuple[str, ...]
    last_run: Run | None
    backlog: tuple[Backlog, ...] = ()

    def as_json(self) -> dict[str, object]:
        last = self.last_run
        return {
            "models": [{**asdict(each), "scored_at": _iso(each.scored_at)} for each in self.models],
            "sources": {
                each.name: {**asdict(each), "pulled_at": _iso(each.pulled_at)}
                for each in self.sources
            },
            "running": list(self.running),
            "last_run": None
            if last is None
            else {"run_id": last.run_id, "kind": last.kind, "status": last.status},
            "events": [asdict(each) for each in self.backlog],
        }


def status(workspace: Workspace) -> Status:
    """Count what is there; reads the lake and the ledger, writes nothing."""
    rows: dict[str, dict[str, int]] = {}
    with workspace.lake.session(workspace.config.memory_limit) as con:
        for table in ("contacts", "activities", "quarantine", "scores"):
            workspace.lake.relation(con, table)
        for table, kept in (
            ("contacts", "deleted IS NOT TRUE"),
            ("activities", "TRUE"),
            ("quarantine", "TRUE"),
        ):
            counted = con.execute(
                f"SELECT source, count(*) FROM {table} WHERE {kept} GROUP BY source"
            ).fetchall()
            rows[table] = dict(counted)
        models = tuple(_model(con, model) for model in workspace.models)
    recent = workspace.ledger.runs.recent(20)
    return Status(
        models=models,
        sources=tuple(_source(workspace, name, rows) for name in workspace.sources),
        running=tuple(run.run_id for run in recent if run.status == "running"),
        last_run=recent[0] if recent else None,
        backlog=tuple(workspace.ledger.outbox.backlog()),
    )


def _model(con: DuckDBPyConnection, model: Model) -> ModelStatus:
    mine = [model.name]
    labels = con.execute(
        "SELECT coalesce(temperature, 'none'), count(*) FROM scores WHERE model = $1 "
        "GROUP BY 1 ORDER BY avg(score) DESC NULLS LAST",
        mine,
    ).fetchall()
    scored = fetch(con, "SELECT max(as_of) AS at FROM scores WHERE model = $1", mine)
    return ModelStatus(model.name, model.version, scored["at"][0].as_py(), dict(labels))


def _source(workspace: Workspace, name: str, rows: dict[str, dict[str, int]]) -> SourceStatus:
    saved = [workspace.ledger.checkpoints.get(name, stream) for stream in Stream]
    return SourceStatus(
        name=name,
        connector=workspace.sources[name].connector,
        contacts=rows["contacts"].get(name, 0),
        activities=rows["activities"].get(name, 0),
        quarantined=rows["quarantine"].get(name, 0),
        rejected=len(workspace.ledger.rejections.recent(name, 1_000)),
        pulled_at=max((each.saved_at for each in saved if each is not None), default=None),
    )


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
