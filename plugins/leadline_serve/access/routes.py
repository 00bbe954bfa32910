"""Signing in and out by the API, as a script or another program does it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from leadline_serve.access.guards import Viewer
from leadline_serve.access.sessions import (
    SignInRefused,
    csrf_token,
    sign_in,
    sign_out,
    sign_out_everywhere,
)

router = APIRouter(prefix="/api", tags=["access"])


class Refusal(BaseModel):
    """Why something was refused."""

    detail: str


class Credentials(BaseModel):
    """A name and a password."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    name: Annotated[str, Field(max_length=100)]
    password: Annotated[str, Field(max_length=1_000)]


class Me(BaseModel):
    """Who is asking. csrf_token: for the X-CSRF-Token header of a session's further calls."""

    name: str
    role: str
    token: bool
    csrf_token: str


REFUSED: dict[int | str, dict[str, object]] = {
    401: {"model": Refusal, "description": "Nobody is signed in."},
    403: {"model": Refusal, "description": "The role, or the form's token, does not allow it."},
}


@router.post(
    "/session",
    status_code=204,
    responses={
        400: {"model": Refusal, "description": "The body cannot be read."},
        401: {"model": Refusal, "description": "Name and password do not fit."},
        403: {"model": Refusal, "description": "The request comes from another site."},
        429: {"model": Refusal, "description": "Too many tries: wait for Retry-After seconds."},
        503: {"model": Refusal, "description": "Too many sign in at this moment."},
    },
)
def begin(request: Request, response: Response, credentials: Credentials) -> None:
    """Sign in: the answer sets the session's cookie."""
    try:
        sign_in(request, response, credentials.name, credentials.password)
    except SignInRefused as refusal:
        wait = {"Retry-After": str(int(refusal.wait) + 1)} if refusal.wait else None
        raise HTTPException(refusal.status, str(refusal), headers=wait) from refusal


@router.delete("/session", status_code=204, responses=REFUSED)
def end(request: Request, response: Response, user: Viewer) -> None:
    """Sign out."""
    sign_out(request, response)


@router.delete("/sessions", status_code=204, responses=REFUSED)
def end_all(request: Request, response: Response, user: Viewer) -> None:
    """Sign out everywhere."""
    if user.token:
        raise HTTPException(403, "a token has no sessions")
    sign_out_everywhere(request, response, user)


@router.get("/me", responses=REFUSED)
def me(request: Request, user: Viewer) -> Me:
    """Who is asking, and the token that its further calls need."""
    token = "" if user.token else csrf_token(request)
    return Me(name=user.name, role=user.role, token=user.token, csrf_token=token)
