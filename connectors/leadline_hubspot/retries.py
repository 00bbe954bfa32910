"""What is worth another try of HubSpot."""

from __future__ import annotations

from typing import Protocol

from leadline.connecting.retries import Again

_LONGEST = 60.0  # seconds
_BUSY = frozenset([408, 429, 423, 500, 502, 503, 504, 521, 522, 523, 524])


class Failure(Protocol):
    """What is asked of an answer that is no success."""

    @property
    def status(self) -> int: ...
    @property
    def policy(self) -> str: ...
    @property
    def retry_after(self) -> float | None: ...


class TooMany(Again):
    """A limit was hit: for `hold` seconds no thread should call; search: no search."""

    def __init__(self, why: str, *, step: float, hold: float, search: bool = False) -> None:
        self.hold, self.search = hold, search
        super().__init__(why, step=step)


def again_after(answer: Failure) -> Again | None:
    """What to do about a failure; None where asking again would not help."""
    status, asked = answer.status, answer.retry_after
    if status not in _BUSY:
        return None
    least = min(asked or 0.0, _LONGEST)
    if status == 429:
        if answer.policy == "TEN_SECONDLY_ROLLING":
            return TooMany("too many calls in ten seconds", step=max(10.0, least), hold=10.0)
        if answer.policy == "SECONDLY":
            return TooMany(
                "too many searches in a second", step=max(1.0, least), hold=1.0, search=True
            )
        return Again("too many calls", step=max(2.0, least))
    if status == 423:
        return Again("the records are locked", step=max(2.0, least))
    return Again(f"it answered {status}", step=least)
