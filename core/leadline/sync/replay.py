"""How many leads reach sales a day: models run again over the last weeks as they were known."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from leadline.model import Model
from leadline.workspace import Workspace

# Each instant is one more scoring of the whole base, for each model.
DAYS, STEP = 30, 10

Tick = Callable[[], None]


def hottest(model: Model) -> str | None:
    """The temperature at which a lead goes to sales."""
    return model.ranked[0].name if model.ranked else None


def key_of(rows: pa.Table) -> pa.ChunkedArray:
    """Source and id of each row as one text."""
    return pc.binary_join_element_wise(rows["source"], rows["contact_id"], "\x1f")


def arrivals(workspace: Workspace, model: Model, as_of: datetime, now: pa.Table, tick: Tick) -> int:
    """How many contacts became hottest in the last 30 days, each counted once.

    now: the model's rows at `as_of`. The model is run for the instants 30, 20 and 10 days before
    on what was known then, with the labels published by then. Hot at the first is no arrival; a
    stay between two instants is not seen.
    """
    label = hottest(model)
    seen: pa.Array | None = None
    arrived = 0
    for days in range(DAYS, -1, -STEP):
        rows = now if days == 0 else workspace.engine.score(model, as_of - timedelta(days=days))
        hot = key_of(rows.filter(pc.equal(rows["temperature"], label))).combine_chunks()
        if seen is None:
            seen = hot
        else:
            fresh = hot.filter(pc.invert(pc.is_in(hot, value_set=seen)))
            arrived += len(fresh)
            seen = pa.concat_arrays([seen, fresh])
        tick()
    return arrived
