"""Signing in and out, and one's own account."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from leadline_serve.access import (
    SignInRefused,
    User,
    Viewer,
    sign_in,
    sign_out,
    sign_out_everywhere,
)
from leadline_serve.pages.rendering import page
from leadline_serve.reach import server_of

router = APIRouter()

_ACTS = 100


@router.get("/login")
def ask(request: Request, next: str = "/") -> Response:
    """The form to sign in with."""
    if not server_of(request).serve.sign_in:
        return RedirectResponse("/", 303)
    return _form(request, next)


@router.post("/login")
def enter(
    request: Request,
    name: Annotated[str, Form(max_length=100)] = "",
    password: Annotated[str, Form(max_length=1_000)] = "",
    next: Annotated[str, Form(max_length=2_000)] = "/",
) -> Response:
    """Sign in and go where one wanted to go."""
    answer = RedirectResponse(_inside(next), 303)
    try:
        sign_in(request, answer, name, password)
    except SignInRefused as refusal:
        refused = _form(request, next, name, str(refusal), refusal.status)
        if refusal.wait:
            refused.headers["Retry-After"] = str(int(refusal.wait) + 1)
        return refused
    return answer


@router.get("/account")
def account(request: Request, user: Viewer) -> Response:
    """Who one is here; an admin also sees who did what."""
    acts = server_of(request).ledger.audit.recent(_ACTS) if user.is_admin else []
    return page(request, "account.html", user, acts=acts)


@router.post("/logout")
def leave(request: Request, user: Viewer) -> Response:
    """End this session."""
    return _left(request, user, everywhere=False)


@router.post("/logout/everywhere")
def leave_everywhere(request: Request, user: Viewer) -> Response:
    """End all sessions of this user."""
    return _left(request, user, everywhere=True)


def _left(request: Request, user: User, *, everywhere: bool) -> Response:
    answer = RedirectResponse("/login", 303)
    if everywhere and not user.token:
        sign_out_everywhere(request, answer, user)
    else:
        sign_out(request, answer)
    return answer


def _form(
    request: Request, next: str, name: str = "", problem: str = "", status: int = 200
) -> Response:
    return page(
        request, "login.html", None, status=status, next=_inside(next), name=name, problem=problem
    )


def _inside(path: str) -> str:
    """The path if it is one of this server: browsers read "//" and "/\\" as another host."""
    plain = path.startswith("/") and not path.startswith("//") and path.isprintable()
    return path if plain and "\\" not in path else "/"
