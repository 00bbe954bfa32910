"""What is worth another try, and how long to wait before it."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, NoReturn

from leadline.errors import RetryLater
from leadline_salesforce.answers import Failure

if TYPE_CHECKING:
    import tenacity

_LONGEST = 60.0
# 406 is no refusal here: a call that was answered so is taken a moment later.
_BUSY = frozenset([406, 408, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524])
SLOW_QUERY = "QUERY_TIMEOUT"
_PASSING = {
    "UNABLE_TO_LOCK_ROW": "the records are locked",
    SLOW_QUERY: "the query took too long",
    "TXN_SECURITY_METERING_ERROR": "the org's security policies are busy",
    "SERVER_UNAVAILABLE": "the server is not available",
}
_LIMIT = "REQUEST_LIMIT_EXCEEDED"


class Again(Exception):
    """This attempt came to nothing; the next one may not.

    step: seconds to wait, times the number of the attempt; 0 doubles from half a second on.
    last: the error to raise after the last attempt; None for one that says to sync again later.
    """

    def __init__(self, why: str, *, step: float = 0.0, last: Exception | None = None) -> None:
        self.why, self.step, self.last = why, step, last
        super().__init__(why)


def again_after(status: int, failure: Failure) -> Again | None:
    """What to do about a failure; None where asking again would not help."""
    if failure.code == _LIMIT and not is_daily(failure):
        return Again("too many long calls at a time", step=5.0)
    if failure.code in _PASSING:
        return Again(_PASSING[failure.code], step=2.0)
    return Again(f"it answered {status}") if status in _BUSY else None


def is_daily(failure: Failure) -> bool:
    """True for the error that says that the calls of 24 hours are used up."""
    long_calls = "concurrent" in failure.message.lower()
    return failure.code == _LIMIT and not long_calls


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
    if isinstance(error, Again) and error.last is not None:
        raise error.last
    why = error.why if isinstance(error, Again) else "no answer came"
    raise RetryLater(
        f"Salesforce did not answer {what} properly in {state.attempt_number} attempts ({why}); "
        "sync again later",
        after=300.0,
    )
