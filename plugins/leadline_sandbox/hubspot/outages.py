"""How each fault looks when HubSpot answers with it."""

from __future__ import annotations

from collections.abc import Callable

from starlette.responses import HTMLResponse, JSONResponse, Response

from leadline_sandbox.faults import Fault
from leadline_sandbox.gate import BROKEN, SLOW
from leadline_sandbox.hubspot.problems import Problem, limited, missing_scopes

_PAGE = (
    "<!DOCTYPE html><html><head><title>{title}</title></head>"
    "<body><h1>{title}</h1><p>cloudflare</p></body></html>"
)


def _refused(policy: str) -> Callable[[Fault], Response]:
    def answer(fault: Fault) -> Response:
        headers = {"Retry-After": f"{fault.seconds:g}"} if fault.seconds else {}
        return JSONResponse(limited(policy), 429, headers)

    return answer


def _page(status: int, title: str) -> Callable[[Fault], Response]:
    return lambda fault: HTMLResponse(_PAGE.format(title=title), status)


def _problem(status: int, message: str, category: str) -> Callable[[Fault], Response]:
    return lambda fault: JSONResponse(Problem(status, message, category).body(), status)


def _migrating(fault: Fault) -> Response:
    seconds = fault.seconds or 86_400
    return JSONResponse(
        Problem(477, "Migration in progress", "MIGRATION_IN_PROGRESS").body(),
        477,
        {"Retry-After": f"{seconds:g}"},
    )


# Kinds that answer in HubSpot's place. "slow" and "broken" are the gate's own.
ANSWERS: dict[str, Callable[[Fault], Response]] = {
    "429": _refused("TEN_SECONDLY_ROLLING"),
    "429-secondly": _refused("SECONDLY"),
    "429-daily": _refused("DAILY"),
    "401": _problem(401, "Authentication credentials not found.", "INVALID_AUTHENTICATION"),
    "403": lambda fault: JSONResponse(missing_scopes(["unknown"]).body(), 403),
    "414": _page(414, "414 Request-URI Too Large"),
    "423": _problem(423, "The resource is locked by another operation.", "LOCKED"),
    "477": _migrating,
    "500": _problem(500, "internal error", "INTERNAL_ERROR"),
    "502": _page(502, "502 Bad Gateway"),
    "503": _page(503, "503 Service Temporarily Unavailable"),
    "504": _page(504, "504 Gateway Time-out"),
    "530": _page(530, "530 Origin DNS error"),
    "html200": _page(200, "Just a moment..."),
    "empty200": lambda fault: Response(b"", 200, media_type="application/json"),
}
KINDS = (*ANSWERS, BROKEN, SLOW)
