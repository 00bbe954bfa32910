"""`plan --model`: another model beside the published one, on the very same facts and instant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

import pyarrow as pa

from leadline.errors import InternalError
from leadline.model import Model
from leadline.queries import fetch
from leadline.sync.edits import Edit, edits
from leadline.sync.effects import Effects, Scored, effects
from leadline.sync.planfile import can_keep
from leadline.sync.preview import Preview, preview
from leadline.sync.pull import Progress
from leadline.sync.replay import DAYS, Tick, arrivals, hottest
from leadline.sync.review import keep, propose
from leadline.sync.run import Report
from leadline.sync.score import ranked, scored
from leadline.workspace import Workspace

PUBLISHED, CONFIGURED = "published", "configured"


@dataclass(frozen=True, slots=True)
class Base:
    """The model that the new one is held against, and why this one."""

    model: Model
    which: str


@dataclass(frozen=True, slots=True)
class Sales:
    """The way to sales: who has the hottest temperature, and how many reached it in `days` days."""

    old_label: str
    new_label: str
    old: int
    new: int
    entering: int
    leaving: int
    days: int
    old_arrivals: int
    new_arrivals: int

    def as_json(self) -> dict[str, object]:
        return {
            "old": {"temperature": self.old_label, "contacts": self.old},
            "new": {"temperature": self.new_label, "contacts": self.new},
            "entering": self.entering,
            "leaving": self.leaving,
            "days": self.days,
            "old_a_day": round(self.old_arrivals / self.days, 2),
            "new_a_day": round(self.new_arrivals / self.days, 2),
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs between two models, and what the new one would do to the base.

    Without a report the two are one version; without effects no source could be reached.
    """

    base: Base
    new: Model
    edits: tuple[Edit, ...] = ()
    report: Report | None = None
    effects: Effects | None = None
    sales: Sales | None = None

    @property
    def same(self) -> bool:
        return self.base.model.version == self.new.version

    @property
    def rule_changes(self) -> dict[str, str]:
        """The rules that were edited, by name: "added", "removed" or "changed"."""
        return {edit.name: edit.change for edit in self.edits if edit.part == "rule"}


def compare(
    workspace: Workspace,
    names: Sequence[str] = (),
    *,
    as_of: datetime | None = None,
    top: int = 10,
    out: Path | None = None,
    on_progress: Progress | None = None,
) -> Comparison:
    """Score the workspace's draft and the published model, and lay them side by side.

    The report's plans are what a sync with the draft would write. Nothing is published or pushed.
    out: where to keep these plans for `apply`; of two equal models there is nothing to keep.
    """
    if out is not None:
        can_keep(out)
    if workspace.draft is None:
        raise InternalError("there is no draft to compare")
    new = workspace.draft
    if any(model.name == new.name for model in workspace.models):
        workspace = workspace.about(new.name)
    base = _base(workspace)
    if base.model.version == new.version:
        return Comparison(base, new)
    trial = workspace.under(new)
    detail: dict[str, object] = {"model": new.version, "against": base.model.version}
    with preview(trial, names, as_of, on_progress, detail) as look:
        changed = edits(base.model, new)
        if not look.reached:
            return Comparison(base, new, changed, look.report())
        tick = _ticking(on_progress)
        with workspace.exclusively():
            old, tried = _scored(trial, (base.model, new), look.as_of, tick)
            kept = out is not None
            mine = ranked(trial, new, tried.wide, look.as_of, points=kept)
            scores = pa.concat_tables([mine, *_others(trial, look.as_of, points=kept)])
            look.plan(scores)
            made = None if out is None else propose(look, scores)
        if made is not None and out is not None:
            keep(trial, made, out)
        found = effects(old, tried, top)
        sales = _sales(look, old, tried, found, tick)
        return Comparison(base, new, changed, look.report(), found, sales)


def _ticking(on_progress: Progress | None) -> Tick:
    return lambda: on_progress("score", 1) if on_progress is not None else None


def _base(workspace: Workspace) -> Base:
    """The model of the published scores; the configured one where there are none to be read."""
    with workspace.lake.session(workspace.config.memory_limit) as con:
        workspace.lake.relation(con, "scores")
        mine = "SELECT any_value(model_version) AS version FROM scores WHERE model = $1"
        version = fetch(con, mine, [workspace.model.name])["version"][0].as_py()
    if version == workspace.model.version:
        return Base(workspace.model, PUBLISHED)
    model = None if version is None else workspace.recalled(version)
    return Base(workspace.model, CONFIGURED) if model is None else Base(model, PUBLISHED)


def _scored(
    trial: Workspace, models: Sequence[Model], as_of: datetime, tick: Tick
) -> Iterator[Scored]:
    # By one engine: it keeps the models that it has read, and who is who.
    engine = trial.engine
    asked = [partial(engine.score, model, as_of) for model in models]
    for model, wide in zip(models, engine.beside(asked), strict=True):
        tick()
        yield Scored(engine.compiled(model), wide)


def _others(trial: Workspace, as_of: datetime, points: bool) -> Iterator[pa.Table]:
    """The scores by the other models: what is written holds the answers of all."""
    others = (model for model in trial.models if model is not trial.model)
    return (scored(trial, model, as_of, points) for model in others)


def _sales(look: Preview, old: Scored, new: Scored, found: Effects, tick: Tick) -> Sales | None:
    """None where one of the models gives no temperature."""
    was, now = hottest(old.compiled.model), hottest(new.compiled.model)
    if was is None or now is None:
        return None
    pairs = found.labels("temperature")
    answers = [(each.compiled.model, each.wide) for each in (old, new)]
    arrived = arrivals(look.workspace.engine, answers, look.as_of, tick)
    return Sales(
        old_label=was,
        new_label=now,
        old=sum(count for (a, _), count in pairs.items() if a == was),
        new=sum(count for (_, b), count in pairs.items() if b == now),
        entering=sum(count for (a, b), count in pairs.items() if a != was and b == now),
        leaving=sum(count for (a, b), count in pairs.items() if a == was and b != now),
        days=DAYS,
        old_arrivals=arrived[0],
        new_arrivals=arrived[1],
    )
