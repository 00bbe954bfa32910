"""Around every answer: the names the server answers to, and what browsers may do with a page."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from leadline.config import Serve

_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
_HEADERS = {
    "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in _POLICY.items()),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not "no-referrer": browsers then send "Origin: null" with the site's own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_HTTPS = {"Strict-Transport-Security": "max-age=31536000"}
_PROBES = ("/healthz", "/readyz")  # asked by address; they tell nothing


class Protect:
    """ASGI middleware: refuses a foreign Host header, and adds the headers to every answer.

    A page of another site could otherwise point its own name at this machine and read along.
    """

    def __init__(self, app: ASGIApp, serve: Serve) -> None:
        self._app = app
        self._names = names_of(serve)
        self._headers = dict(_HEADERS)
        if serve.public_url.startswith("https:"):
            self._headers |= _HTTPS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        host = _name(Headers(scope=scope).get("Host", ""))
        if host in self._names or scope["path"] in _PROBES:
            await self._app(scope, receive, send_with_headers)
            return
        refusal = JSONResponse(
            {"detail": "the server has no such name: see hosts and public_url in [serve]"}, 400
        )
        await refusal(scope, receive, send_with_headers)


def names_of(serve: Serve) -> frozenset[str]:
    """The names that the server answers to: its own address, and those of the config."""
    names = {"localhost", "127.0.0.1", "::1", *serve.hosts}
    if serve.public_url:
        names.add(urlsplit(serve.public_url).hostname or "")
    if not _is_anywhere(serve.host):
        names.add(serve.host.lower().strip("[]"))
    return frozenset(names - {""})


def _is_anywhere(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


def _name(host: str) -> str:
    """The name of a Host header, without its port."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
