"""Bytes to Salesforce and back: one session of requests, as simple-salesforce takes it too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from leadline import __version__
from leadline.connecting.retries import Again
from leadline.connecting.tokens import is_loopback
from leadline.errors import SourceError
from leadline_salesforce.answers import Failure, read_failure

TIMEOUTS = (5.0, 120.0)  # seconds to connect, and to wait for each part of the answer

# On every call, and again on one that is repeated after a new sign-in.
_ALWAYS = {
    "Accept": "application/json",
    "Sforce-Auto-Assign": "FALSE",
    "Sforce-Duplicate-Rule-Header": (
        "allowSave=true; includeRecordDetails=false; runAsCurrentUser=true"
    ),
    "Sforce-Call-Options": "client=leadline",
}


@dataclass(frozen=True)
class Raw:
    """An answer as it came. Header names are without case."""

    status: int
    data: bytes
    headers: Mapping[str, str]

    @cached_property
    def failure(self) -> Failure:
        """What the body of a failure says."""
        return read_failure(self.data)


class Lines(HTTPAdapter):
    """Connections with timeouts of their own, each call counted before it is made.

    detours: an address → the one to call in its place, for a simulator on this machine.
    """

    def __init__(
        self, connections: int, count: Callable[[], None], detours: Mapping[str, str]
    ) -> None:
        self._count, self._detours = count, detours
        super().__init__(pool_maxsize=connections + 1)

    def send(  # type: ignore[override]  # requests names each argument; only one matters here
        self, request: requests.PreparedRequest, **given: Any
    ) -> requests.Response:
        """Send a request with a timeout, wherever its address leads now."""
        for address, instead in self._detours.items():
            if (request.url or "").startswith(f"{address}/"):
                request.url = instead + (request.url or "")[len(address) :]
        if given.get("timeout") is None:
            given["timeout"] = TIMEOUTS
        self._count()
        return super().send(request, **given)


class Transport:
    """One session for one org; any thread may send."""

    def __init__(
        self,
        connections: int,
        count: Callable[[], None],
        learn: Callable[[Mapping[str, str]], None],
        detours: Mapping[str, str],
    ) -> None:
        self.session = _session(Lines(connections, count, detours), learn)
        self.session.trust_env = not any(
            is_loopback(urlsplit(instead).hostname or "") for instead in detours.values()
        )

    def send(
        self,
        method: str,
        url: str,
        *,
        token: str,
        data: bytes | None = None,
        content_type: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> Raw:
        """Send one request and read all of the answer, whatever its status.

        Raises Again where no answer came, SourceError where no safe connection can be had.
        """
        sent = dict(headers or {})
        sent["Authorization"] = f"Bearer {token}"
        if content_type:
            sent["Content-Type"] = content_type
        try:
            answer = self.session.request(
                method, url, data=data, headers=sent, allow_redirects=False
            )
        except requests.RequestException as error:
            raise trouble(error, url) from None
        return Raw(answer.status_code, answer.content, answer.headers)


def trouble(error: requests.RequestException, url: str) -> Exception:
    """What it means that no answer came; the address is cut to its host, as it holds the query."""
    if isinstance(error, requests.exceptions.SSLError):
        host = urlsplit(url).hostname
        return SourceError(
            f"no safe connection to {host}: check the machine's certificates, its clock, and any "
            "proxy in between"
        )
    return Again(f"no answer came ({type(error).__name__.removesuffix('Error')})")


def _session(lines: Lines, learn: Callable[[Mapping[str, str]], None]) -> requests.Session:
    session = requests.Session()
    session.mount("https://", lines)
    session.mount("http://", lines)
    session.headers.update({**_ALWAYS, "User-Agent": f"leadline/{__version__}"})
    # Else requests would put what ~/.netrc knows of the host in place of our own header.
    session.auth = _as_it_is
    # Cookies are the one thing in a session that threads would change under each other.
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def look(answer: requests.Response, *_: Any, **__: Any) -> None:
        learn(answer.headers)

    session.hooks["response"].append(look)
    return session


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request
