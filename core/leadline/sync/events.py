"""Who is told of leads that change and of runs that end: one event per receiver and chunk.

What tells of a change of leads is held from before the scores are published until they are written,
so that a crash in between loses nothing; the next run settles what a dead one left held.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from leadline.ledger import Event
from leadline.ledger.runs import RUNNING
from leadline.queries import fetch
from leadline.sync.changed import as_payload, changed_leads, of_payload, written
from leadline.sync.plan import Plan
from leadline.sync.push import Pushed
from leadline.sync.topics import CHANGED, FINISHED, topic_of, webhook
from leadline.workspace import Workspace

CHUNK = 500


def receivers(workspace: Workspace) -> list[str]:
    """Who asks to be told of changes, by the name that their events are kept under."""
    return [*workspace.host.answering(CHANGED), *_webhooks(workspace)]


def _webhooks(workspace: Workspace) -> list[str]:
    return [webhook(name) for name in workspace.config.webhooks.outgoing]


def hold_changes(
    workspace: Workspace, run_id: str, scores: pa.Table, plans: Mapping[str, Plan], at: datetime
) -> None:
    """Keep what publishing and writing these will change, until `release_changes`.

    Call it under the workspace's lease, before publishing. Where nobody asks, nothing is kept.
    """
    _settle_left(workspace)
    told = receivers(workspace)
    if not told:
        return
    rows = changed_leads(workspace, scores, plans, at)
    with workspace.ledger.transaction():
        for model in dict.fromkeys(rows["model"].to_pylist()):
            mine = rows.filter(pc.equal(rows["model"], model))
            for number, start in enumerate(range(0, mine.num_rows, CHUNK)):
                payload = as_payload(mine.slice(start, CHUNK))
                payload |= {"run_id": run_id, "model": model, "at": _said(at)}
                for receiver in told:
                    key = f"{run_id}/{model}/{number}"
                    topic = topic_of(CHANGED, receiver)
                    workspace.ledger.outbox.add(topic, key, payload, hold=True)


def release_changes(workspace: Workspace, run_id: str, pushed: Mapping[str, Pushed]) -> None:
    """What the run has held is due now, less the stages that their CRM did not take."""
    records = {f"{name}:{each}" for name, done in pushed.items() for each in done.staged}
    outbox = workspace.ledger.outbox
    with workspace.ledger.transaction():
        for event in outbox.held():
            if event.payload["run_id"] != run_id:
                continue
            rows = written(of_payload(event.payload), records)
            if rows.num_rows:
                outbox.release(event.event_id, as_payload(rows))
            else:
                outbox.drop(event.event_id)


def keep_finished(workspace: Workspace, run_id: str, report: Mapping[str, object]) -> None:
    """Keep how a run ended, for every plugin that asks."""
    plugins = workspace.host.answering(FINISHED)
    with workspace.ledger.transaction():
        for plugin in plugins:
            workspace.ledger.outbox.add(topic_of(FINISHED, plugin), run_id, report)


def _settle_left(workspace: Workspace) -> None:
    """Release what dead runs held of answers that were published; forget what never was.

    The forgotten will be found again by this run. A stage that was not written is told once more
    when it is. What a run that still writes has published is noted, before others publish anew.
    """
    outbox = workspace.ledger.outbox
    held = outbox.held()
    published = _published(workspace) if held else {}
    for event in held:
        if not _is_published(event, published):
            outbox.drop(event.event_id)
        elif _is_left(workspace, event):
            outbox.release(event.event_id, {"rows": event.payload["rows"]})
        else:
            outbox.amend(event.event_id, {**event.payload, "published": True})


def _is_published(event: Event, published: Mapping[str, str]) -> bool:
    """Its answers are, or were, the workspace's; stages alone need no new answer."""
    stages_alone = all(row["records"] for row in event.payload["rows"])
    current = published.get(event.payload["model"]) == event.payload["at"]
    return bool(event.payload.get("published")) or stages_alone or current


def _is_left(workspace: Workspace, event: Event) -> bool:
    run = workspace.ledger.runs.get(event.payload["run_id"], stale_after=timedelta())
    return run is None or run.status != RUNNING


def _published(workspace: Workspace) -> dict[str, str]:
    """Model → the instant of its answer, as events say it."""
    with workspace.lake.session(workspace.config.memory_limit) as con:
        workspace.lake.relation(con, "scores")
        rows: Iterable[dict[str, object]] = fetch(
            con, "SELECT model, max(as_of) AS at FROM scores GROUP BY model"
        ).to_pylist()
    return {str(row["model"]): _said(at) for row in rows if isinstance(at := row["at"], datetime)}


def _said(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()
