"""How far a kind of record has been read: what a checkpoint holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from typing import Any

from leadline.batches import Checkpoint
from leadline_hubspot.settings import HubSpotSettings

_VERSION = 1
_DAY = 86_400_000  # ms
_FREE_PAGES = 10
_PAUSE_PER_PAGE = 10_000  # ms


class Phase(StrEnum):
    """What a pass does, in this order."""

    LIVE = "live"  # the records that there are, or those that changed
    ARCHIVED = "archived"  # the deleted ones, and what was restored
    GONE = "gone"  # after a full sweep: what is in neither list any more
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Position:
    """A point in a pass; instants are milliseconds since 1970.

    started: when the pass began, by this machine's clock. since: what was modified from then on is
    searched; None lists everything. after: where the phase goes on. seen: the latest modification
    met so far, 0 for none. swept: the start of the last full sweep that was finished.
    archive: names the remembered ids of deleted records; they are listed anew from `archive_due`.
    ids: names the remembered ids of all records met.
    """

    phase: Phase
    started: int
    since: int | None = None
    after: str = ""
    seen: int = 0
    swept: int = 0
    archive: str = ""
    archive_due: int = 0
    ids: str = ""

    @property
    def sweeping(self) -> bool:
        """True for a pass that lists everything."""
        return self.since is None

    def met(self, modified: int) -> Position:
        """The same, with a later modification met."""
        return self if modified <= self.seen else replace(self, seen=modified)

    def archived_in(self, pages: int, archive: str) -> Position:
        """The deleted records were listed, in so many pages.

        Few pages are listed at each sync; many, which nobody can filter by date, less often.
        """
        rest = max(0, pages - _FREE_PAGES) * _PAUSE_PER_PAGE
        return replace(self, archive=archive, archive_due=self.started + rest)

    def done(self) -> Position:
        """The pass is over."""
        swept, ids = (self.started, str(self.started)) if self.sweeping else (self.swept, self.ids)
        return replace(self, phase=Phase.DONE, after="", swept=swept, ids=ids)

    def as_checkpoint(self) -> Checkpoint:
        """JSON values only."""
        return {"version": _VERSION, **asdict(self), "phase": str(self.phase)}


def start(checkpoint: Checkpoint | None, settings: HubSpotSettings, now: int) -> Position:
    """Where to go on: in the pass that was interrupted, or at the start of the next one.

    The next one goes back before the latest modification met, and before the last pass began: what
    changed during it may have been passed by, and the search lags behind.
    """
    old = _position_of(checkpoint)
    if old is None:
        return Position(Phase.LIVE, started=now)
    if old.phase is not Phase.DONE:
        return old
    due = now - old.swept >= settings.full_sweep_days * _DAY
    lag = settings.lag_seconds * 1000
    since = None if due or not old.seen else max(min(old.seen, old.started) - lag, 1000)
    return replace(old, phase=Phase.LIVE, started=max(now, old.started + 1), since=since, after="")


def _position_of(checkpoint: Checkpoint | None) -> Position | None:
    if not isinstance(checkpoint, Mapping) or checkpoint.get("version") != _VERSION:
        return None
    names = [field.name for field in fields(Position)]
    if any(name not in checkpoint for name in names):
        return None
    values: dict[str, Any] = {name: checkpoint[name] for name in names}
    return Position(**{**values, "phase": Phase(values["phase"])})
