"""How far a query has been read: what a checkpoint holds.

A pass that was interrupted goes on after the last row. What was committed late into the part that
had been read by then is caught by the next pass, which starts where this one was interrupted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from leadline.batches import Checkpoint
from leadline_sql.values import from_json, to_json

_VERSION = 1


@dataclass(frozen=True, slots=True)
class Key:
    """Where a row stands in the order of a pass."""

    cursor: object
    id: object


@dataclass(frozen=True, slots=True)
class Position:
    """Everything read so far.

    start: the cursor's value from which the pass reads (before the lag is taken off); None reads
    all. at: the last row of a pass under way. floor: where an interrupted pass went on first.
    before: snapshots of the ids there were, for finding what is gone.
    """

    start: object | None = None
    at: Key | None = None
    floor: object | None = None
    before: tuple[str, ...] = ()

    def resumed(self) -> Position:
        """The same at the beginning of another statement."""
        if self.at is None or self.floor is not None:
            return self
        return replace(self, floor=self.at.cursor)

    def over(self) -> Position:
        """The same after the last row: where the next pass starts."""
        if self.at is None:
            return self
        return Position(start=self.floor if self.floor is not None else self.at.cursor)

    def as_checkpoint(self) -> Checkpoint:
        """JSON values only."""
        return {
            "version": _VERSION,
            "start": _said(self.start),
            "at": None if self.at is None else [to_json(self.at.cursor), to_json(self.at.id)],
            "floor": _said(self.floor),
            "before": list(self.before),
        }


def position_of(checkpoint: Checkpoint | None) -> Position | None:
    """What a checkpoint says; None for none, and for one of another version."""
    if checkpoint is None or checkpoint.get("version") != _VERSION:
        return None
    at, before = checkpoint.get("at"), checkpoint.get("before")
    try:
        return Position(
            start=_read(checkpoint.get("start")),
            at=Key(*map(from_json, at)) if isinstance(at, list | tuple) else None,
            floor=_read(checkpoint.get("floor")),
            before=tuple(map(str, before)) if isinstance(before, list | tuple) else (),
        )
    except (TypeError, ValueError):
        return None


def _said(value: object | None) -> object:
    return None if value is None else to_json(value)


def _read(said: object) -> object | None:
    return None if said is None else from_json(said)
