"""Stages that a crash left in doubt: those contacts are read again before anything is repeated."""

from __future__ import annotations

from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.compute as pc

from leadline.batches import Source
from leadline.errors import RetryLater
from leadline.sync.pull import Only, Progress, Pulled, pull
from leadline.workspace import Workspace

LEASE_SECONDS = 600.0


def in_doubt(workspace: Workspace, source: str) -> list[str]:
    """The contacts whose stage was being written when the writer died."""
    intents, found = workspace.ledger.intents, set[str]()
    for intent in intents.open(source):
        changes, _ = intents.read(intent.intent_id)
        if "stage_field" in changes.column_names:
            sent = changes.filter(pc.is_valid(changes["stage"]))
            found.update(sent["contact_id"].to_pylist())
    return sorted(found)


def read_again(
    workspace: Workspace,
    source: Source,
    learned_at: datetime,
    on_progress: Progress | None = None,
) -> Pulled | None:
    """Pull the contacts whose stage is in doubt and close the intents; None when there are none.

    While another process is writing to the source nothing is in doubt yet.
    """
    if not in_doubt(workspace, source.name):
        return None
    try:
        lease = workspace.ledger.leases.take(f"push:{source.name}", workspace.holder, LEASE_SECONDS)
    except RetryLater:
        return None
    with lease:
        contacts = in_doubt(workspace, source.name)
        pulled = pull(
            workspace,
            source,
            learned_at=learned_at,
            only=Only(tuple(contacts)),
            on_progress=on_progress,
        )
        if pulled.error is None:
            close_intents(workspace, source.name)
    return pulled


def close_intents(workspace: Workspace, source: str) -> None:
    """Settle the open intents of a source as not written; the next plan has what is missing."""
    nothing = pa.table({"contact_id": pa.array([], pa.string())})
    reasons = nothing.append_column("reason", pa.array([], pa.string()))
    for intent in workspace.ledger.intents.open(source):
        workspace.ledger.intents.settle(intent.intent_id, nothing, reasons, datetime.now(UTC))
