"""What is worth another try of Salesforce."""

from __future__ import annotations

from leadline.connecting.retries import Again
from leadline_salesforce.answers import Failure

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
