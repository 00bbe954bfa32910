"""How far a stream has been read: what a checkpoint holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from leadline.batches import Checkpoint
from leadline_salesforce.settings import SalesforceSettings

_VERSION = 1
# The recycle bin empties itself after 15 days.
_BIN = timedelta(days=14)


class Phase(StrEnum):
    """What a pass does, in this order."""

    ROWS = "rows"  # the records that there are, or those that changed
    GONE = "gone"  # after a full sweep: what is there no more
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Position:
    """A point in a pass; instants are milliseconds since 1970 by the org's clock.

    until: the pass reads what was changed before, and the next one goes on from there. since: what
    was changed from then on; None reads everything. sweeping: all ids are gone through at the end.
    place: which of the stream's objects is being read. job: the Bulk job that brings it, and
    locator: its next page; without a job, locator is the address of the next page of a query.
    swept: the `until` of the last full sweep. ids: names the remembered ids of all records met.
    """

    phase: Phase
    until: int
    since: int | None = None
    sweeping: bool = True
    place: int = 0
    job: str = ""
    locator: str = ""
    swept: int = 0
    ids: str = ""

    @property
    def window(self) -> tuple[datetime | None, datetime | None]:
        """From when and before when; a first pass reads without bounds."""
        if self.since is None:
            return None, None
        return _instant(self.since), _instant(self.until)

    @property
    def names(self) -> str:
        """The name of the ids that this pass adds to."""
        return str(self.until) if self.sweeping else self.ids

    def at(self, job: str, locator: str) -> Position:
        """The same, further on in the object that is being read."""
        return replace(self, job=job, locator=locator)

    def next_object(self) -> Position:
        """An object was read to its end."""
        return replace(self, place=self.place + 1, job="", locator="")

    def done(self) -> Position:
        """The pass is over."""
        swept = self.until if self.sweeping else self.swept
        return replace(self, phase=Phase.DONE, place=0, swept=swept, ids=self.names)

    def as_checkpoint(self) -> Checkpoint:
        """JSON values only."""
        return {"version": _VERSION, **asdict(self), "phase": str(self.phase)}


def start(checkpoint: Checkpoint | None, settings: SalesforceSettings, now: datetime) -> Position:
    """Where to go on: in the pass that was interrupted, or at the start of the next one.

    The next one goes back by `lag_seconds` before the end of the last: a long transaction becomes
    visible when the clock has passed its stamp.
    """
    until = _ms(now - timedelta(seconds=settings.settle_seconds))
    old = _position_of(checkpoint)
    if old is None:
        return Position(Phase.ROWS, until=until)
    if old.phase is not Phase.DONE:
        return old
    age = timedelta(milliseconds=until - old.swept)
    late = timedelta(milliseconds=until - old.until) > _BIN
    return replace(
        old,
        phase=Phase.ROWS,
        # A name of its own for the ids, even where the org's clock stands still.
        until=max(until, old.until + 1),
        since=max(old.until - settings.lag_seconds * 1000, 0),
        sweeping=late or age >= timedelta(days=settings.full_sweep_days),
        place=0,
        job="",
        locator="",
    )


def _position_of(checkpoint: Checkpoint | None) -> Position | None:
    if not isinstance(checkpoint, Mapping) or checkpoint.get("version") != _VERSION:
        return None
    names = [field.name for field in fields(Position)]
    if any(name not in checkpoint for name in names):
        return None
    values: dict[str, Any] = {name: checkpoint[name] for name in names}
    return Position(**{**values, "phase": Phase(values["phase"])})


def _ms(instant: datetime) -> int:
    return int(instant.timestamp() * 1000)


def _instant(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)
