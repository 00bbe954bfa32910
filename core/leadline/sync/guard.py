"""`max_changes`: a run that would change more than expected stops before its first write."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from leadline.config import First, MaxChanges, StageMode
from leadline.ledger import Origin
from leadline.model import Model
from leadline.queries import fetch
from leadline.scoring.scores import scores_table
from leadline.sync.plan import Plan
from leadline.workspace import Workspace

Confirm = Callable[[str], bool]

_COMPARED = ("score", "grade", "temperature", "excluded")
_BASE = ("source", "contact_id", "model", *_COMPARED)


@dataclass(frozen=True, slots=True)
class Excess:
    """One limit that a run would pass. asked: a person may say yes to it."""

    source: str
    message: str
    asked: bool = False

    def __str__(self) -> str:
        return f"source '{self.source}': {self.message}" if self.source else self.message


def excesses(
    workspace: Workspace, plans: Mapping[str, Plan], scores: pa.Table, as_of: datetime
) -> list[Excess]:
    """Every limit of `max_changes` that writing these plans would pass."""
    limits = workspace.config.write.max_changes
    if limits is None:
        return []
    found = [each for name, made in plans.items() for each in _first(workspace, made, limits)]
    first = {each.source for each in found}
    large = [
        made
        for name, made in plans.items()
        if name not in first and made.changes.num_rows > limits.share * made.size
    ]
    if large:
        found += _beyond_ageing(workspace, large, scores, as_of, limits)
    return found + _too_many_stages(workspace, plans, limits)


def settled(found: list[Excess], confirm: Confirm | None) -> bool:
    """Whether the run may go on: every limit passed is one that a person says yes to."""
    if not found:
        return True
    if confirm is None or not all(each.asked for each in found):
        return False
    return all(confirm(f"{each}. Write them?") for each in found)


def _first(workspace: Workspace, made: Plan, limits: MaxChanges) -> list[Excess]:
    """A first write to a source that has something to lose, and is larger than the share."""
    if limits.first is First.ALLOW or made.changes.num_rows <= limits.share * made.size:
        return []
    known = workspace.ledger.known.table(made.source)
    if pc.any(pc.equal(known["origin"], Origin.WRITE.value)).as_py():
        return []
    connector = workspace.host.connectors[workspace.sources[made.source].connector]
    held = pc.sum(_holds(known)).as_py() or 0
    if not connector.capabilities.live and not held:
        return []
    there = f", where {held:,} have values already" if held else ""
    message = (
        f"this is the first write: {made.changes.num_rows:,} of {made.size:,} contacts{there} "
        '(write.max_changes.first = "ask")'
    )
    return [Excess(made.source, message, asked=True)]


def _holds(known: pa.Table) -> pa.ChunkedArray:
    """Which rows hold any value at all: canonical JSON has each as a key and a value."""
    return pc.match_substring_regex(known["values"], r'":[^n]')


def _beyond_ageing(
    workspace: Workspace, plans: list[Plan], scores: pa.Table, as_of: datetime, limits: MaxChanges
) -> list[Excess]:
    """The sources of which more than the share differ from the base."""
    bases = [_base(workspace, model, as_of) for model in workspace.models]
    known = [base.select(list(_BASE)) for base in bases if base is not None]
    if not known:
        return []
    with workspace.lake.session(workspace.config.memory_limit) as con:
        con.register("base", pa.concat_tables(known))
        con.register("now", scores)
        differs = " OR ".join(f"n.{each} IS DISTINCT FROM b.{each}" for each in _COMPARED)
        moved = fetch(
            con,
            "SELECT DISTINCT b.source, b.contact_id FROM base b LEFT JOIN now n USING (source, "
            f"contact_id, model) WHERE n.model IS NULL OR {differs}",
        )
    found = []
    for made in plans:
        mine = moved.filter(pc.equal(moved["source"], made.source))
        written = pc.is_in(mine["contact_id"], made.changes["contact_id"].combine_chunks())
        count = pc.sum(written).as_py() or 0
        size = made.size
        if count > limits.share * size:
            message = (
                f"{count:,} of {size:,} contacts ({count / size:.1%}) would change beyond ageing, "
                f"and write.max_changes.share allows {limits.share:.1%}"
            )
            found.append(Excess(made.source, message))
    return found


def _too_many_stages(
    workspace: Workspace, plans: Mapping[str, Plan], limits: MaxChanges
) -> list[Excess]:
    if workspace.config.write.stages is not StageMode.WRITE:
        return []
    count = sum(made.staged.num_rows for made in plans.values())
    if count <= limits.stages:
        return []
    message = f"{count:,} stages would be written, and write.max_changes.stages allows "
    return [Excess("", f"{message}{limits.stages:,}")]


def _base(workspace: Workspace, now: Model, as_of: datetime) -> pa.Table | None:
    """Yesterday's facts and model scored for today; None before anything was published.

    now: the model as it is today; yesterday's has the same name. What only ages is the same in the
    base and in today's scores, so that it does not count.
    """
    with workspace.lake.session(workspace.config.memory_limit) as con:
        workspace.lake.relation(con, "scores")
        published = fetch(con, "SELECT * FROM scores WHERE model = $1", [now.name])
    if not published.num_rows:
        return None
    model = workspace.recalled(published["model_version"][0].as_py())
    if model is None:
        return published
    # Contacts scored by themselves since then have a later one.
    known_at = min(as_of, pc.min(published["as_of"]).as_py())
    wide = workspace.engine.score(model, as_of, known_at=known_at)
    return scores_table(workspace.engine.compiled(model), wide, as_of)
