"""The third room: run the models over what the lake knows, and publish the answer."""

from __future__ import annotations

from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from leadline.errors import ConfigError
from leadline.model import Model
from leadline.model.joining import plugin_of
from leadline.scoring.scores import scores_table
from leadline.serving.points import pack
from leadline.serving.publishing import publish_serving
from leadline.sync.narrow import Part
from leadline.workspace import Workspace


def score(
    workspace: Workspace, as_of: datetime, *, points: bool = True, part: Part | None = None
) -> pa.Table:
    """The `scores` rows of every contact by every model whose audience it is in.

    points: with those of each rule, which only publishing needs. part: of its persons alone.
    """
    _see_that_models_are_whole(workspace)
    return pa.concat_tables(
        scored(workspace, model, as_of, points, part) for model in workspace.models
    )


def _see_that_models_are_whole(workspace: Workspace) -> None:
    """ConfigError where a plugin does not run that had rules in what was published last.

    Everybody's score would change, and change back once it runs again.
    """
    refused = {each.name: each for each in workspace.host.refused}
    for name in refused.keys() & _scorers(workspace) if refused else ():
        raise ConfigError(
            f"{refused[name]}; its rules are a part of every score: nothing is scored until it "
            "runs again, or until the config names it no more"
        )


def _scorers(workspace: Workspace) -> set[str]:
    """The plugins whose rules were in the models of the scores that are published."""
    with workspace.lake.session(workspace.config.memory_limit) as con:
        workspace.lake.relation(con, "scores")
        versions = con.execute("SELECT DISTINCT model_version FROM scores").fetchall()
    models = [workspace.recalled(version) for (version,) in versions if version]
    return {plugin_of(rule.name) for model in models if model for rule in model.rules}


def scored(
    workspace: Workspace, model: Model, as_of: datetime, points: bool, part: Part | None = None
) -> pa.Table:
    """The `scores` rows by one model, best first."""
    records = None if part is None else part.records
    wide = workspace.engine.score(model, as_of, records=records)
    return ranked(workspace, model, wide, as_of, points)


def ranked(
    workspace: Workspace, model: Model, wide: pa.Table, as_of: datetime, points: bool
) -> pa.Table:
    """The `scores` rows made of the engine's rows, best first."""
    compiled = workspace.engine.compiled(model)
    table = scores_table(compiled, wide, as_of)
    if points:
        table = table.append_column("points", pack(compiled, wide))
    order = [("score", "descending"), ("source", "ascending"), ("contact_id", "ascending")]
    return table.sort_by(order)


def publish(
    workspace: Workspace, scores: pa.Table, as_of: datetime, part: Part | None = None
) -> int:
    """Make these the workspace's scores, or those of a part; how many contacts' answer differs."""
    records = None if part is None else part.records
    changed = 0
    for model in workspace.models:
        mine = of_model(scores, model)
        done = workspace.lake.publish(model.name, mine, as_of=as_of, records=records)
        changed += done.changed
    publish_serving(workspace, scores, as_of, records)
    return changed


def of_model(scores: pa.Table, model: Model) -> pa.Table:
    """The rows of one model."""
    return scores.filter(pc.equal(scores["model"], model.name))
