"""How each fault looks when Salesforce answers with it."""

from __future__ import annotations

from functools import partial

from fastapi import Request
from starlette.types import ASGIApp, Scope

from leadline_sandbox.faults import Fault
from leadline_sandbox.gate import BROKEN, SLOW
from leadline_sandbox.outages import Answer, empty, page
from leadline_sandbox.salesforce.problems import Problem

_page = partial(page, words="We are down for maintenance.")


def _error(status: int, code: str, message: str) -> Answer:
    return lambda fault: Problem(status, code, message).answer()


# Kinds that answer in Salesforce's place. "slow" and "broken" are the gate's own.
ANSWERS: dict[str, Answer] = {
    "401": _error(401, "INVALID_SESSION_ID", "Session expired or invalid"),
    "401-html": _page(401, "401 Unauthorized"),
    "403-concurrent": _error(
        403,
        "REQUEST_LIMIT_EXCEEDED",
        "ConcurrentRequests (Concurrent API Requests) Limit exceeded.",
    ),
    "403-total": _error(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."),
    "403-disabled": _error(
        403, "API_DISABLED_FOR_ORG", "API is not enabled for this Organization or Partner"
    ),
    "403-access": _error(
        403, "INSUFFICIENT_ACCESS", "You do not have sufficient access rights for this operation."
    ),
    "406": _error(406, "CustomNotAcceptable", "CustomNotAcceptable"),
    "414": _page(414, "414 URI Too Long"),
    "500": _error(
        500, "UNKNOWN_EXCEPTION", "An unexpected error occurred. ErrorId: 1234567890-1 (-1)"
    ),
    "500-html": _page(500, "500 Internal Server Error"),
    "502": _page(502, "502 Bad Gateway"),
    "503": _page(503, "503 Service Unavailable"),
    "503-json": _error(503, "SERVER_UNAVAILABLE", "Server too busy"),
    "504": _page(504, "504 Gateway Timeout"),
    "query-timeout": _error(400, "QUERY_TIMEOUT", "Your query request was running for too long."),
    "too-complicated": _error(
        400, "QUERY_TOO_COMPLICATED", "Query is either selecting too many fields or is too long."
    ),
    "too-large": _error(
        400, "OPERATION_TOO_LARGE", "exceeded 100000 distinct who/what's for this query"
    ),
    "bad-locator": _error(400, "INVALID_QUERY_LOCATOR", "invalid query locator"),
    "metering": _error(
        403,
        "TXN_SECURITY_METERING_ERROR",
        "When using transaction security policies, the request was metered. Try again.",
    ),
    "row-lock": _error(
        400, "UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record"
    ),
    "bulk-limit": _error(
        400, "LIMIT_EXCEEDED", "ApiBatchItems Limit exceeded. The daily allocation is used up."
    ),
    "html200": _page(200, "Please wait"),
    "empty200": empty,
}

# Kinds that let the call through and spoil what it does; its handler asks `disturbed`.
JOB_FAILED = "bulk-failed"
ROWS_LOCKED = "locked-rows"
LOCKED_EVERY = 3  # rows
DISTURBING = (JOB_FAILED, ROWS_LOCKED)

KINDS = (*ANSWERS, *DISTURBING, BROKEN, SLOW)


def outage(fault: Fault, scope: Scope) -> ASGIApp | None:
    """The answer in Salesforce's place; None where the fault only disturbs the true one."""
    if fault.kind in DISTURBING:
        scope["leadline.fault"] = fault.kind
        return None
    return ANSWERS[fault.kind](fault)


def disturbed(request: Request) -> str:
    """The disturbing fault that this call met; "" for none."""
    found: str = request.scope.get("leadline.fault", "")
    return found
