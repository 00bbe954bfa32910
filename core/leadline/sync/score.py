"""The third room: run the model over what the lake knows, and publish the answer."""

from __future__ import annotations

from datetime import datetime

import pyarrow as pa

from leadline.scoring.scores import scores_table
from leadline.workspace import Workspace


def score(workspace: Workspace, as_of: datetime) -> pa.Table:
    """The `scores` rows of every contact, best first."""
    return ranked(workspace, workspace.engine.score(workspace.model, as_of), as_of)


def ranked(workspace: Workspace, wide: pa.Table, as_of: datetime) -> pa.Table:
    """The `scores` rows made of the engine's rows, best first."""
    table = scores_table(workspace.engine.compiled(workspace.model), wide, as_of)
    order = [("score", "descending"), ("source", "ascending"), ("contact_id", "ascending")]
    return table.sort_by(order)


def publish(workspace: Workspace, scores: pa.Table, as_of: datetime) -> int:
    """Make these the workspace's scores; the number of contacts whose answer differs."""
    return workspace.lake.publish(workspace.model.name, scores, as_of=as_of).changed
