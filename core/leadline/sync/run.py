"""`sync`: pull, lake, score, plan, push, in order, as one run in the ledger."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pyarrow as pa

from leadline.batches import Source
from leadline.ledger.runs import INTERRUPTED
from leadline.sync.delivery import deliver
from leadline.sync.doubt import read_again
from leadline.sync.events import hold_changes, keep_finished, release_changes
from leadline.sync.guard import Confirm, Excess, excesses, settled
from leadline.sync.narrow import part_of
from leadline.sync.plan import Plan, plan
from leadline.sync.pull import Only, Progress, Pulled, pull
from leadline.sync.push import Pushed, push
from leadline.sync.score import publish, score
from leadline.sync.stopping import Cancelled, Interrupted
from leadline.workspace import Workspace

# What of `max_changes` a run would pass, and whether it may go on.
Allowed = Callable[[dict[str, Plan], pa.Table, datetime, bool], tuple[tuple[Excess, ...], bool]]

# Facts of a workspace's first sync count as known since ever, so that its past can be asked about.
SINCE_EVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Report:
    """What a run did, for people and for machines."""

    run_id: str
    as_of: datetime
    models: tuple[tuple[str, str], ...]
    pulled: dict[str, Pulled]
    plans: dict[str, Plan] = field(default_factory=dict)
    pushed: dict[str, Pushed] = field(default_factory=dict)
    published: int = 0
    errors: tuple[str, ...] = ()
    excesses: tuple[Excess, ...] = ()
    stopped: bool = False
    api_calls: Mapping[str, int] = field(default_factory=dict)

    @property
    def status(self) -> str:
        """succeeded; partial: something failed, something went through; failed: nothing did.

        stopped: writing would have passed a limit of `max_changes`, so that nothing was written.
        """
        if self.stopped:
            return "stopped"
        rejected = any(done.rejected or done.later for done in self.pushed.values())
        if not self.errors and not rejected:
            return "succeeded"
        return "partial" if self.plans else "failed"

    def as_json(self) -> dict[str, object]:
        """The document that `sync --json` prints."""
        return {
            "run_id": self.run_id,
            "status": self.status,
            "as_of": self.as_of.isoformat(),
            "models": [{"name": name, "version": version} for name, version in self.models],
            "sources": {name: self.counts(name) for name in self.pulled},
            "errors": list(self.errors),
        }

    def counts(self, name: str) -> dict[str, int]:
        """One source's numbers, by the names that `sync --json` gives them."""
        pulled, made = self.pulled[name], self.plans.get(name)
        done = self.pushed.get(name, Pushed())
        return {
            "contacts": pulled.contacts,
            "activities": pulled.activities,
            "quarantined": pulled.quarantined,
            "scored": made.changes.num_rows + made.unchanged if made else 0,
            "written": done.written,
            "unchanged": made.unchanged if made else 0,
            "rejected": len(done.rejected),
            "api_calls": self.api_calls.get(name, 0),
        }


def sync(
    workspace: Workspace,
    names: Sequence[str] = (),
    *,
    full: bool = False,
    only: Only | None = None,
    as_of: datetime | None = None,
    write: bool = True,
    on_progress: Progress | None = None,
    allow_changes: bool = False,
    confirm: Confirm | None = None,
    request: int | None = None,
) -> Report:
    """Run the five rooms for these sources (all when none is named).

    only: read this part alone; where it names contacts, only their persons are written.
    as_of: the instant to score for, now when left out. write=False stops before anything is
    published or pushed: the report then holds the plan. allow_changes: `max_changes` stops
    nothing. confirm: asks a person, where one is there to answer. request: what it answers to in
    the ledger. on_progress is called after each batch, and may stop the run (`stopping`).
    """
    sources = workspace.chosen(list(names))
    run_id = workspace.ledger.runs.start(
        "sync" if write else "plan", _detail(sources, full, only, request)
    )
    before = {source.name: source.meter.calls for source in sources}
    try:
        allowed = _allowing(workspace, allow_changes, confirm)
        report = _rooms(workspace, sources, run_id, full, only, as_of, write, on_progress, allowed)
        report = replace(report, errors=(*workspace.missing(names), *report.errors))
    except BaseException as error:
        end_badly(workspace, run_id, error, told=write)
        raise
    calls = {source.name: source.meter.calls - before[source.name] for source in sources}
    report = replace(report, api_calls=calls)
    end(workspace, report, told=write)
    return report


def end(workspace: Workspace, report: Report, *, told: bool = True) -> None:
    """Note how a run ended, and tell the plugins unless it was only a look."""
    with workspace.ledger.transaction():
        workspace.ledger.runs.finish(report.run_id, report.status, report.as_json())
        if told:
            keep_finished(workspace, report.run_id, report.as_json())
    if told:
        deliver(workspace)


