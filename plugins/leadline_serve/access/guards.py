"""What a route needs: a viewer or an admin, by session or by token; forms with their token."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, HTTPException, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from leadline.ledger import Role
from leadline_serve.access.keys import same
from leadline_serve.access.people import User
from leadline_serve.access.sessions import csrf_token, key_of
from leadline_serve.reach import server_of

LOCAL = User("local", Role.ADMIN)  # everybody, where nobody signs in
CSRF_HEADER, CSRF_FIELD = "X-CSRF-Token", "csrf_token"
_SAFE = ("GET", "HEAD", "OPTIONS")
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


async def viewer(request: Request) -> User:
    """Whoever sent the request, if they may look."""
    return await _allowed(request, Role.VIEWER)


async def admin(request: Request) -> User:
    """Whoever sent the request, if they may act."""
    return await _allowed(request, Role.ADMIN)


Viewer = Annotated[User, Depends(viewer)]
Admin = Annotated[User, Depends(admin)]


async def _allowed(request: Request, needed: Role) -> User:
    """401 for nobody, 403 for a role that is too small or a form without its token."""
    user = await run_in_threadpool(_user, request)
    if user is None:
        raise HTTPException(
            401, "sign in, or send an API token", headers={"WWW-Authenticate": "Bearer"}
        )
    request.state.user = user
    if not user.role.covers(needed):
        raise HTTPException(403, f"'{user.name}' may look, but not act: ask an admin")
    if not user.token and request.method not in _SAFE:
        shown = await _shown(request)
        if not same(shown, csrf_token(request)):
            raise HTTPException(403, "the page is out of date: load it again and repeat")
    return user


def _user(request: Request) -> User | None:
    """A token counts alone: one that is wrong is not made good by a cookie."""
    server = server_of(request)
    if (header := request.headers.get("Authorization")) is not None:
        scheme, _, token = header.partition(" ")
        return server.users.by_token(token.strip()) if scheme.lower() == "bearer" else None
    if not server.serve.sign_in:
        return LOCAL
    key = key_of(request)
    return None if key is None else server.users.by_session(key)


async def _shown(request: Request) -> str:
    """The CSRF token that came along, in the header or in the form; "" for none."""
    if (header := request.headers.get(CSRF_HEADER)) is not None:
        return header
    if request.headers.get("Content-Type", "").partition(";")[0].strip().lower() not in _FORMS:
        return ""
    value = (await request.form()).get(CSRF_FIELD, "")
    return "" if isinstance(value, UploadFile) else value
