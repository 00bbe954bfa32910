"""Stages that a CRM refused for good, so that no sync asks for the very same again."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from leadline.batches import Source, WriteResult
from leadline.workspace import Workspace

# One row per contact: which value of which field was refused while the field held what (null:
# nothing), and why.
REFUSALS = pa.schema(
    [(f"refused_{each}", pa.string()) for each in ("contact", "field", "value", "current", "why")]
)
# A CRM may be set up anew, which nobody tells: then the stage is asked for once more.
_HOLDS = timedelta(days=7)


def refusals(workspace: Workspace, source: Source) -> pa.Table:
    """The refusals that still hold (`REFUSALS`); none where the source's config has changed."""
    rows = [
        dict(zip(REFUSALS.names, (contact, *about), strict=True))
        for contact, (*about, _) in _kept(workspace, source).items()
    ]
    return pa.Table.from_pylist(rows, schema=REFUSALS)


def remember(
    workspace: Workspace, source: Source, stages: pa.Table, results: Iterable[WriteResult]
) -> None:
    """Keep the refusals among the results of a push.

    stages: what the plan made of them (`DECISIONS`).
    """
    why = {each.contact_id: each.reason for each in results if each.column == "stage"}
    if not why:
        return
    asked = stages.filter(pc.is_null(stages["reason"]))
    asked = asked.filter(pc.is_in(asked["contact_id"], pa.array(why, pa.string())))
    now = datetime.now(UTC).isoformat()
    kept = _kept(workspace, source)
    for row in asked.to_pylist():
        contact = row["contact_id"]
        kept[contact] = [row["field"], row["value"], row["current"], why[contact], now]
    workspace.ledger.settings.set(
        _key(source), {"config": _config(workspace, source), "stages": kept}
    )


def _kept(workspace: Workspace, source: Source) -> dict[str, list[Any]]:
    """Contact → field, value, current, why, and the instant of the refusal."""
    found = workspace.ledger.settings.get(_key(source), {})
    if found.get("config") != _config(workspace, source):
        return {}
    since = datetime.now(UTC) - _HOLDS
    return {
        contact: about
        for contact, about in found["stages"].items()
        if datetime.fromisoformat(about[-1]) > since
    }


def _key(source: Source) -> str:
    # The column holds 200 characters, as a source's name may have.
    return f"refused_stages:{sha256(source.name.encode()).hexdigest()[:32]}"


def _config(workspace: Workspace, source: Source) -> str:
    """What a refusal may hang on: the source's settings, no secret among them, and its stages."""
    stages = workspace.config.sources[source.name].stages
    lines = {stage: [x.field, x.value, *x.allowed] for stage, x in stages.items()}
    text = json.dumps([source.settings.model_dump(mode="json"), lines], sort_keys=True)
    return sha256(text.encode()).hexdigest()