def end_badly(
    workspace: Workspace, run_id: str, error: BaseException, *, told: bool = True
) -> None:
    """Note that a run failed, and why; plugins are told at once unless a person has stopped it."""
    errors = [str(error) or type(error).__name__]
    workspace.ledger.runs.finish(run_id, _ended(error), {"errors": errors})
    if told:
        failed = Report(run_id, datetime.now(UTC), workspace.versions, {}, errors=tuple(errors))
        keep_finished(workspace, run_id, failed.as_json())
        if isinstance(error, Exception):
            deliver(workspace)


def _detail(
    sources: Sequence[Source], full: bool, only: Only | None, request: int | None
) -> dict[str, object]:
    """What a run was asked to do, as the ledger keeps it."""
    detail: dict[str, object] = {"sources": [source.name for source in sources], "full": full}
    if only is not None:
        detail["part"] = len(only.contacts)
    return detail if request is None else {**detail, "request": request}


def _ended(error: BaseException) -> str:
    """The status of a run that was broken off."""
    if isinstance(error, Interrupted):
        return INTERRUPTED
    return "cancelled" if isinstance(error, Cancelled) else "failed"


def _rooms(
    workspace: Workspace,
    sources: list[Source],
    run_id: str,
    full: bool,
    only: Only | None,
    as_of: datetime | None,
    write: bool,
    on_progress: Progress | None,
    allowed: Allowed,
) -> Report:
    at, learned_at = instants(workspace, as_of)
    pulled = {}
    for source in sources:
        workspace.ledger.runs.beat(run_id)
        pulled[source.name] = pull(
            workspace,
            source,
            learned_at=learned_at,
            full=full,
            only=only,
            on_progress=on_progress,
        )
        again = read_again(workspace, source, learned_at, on_progress) if write else None
        if again is not None and again.error is not None:
            pulled[source.name].error = again.error
    errors = [str(each.error) for each in pulled.values() if each.error is not None]
    errors += [
        f"source '{name}' has no contact '{contact}'"
        for name, each in pulled.items()
        if each.error is None
        for contact in sorted(each.missing)
    ]
    models = workspace.versions
    reached = [source for source in sources if pulled[source.name].error is None]
    if not reached:
        return Report(run_id, at, models, pulled, errors=tuple(errors))
    with workspace.exclusively():
        if on_progress is not None:
            on_progress("score", 0)
        part = part_of(workspace, pulled) if only is not None and only.contacts else None
        if part is not None:
            workspace, models = part.workspace, part.workspace.versions
        scores = score(workspace, at, points=write, part=part)
        plans = {source.name: plan(workspace, source, scores, part) for source in reached}
        found, may_go_on = allowed(plans, scores, at, write)
        if not write or not may_go_on:
            errors += _stopping(found) if write else []
            return Report(
                run_id,
                at,
                models,
                pulled,
                plans,
                errors=tuple(errors),
                excesses=found,
                stopped=write,
            )
        hold_changes(workspace, run_id, scores, plans, at)
        published = publish(workspace, scores, at, part)
        workspace.lake.compact()
    pushed = {name: push(workspace, made, run_id, on_progress) for name, made in plans.items()}
    release_changes(workspace, run_id, pushed)
    errors += [str(done.error) for done in pushed.values() if done.error is not None]
    return Report(run_id, at, models, pulled, plans, pushed, published, tuple(errors))


def _allowing(workspace: Workspace, allow_changes: bool, confirm: Confirm | None) -> Allowed:
    """What decides whether a run may write: the limits that it would pass, and yes or no."""

    def allowed(
        plans: dict[str, Plan], scores: pa.Table, at: datetime, write: bool
    ) -> tuple[tuple[Excess, ...], bool]:
        if allow_changes:
            return (), True
        found = excesses(workspace, plans, scores, at)
        return tuple(found), settled(found, confirm if write else None)

    return allowed


def _stopping(found: Sequence[Excess]) -> list[str]:
    """Why the run stopped, and how to go on."""
    way_on = (
        "stopped: nothing was written to any source and nothing was published; what was read is "
        "kept. Look with leadline plan; go on with leadline sync --allow-changes, or change "
        "[write.max_changes] in the config"
    )
    return [*map(str, found), way_on]


def instants(workspace: Workspace, as_of: datetime | None) -> tuple[datetime, datetime]:
    """The instant to score for, and the instant at which this run learns what it pulls.

    A run learns at its own instant, unless that lies behind what is known already or ahead of the
    clock: then its facts are learned now, and a past that was asked about before does not move.
    """
    now, clock, as_of = datetime.now(UTC), workspace.lake.clock(), workspace.instant(as_of)
    if clock is None:
        return as_of or now, SINCE_EVER
    learned_at = max(now, clock + timedelta(microseconds=1))
    if as_of is None:
        return learned_at, learned_at
    return as_of, as_of if clock <= as_of <= now else learned_at
