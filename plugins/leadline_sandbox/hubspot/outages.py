"""How each fault looks when HubSpot answers with it."""

from __future__ import annotations

from functools import partial

from starlette.responses import JSONResponse, Response

from leadline_sandbox.faults import Fault
from leadline_sandbox.gate import BROKEN, SLOW
from leadline_sandbox.hubspot.problems import Problem, limited, missing_scopes
from leadline_sandbox.outages import Answer, empty, page

_page = partial(page, words="cloudflare")


def _refused(policy: str) -> Answer:
    def answer(fault: Fault) -> Response:
        headers = {"Retry-After": f"{fault.seconds:g}"} if fault.seconds else {}
        return JSONResponse(limited(policy), 429, headers)

    return answer


def _problem(status: int, message: str, category: str) -> Answer:
    return lambda fault: Problem(status, message, category).answer()


def _migrating(fault: Fault) -> Response:
    problem = Problem(477, "Migration in progress", "MIGRATION_IN_PROGRESS")
    return problem.answer({"Retry-After": f"{fault.seconds or 86_400:g}"})


# Kinds that answer in HubSpot's place. "slow" and "broken" are the gate's own.
ANSWERS: dict[str, Answer] = {
    "429": _refused("TEN_SECONDLY_ROLLING"),
    "429-secondly": _refused("SECONDLY"),
    "429-daily": _refused("DAILY"),
    "401": _problem(401, "Authentication credentials not found.", "INVALID_AUTHENTICATION"),
    "403": lambda fault: missing_scopes(["unknown"]).answer(),
    "414": _page(414, "414 Request-URI Too Large"),
    "423": _problem(423, "The resource is locked by another operation.", "LOCKED"),
    "477": _migrating,
    "500": _problem(500, "internal error", "INTERNAL_ERROR"),
    "502": _page(502, "502 Bad Gateway"),
    "503": _page(503, "503 Service Temporarily Unavailable"),
    "504": _page(504, "504 Gateway Time-out"),
    "530": _page(530, "530 Origin DNS error"),
    "html200": _page(200, "Just a moment..."),
    "empty200": empty,
}
KINDS = (*ANSWERS, BROKEN, SLOW)
