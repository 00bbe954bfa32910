"""Signing in and out: a cookie that no script reads and no other site sends."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from fastapi import Request, Response

from leadline.ledger import Role
from leadline.ledger.attempts import Patience
from leadline.ledger.sessions import LIFE
from leadline_serve.access.acts import audit
from leadline_serve.access.keys import csrf_of, digest_of, new_key
from leadline_serve.access.people import User
from leadline_serve.reach import server_of

# A name alone is slowed down only a little: others could lock its owner out.
_PAIR, _ADDRESS, _NAME = Patience(5, 900.0, forgives=True), Patience(20, 900.0), Patience(50, 30.0)


class SignInRefused(Exception):
    """Why nobody was signed in; wait: seconds until another try makes sense, 0.0 for now."""

    def __init__(self, message: str, status: int = 401, wait: float = 0.0) -> None:
        self.status, self.wait = status, wait
        super().__init__(message)


def sign_in(request: Request, response: Response, name: str, password: str) -> User:
    """Begin a session, whose cookie `response` gets; an earlier one ends.

    SignInRefused if name and password do not fit, after too many tries, or from another site.
    """
    server = server_of(request)
    _refuse_other_sites(request)
    keys = _keys(request, name)
    if (wait := server.ledger.attempts.begin(keys)) > 0:
        raise SignInRefused(f"too many tries: wait {_spoken(wait)}", 429, wait)
    account = server.users.known(name, password)
    if account is None:
        _note_refusal(request, name)
        raise SignInRefused("name and password do not fit")
    server.ledger.attempts.succeeded(keys)
    if (old := key_of(request)) is not None:
        server.ledger.sessions.close(digest_of(old))
    key = new_key()
    server.ledger.sessions.open(digest_of(key), account.name)
    response.set_cookie(
        _cookie(request),
        key,
        max_age=int(LIFE.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=is_https(request),
    )
    user = User(account.name, account.role)
    audit(request, user, "signed in", "session")
    return user


def sign_out(request: Request, response: Response) -> None:
    """End this session, here and in the ledger."""
    if (key := key_of(request)) is not None:
        server_of(request).ledger.sessions.close(digest_of(key))
    _forget(request, response)


def sign_out_everywhere(request: Request, response: Response, user: User) -> int:
    """End all sessions of a user; answers how many there were."""
    ended = server_of(request).ledger.sessions.close_all(user.name)
    _forget(request, response)
    audit(request, user, "signed out everywhere", user.name, sessions=ended)
    return ended


def csrf_token(request: Request) -> str:
    """What a form of this session must bring as `csrf_token`, a script as `X-CSRF-Token`."""
    return csrf_of(key_of(request) or server_of(request).secret)


def key_of(request: Request) -> str | None:
    """The session's key, if the request brings one."""
    return request.cookies.get(_cookie(request)) or None


def is_https(request: Request) -> bool:
    """Whether people reach the server by https, here or at the proxy before it."""
    public = server_of(request).serve.public_url
    return request.url.scheme == "https" or public.startswith("https:")


def _cookie(request: Request) -> str:
    # The prefix makes browsers refuse one that another host of the domain has planted.
    return "__Host-leadline" if is_https(request) else "leadline"


def _forget(request: Request, response: Response) -> None:
    response.delete_cookie(
        _cookie(request), httponly=True, samesite="lax", secure=is_https(request)
    )


def _note_refusal(request: Request, name: str) -> None:
    """Put it on record; a name that nobody has may be a password in the wrong field."""
    account = server_of(request).ledger.users.get(name.strip().lower())
    known = User("somebody unknown" if account is None else account.name, Role.VIEWER)
    audit(request, known, "sign-in refused", "session")


def _refuse_other_sites(request: Request) -> None:
    """Nobody is signed in by a form of another site, as somebody that they are not."""
    origin = request.headers.get("Origin")
    public = server_of(request).serve.public_url
    if origin is None or origin == public:
        return
    if urlsplit(origin).netloc.lower() != request.headers.get("Host", "").lower():
        raise SignInRefused("sign in on the page of this server", 403)


def _keys(request: Request, name: str) -> dict[str, Patience]:
    """Whose attempt this is: the name's, the address's, and of both together."""
    who, where = name.strip().lower(), _network(request.client.host if request.client else "")
    named = {f"pair {who} {where}": _PAIR, f"address {where}": _ADDRESS, f"name {who}": _NAME}
    return {digest_of(key): patience for key, patience in named.items()}


def _network(address: str) -> str:
    """An IPv4 address, or the /64 of an IPv6 one: a single line has all of those."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    return str(ipaddress.ip_network(f"{address}/64", strict=False))


def _spoken(seconds: float) -> str:
    if seconds < 100:
        return f"{max(1, round(seconds))} seconds"
    return f"{round(seconds / 60)} minutes"
