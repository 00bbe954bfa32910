"""A look before a sync: the sources are pulled, and what is made of them is only shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

import pyarrow as pa

from leadline.batches import Source
from leadline.sync.guard import Excess, excesses
from leadline.sync.plan import Plan, plan
from leadline.sync.pull import Progress, Pulled, pull
from leadline.sync.run import Report, instants
from leadline.workspace import Workspace


@dataclass(slots=True)
class Preview:
    """A run of kind "plan": what was pulled, for which instant, and the plans once they are made.

    `workspace` stands under the model that is looked at.
    """

    workspace: Workspace
    run_id: str
    as_of: datetime
    learned_at: datetime
    absent: tuple[str, ...] = ()
    pulled: dict[str, Pulled] = field(default_factory=dict)
    plans: dict[str, Plan] = field(default_factory=dict)
    excesses: tuple[Excess, ...] = ()

    @property
    def reached(self) -> list[Source]:
        """The sources whose pull went through."""
        sources = self.workspace.sources
        return [sources[name] for name, each in self.pulled.items() if each.error is None]

    def plan(self, scores: pa.Table) -> None:
        """Make the plan of each source that was reached, and see which limits they would pass."""
        self.plans = {source.name: plan(self.workspace, source, scores) for source in self.reached}
        self.excesses = tuple(excesses(self.workspace, self.plans, scores, self.as_of))

    def report(self) -> Report:
        """What was done, as a sync reports it; nothing is published or pushed."""
        failed = (str(each.error) for each in self.pulled.values() if each.error is not None)
        models = self.workspace.versions
        return Report(
            self.run_id,
            self.as_of,
            models,
            self.pulled,
            self.plans,
            errors=(*self.absent, *failed),
            excesses=self.excesses,
        )


@contextmanager
def preview(
    workspace: Workspace,
    names: Sequence[str],
    as_of: datetime | None,
    on_progress: Progress | None,
    detail: dict[str, object],
) -> Iterator[Preview]:
    """Pull these sources (all when none is named) and note how the look at them ends."""
    sources = workspace.chosen(list(names))
    runs = workspace.ledger.runs
    run_id = runs.start("plan", {"sources": [source.name for source in sources], **detail})
    try:
        made = Preview(workspace, run_id, *instants(workspace, as_of), workspace.missing(names))
        for source in sources:
            runs.beat(run_id)
            made.pulled[source.name] = pull(
                workspace, source, learned_at=made.learned_at, on_progress=on_progress
            )
        yield made
    except BaseException as error:
        runs.finish(run_id, "failed", {"errors": [str(error) or type(error).__name__]})
        raise
    report = made.report()
    runs.finish(run_id, report.status, report.as_json())
