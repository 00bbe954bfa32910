"""The third room: run the models over what the lake knows, and publish the answer."""

from __future__ import annotations

from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from leadline.model import Model
from leadline.scoring.scores import scores_table
from leadline.workspace import Workspace


def score(workspace: Workspace, as_of: datetime) -> pa.Table:
    """The `scores` rows of every contact by every model whose audience it is in."""
    return pa.concat_tables(scored(workspace, model, as_of) for model in workspace.models)


def scored(workspace: Workspace, model: Model, as_of: datetime) -> pa.Table:
    """The `scores` rows by one model, best first."""
    return ranked(workspace, model, workspace.engine.score(model, as_of), as_of)


def ranked(workspace: Workspace, model: Model, wide: pa.Table, as_of: datetime) -> pa.Table:
    """The `scores` rows made of the engine's rows, best first."""
    table = scores_table(workspace.engine.compiled(model), wide, as_of)
    order = [("score", "descending"), ("source", "ascending"), ("contact_id", "ascending")]
    return table.sort_by(order)


def publish(workspace: Workspace, scores: pa.Table, as_of: datetime) -> int:
    """Make these the workspace's scores; the number of contacts whose answer differs."""
    return sum(
        workspace.lake.publish(model.name, of_model(scores, model), as_of=as_of).changed
        for model in workspace.models
    )


def of_model(scores: pa.Table, model: Model) -> pa.Table:
    """The rows of one model."""
    return scores.filter(pc.equal(scores["model"], model.name))
