"""How many leads reach sales a day: models run again over the last weeks as they were known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import cycle

import pyarrow as pa
import pyarrow.compute as pc

from leadline.model import Model
from leadline.scoring.engine import Engine

# Each instant is one more scoring of the whole base, for each model.
DAYS, STEP = 30, 10

Tick = Callable[[], None]


def hottest(model: Model) -> str | None:
    """The temperature at which a lead goes to sales."""
    return model.ranked[0].name if model.ranked else None


def key_of(rows: pa.Table) -> pa.ChunkedArray:
    """Source and id of each row as one text."""
    return pc.binary_join_element_wise(rows["source"], rows["contact_id"], "\x1f")


def arrivals(
    engine: Engine, answers: Sequence[tuple[Model, pa.Table]], as_of: datetime, tick: Tick
) -> list[int]:
    """How many contacts became hottest in the last 30 days by each model, each counted once.

    answers: models that have temperatures, each with its rows at `as_of`. A model is run for the
    instants 30, 20 and 10 days before on what was known then, with the labels published by then.
    Hot at the first is no arrival; a stay between two instants is not seen.
    """
    counted = [_Arrivals() for _ in answers]
    # All models at one instant: who is who is worked out once for its contacts.
    asked = [
        partial(engine.reached, model, _label(model), as_of - timedelta(days=days))
        for days in range(DAYS, 0, -STEP)
        for model, _ in answers
    ]
    for met, hot in zip(cycle(counted), engine.beside(asked), strict=False):
        met.meet(hot)
        tick()
    for met, (model, now) in zip(counted, answers, strict=True):
        met.meet(now.filter(pc.equal(now["temperature"], _label(model))))
    return [met.count for met in counted]


def _label(model: Model) -> str:
    label = hottest(model)
    assert label is not None
    return label


@dataclass(slots=True)
class _Arrivals:
    """Who has been hottest by now, and how many of them were not so at the first instant."""

    seen: pa.Array | None = None
    count: int = 0

    def meet(self, rows: pa.Table) -> None:
        hot = key_of(rows).combine_chunks()
        if self.seen is None:
            self.seen = hot
            return
        fresh = hot.filter(pc.invert(pc.is_in(hot, value_set=self.seen)))
        self.count += len(fresh)
        self.seen = pa.concat_arrays([self.seen, fresh])
