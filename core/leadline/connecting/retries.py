"""What is worth another try, how long to wait before it, and when to leave it to the next sync."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TypeVar

import tenacity

from leadline.errors import RetryLater

T = TypeVar("T")

_ATTEMPTS = 6
_LONGEST = 60.0  # seconds
_LATER = 300.0  # seconds


class Again(Exception):
    """This attempt came to nothing; the next one may not.

    step: seconds to wait, times the number of the attempt; 0 doubles from half a second on.
    last: the error to raise after the last attempt; None for one that says to sync again later.
    """

    def __init__(self, why: str, *, step: float = 0.0, last: Exception | None = None) -> None:
        self.why, self.step, self.last = why, step, last
        super().__init__(why)


def repeated(attempt: Callable[[], T], what: str, crm: str, pause: Callable[[float], None]) -> T:
    """The attempt's answer; where it raises `Again`, six times at most, and then RetryLater.

    what: the call, for the message. crm: who is called. pause: waits so many seconds.
    """

    def give_up(state: tenacity.RetryCallState) -> T:
        error = _error(state)
        if error.last is not None:
            raise error.last
        raise RetryLater(
            f"{crm} did not answer {what} properly in {state.attempt_number} attempts "
            f"({error.why}); sync again later",
            after=_LATER,
        )

    retrying = tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(Again),
        stop=tenacity.stop_after_attempt(_ATTEMPTS),
        wait=_wait_before,
        sleep=pause,
        retry_error_callback=give_up,
    )
    return retrying(attempt)


def _wait_before(state: tenacity.RetryCallState) -> float:
    """Seconds until the next attempt, never more than a minute."""
    step, number = _error(state).step, state.attempt_number
    seconds = step * number if step else 0.25 * 2**number
    return min(seconds * random.uniform(1.0, 1.25), _LONGEST)


def _error(state: tenacity.RetryCallState) -> Again:
    """What the attempt raised: there is no other reason to be here."""
    error = state.outcome.exception() if state.outcome else None
    assert isinstance(error, Again)
    return error
