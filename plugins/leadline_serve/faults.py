"""What goes wrong, said in the way of whoever asked: JSON for programs, a page for people."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.exception_handlers import request_validation_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.exceptions import HTTPException

from leadline.errors import LeadlineError, RetryLater, SourceError, UsageError, WorkspaceError
from leadline_serve.pages.rendering import page

_PROGRAMS = ("/api/", "/webhooks/", "/metrics", "/healthz", "/readyz")
_STATUS: tuple[tuple[type[LeadlineError], int], ...] = (
    (UsageError, 400),
    (RetryLater, 503),
    (SourceError, 502),
    (WorkspaceError, 503),
)
_NOWHERE = "there is nothing at this address"
_BROKEN = "something that must not happen did: the server's log says what; please report it"


def handle(app: FastAPI) -> None:
    """Answer refusals, and errors of leadline's own, on every route."""
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(LeadlineError, _failed)
    app.add_exception_handler(Exception, _broken)


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 401 and not _is_program(request):
        return RedirectResponse(f"/login?next={_next(request)}", 303)
    detail = _NOWHERE if error.detail == "Not Found" else str(error.detail)
    return _said(request, error.status_code, detail, dict(error.headers or {}))


async def _unreadable(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    if _is_program(request):
        return await request_validation_exception_handler(request, error)
    places = ", ".join(sorted({str(each["loc"][-1]) for each in error.errors()}))
    return _said(request, 422, f"this cannot be read: {places}. Go back and correct it")


def _failed(request: Request, error: Exception) -> Response:
    assert isinstance(error, LeadlineError)
    status = next((code for kind, code in _STATUS if isinstance(error, kind)), 500)
    later = {"Retry-After": str(int(error.after) + 1)} if isinstance(error, RetryLater) else {}
    return _said(request, status, str(error), later)


def _broken(request: Request, error: Exception) -> Response:
    return _said(request, 500, _BROKEN)


def _said(
    request: Request, status: int, detail: str, headers: dict[str, str] | None = None
) -> Response:
    if _is_program(request):
        return JSONResponse({"detail": detail}, status, headers)
    user = getattr(request.state, "user", None)
    answer = page(request, "refused.html", user, status=status, detail=detail)
    answer.headers.update(headers or {})
    return answer


def _is_program(request: Request) -> bool:
    """Whether a path is one that programs ask."""
    return request.url.path.startswith(_PROGRAMS)


def _next(request: Request) -> str:
    """Where to go after signing in: the page that was asked for, never another site."""
    if request.method != "GET":
        return "/"
    query = f"?{request.url.query}" if request.url.query else ""
    return quote(f"{request.url.path}{query}", safe="/")
