"""The fifth room: write a plan to its source, batch by batch, with an intent before each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.compute as pc

from leadline.batches import Outcome, WriteResult
from leadline.errors import LeadlineError, SourceError
from leadline.ledger import Lease
from leadline.sync.doubt import close_intents, in_doubt
from leadline.sync.plan import Plan
from leadline.sync.refusals import remember
from leadline.workspace import Workspace

LEASE_SECONDS = 600.0


@dataclass(slots=True)
class Pushed:
    """What became of a plan: written, rejected for good and why, to be tried again.

    waiting: of those to be tried again, the ones for which the connector gave a reason. staged: the
    contacts whose stage was written.
    """

    written: int = 0
    rejected: list[WriteResult] = field(default_factory=list)
    later: int = 0
    waiting: list[WriteResult] = field(default_factory=list)
    staged: list[str] = field(default_factory=list)
    error: LeadlineError | None = None


def push(
    workspace: Workspace,
    plan: Plan,
    run_id: str,
    on_progress: Callable[[str, int], None] | None = None,
) -> Pushed:
    """Write the plan. A rejected record does not stop the others; an error stops the source."""
    pushed = Pushed()
    if not plan.changes.num_rows:
        return pushed
    try:
        with workspace.ledger.leases.take(
            f"push:{plan.source}", workspace.holder, LEASE_SECONDS
        ) as lease:
            _close_doubtful(workspace, plan)
            for number, (changes, before) in enumerate(_batches(workspace, plan)):
                lease.renew()
                _write(workspace, plan.source, run_id, number, lease, changes, before, pushed)
                if on_progress is not None:
                    on_progress(f"{plan.source} write", changes.num_rows)
    except LeadlineError as error:
        pushed.error = error
    remember(workspace, workspace.sources[plan.source], plan.stages, pushed.rejected)
    return pushed


def _batches(workspace: Workspace, plan: Plan) -> list[tuple[pa.Table, pa.Table]]:
    connector = workspace.host.connectors[workspace.sources[plan.source].connector]
    size = connector.capabilities.batch_size or plan.changes.num_rows
    return [
        (plan.changes.slice(start, size), plan.before.slice(start, size))
        for start in range(0, plan.changes.num_rows, size)
    ]


def _write(
    workspace: Workspace,
    source: str,
    run_id: str,
    number: int,
    lease: Lease,
    changes: pa.Table,
    before: pa.Table,
    pushed: Pushed,
) -> None:
    """One batch: an intent, the call, and one transaction that settles both."""
    intents = workspace.ledger.intents
    intent = intents.begin(source, run_id, number, lease.fence, changes, before)
    results: list[WriteResult] = []
    try:
        results.extend(workspace.host.write_scores(source, changes))
    finally:
        # Also after an error: what the CRM has taken by then is known, the rest stays a difference.
        done = [each.contact_id for each in results if each.outcome is Outcome.WRITTEN]
        bad = [each for each in results if each.outcome is Outcome.REJECTED]
        taken = pc.is_in(changes["contact_id"], pa.array(done, pa.string()))
        held = _as_held(changes, before).filter(taken)
        intents.settle(intent, held, _rejections(bad), datetime.now(UTC))
        pushed.written += len(done)
        if "stage" in changes.column_names:
            pushed.staged += changes.filter(pc.and_(taken, pc.is_valid(changes["stage"])))[
                "contact_id"
            ].to_pylist()
        pushed.rejected += bad
        pushed.later += changes.num_rows - len(done) - len(bad)
        pushed.waiting += [each for each in results if each.outcome is Outcome.RETRY]


def _rejections(results: list[WriteResult]) -> pa.Table:
    return pa.table(
        {
            "contact_id": pa.array([each.contact_id for each in results], pa.string()),
            "reason": pa.array([each.reason for each in results], pa.string()),
        }
    )


def _as_held(changes: pa.Table, before: pa.Table) -> pa.Table:
    """What the CRM holds once these are written: a stage that was not sent is still there."""
    if "stage_field" not in changes.column_names:
        return changes
    for column in ("stage", "stage_field"):
        place = changes.schema.get_field_index(column)
        values = pc.coalesce(changes[column], before[column])
        changes = changes.set_column(place, column, values)
    return changes


def _close_doubtful(workspace: Workspace, plan: Plan) -> None:
    """Settle what a crash left open as not written: a score may simply be repeated.

    A stage may not: `sync` reads those contacts again first, and here they are refused.
    """
    doubtful = in_doubt(workspace, plan.source)
    again = pc.is_in(plan.staged["contact_id"], pa.array(doubtful, pa.string()))
    if pc.any(again).as_py():
        raise SourceError(
            "writing stages was interrupted, and nobody has looked since at what the CRM took: run "
            "leadline sync, which reads those contacts again first",
            source=plan.source,
        )
    close_intents(workspace, plan.source)
