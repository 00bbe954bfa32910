"""What is worth another try, and how long to wait before it."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, NoReturn, Protocol

from leadline.errors import RetryLater

if TYPE_CHECKING:
    import tenacity

_LONGEST = 60.0
_BUSY = frozenset([408, 429, 423, 500, 502, 503, 504, 521, 522, 523, 524])


class Failure(Protocol):
    """What is asked of an answer that is no success."""

    @property
    def status(self) -> int: ...
    @property
    def policy(self) -> str: ...
    @property
    def retry_after(self) -> float | None: ...


class Again(Exception):
    """This attempt came to nothing; the next one may not.

    step: seconds to wait, times the number of the attempt; 0 doubles from half a second on.
    hold: seconds for which no thread should call (search: no search).
    """

    def __init__(
        self, why: str, *, step: float = 0.0, hold: float = 0.0, search: bool = False
    ) -> None:
        self.why, self.step, self.hold, self.search = why, step, hold, search
        super().__init__(why)


def again_after(answer: Failure) -> Again | None:
    """What to do about a failure; None where asking again would not help."""
    status, asked = answer.status, answer.retry_after
    if status not in _BUSY:
        return None
    least = min(asked or 0.0, _LONGEST)
    if status == 429:
        if answer.policy == "TEN_SECONDLY_ROLLING":
            return Again("too many calls in ten seconds", step=max(10.0, least), hold=10.0)
        if answer.policy == "SECONDLY":
            return Again(
                "too many searches in a second", step=max(1.0, least), hold=1.0, search=True
            )
        return Again("too many calls", step=max(2.0, least))
    if status == 423:
        return Again("the records are locked", step=max(2.0, least))
    return Again(f"it answered {status}", step=least)


def wait_before(state: tenacity.RetryCallState) -> float:
    """Seconds until the next attempt, never more than a minute."""
    error = state.outcome.exception() if state.outcome else None
    step = error.step if isinstance(error, Again) else 0.0
    number = state.attempt_number
    seconds = step * number if step else 0.25 * 2**number
    return min(seconds * random.uniform(1.0, 1.25), _LONGEST)


def give_up(what: str, state: tenacity.RetryCallState) -> NoReturn:
    """Say after the last attempt that it is no use now."""
    error = state.outcome.exception() if state.outcome else None
    why = error.why if isinstance(error, Again) else "no answer came"
    raise RetryLater(
        f"HubSpot did not answer {what} properly in {state.attempt_number} attempts ({why}); "
        "sync again later",
        after=300.0,
    )
