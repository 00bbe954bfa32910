"""Bytes to HubSpot and back, over the connections of hubspot-api-client."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from leadline import __version__
from leadline.connecting.retries import Again
from leadline.connecting.tokens import is_loopback
from leadline.errors import SourceError
from leadline_hubspot.answers import Json, read_error

_AGENT = f"leadline/{__version__}"
_TIMEOUTS = (5, 30)  # seconds to connect, and to wait for each part of the answer


@dataclass(frozen=True)
class Raw:
    """An answer as it came. Header names are without case."""

    status: int
    data: bytes
    headers: Mapping[str, str]

    @cached_property
    def error(self) -> Json:
        """The body of a failure, where it is a JSON object."""
        return read_error(self.data)

    @property
    def policy(self) -> str:
        """Which limit a 429 is about; "" where it does not say."""
        named = str(self.error.get("policyName") or "").upper()
        if named:
            return named
        said = str(self.error.get("message") or "").lower()
        words = (("daily", "DAILY"), ("ten_secondly", "TEN_SECONDLY_ROLLING"))
        return next((policy for word, policy in words if word in said), "")

    @property
    def retry_after(self) -> float | None:
        """The seconds that the answer asks to wait; None where it does not."""
        text = (self.headers.get("Retry-After") or "").strip()
        return float(text) if text.isdigit() else None


class Transport:
    """One client and its pool; made at the first call, since the library is slow to import."""

    def __init__(self, base_url: str, connections: int) -> None:
        self._base_url, self._connections = base_url, connections
        self._lock = Lock()
        self._made: Any = None

    def send(
        self,
        method: str,
        target: str,
        *,
        token: str | None = None,
        body: Json | None = None,
        form: Mapping[str, str] | None = None,
    ) -> Raw:
        """Send one request and read all of the answer, whatever its status.

        Raises Again where no answer came, SourceError where no safe connection can be had.
        """
        from urllib3.exceptions import HTTPError, SSLError

        headers = {"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": _AGENT}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        url = self._base_url + target
        try:
            return self._exchange(method, url, headers, body, form)
        except SSLError as error:
            raise self._unsafe(str(error)) from None
        except HTTPError as error:
            raise Again(f"no answer came ({_named(error)})") from None

    def _exchange(
        self,
        method: str,
        url: str,
        headers: dict[str, str],
        body: Json | None,
        form: Mapping[str, str] | None,
    ) -> Raw:
        from hubspot.crm.objects import ApiException

        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            response = self._client().request(
                method,
                url,
                headers=headers,
                body=body,
                post_params=dict(form) if form is not None else None,
                _preload_content=False,
                _request_timeout=_TIMEOUTS,
            )
            return Raw(response.status, response.data, response.headers)
        except ApiException as error:
            if not error.status:  # the library's word for a broken TLS connection
                raise self._unsafe(str(error.reason)) from None
            return Raw(error.status, error.body or b"", error.headers)

    def _unsafe(self, reason: str) -> SourceError:
        return SourceError(
            f"no safe connection to {self._base_url}: {' '.join(reason.split())}; check the "
            "machine's certificates, its clock, and any proxy in between"
        )

    def _client(self) -> Any:
        with self._lock:
            if self._made is None:
                self._made = _new_client(self._base_url, self._connections)
            return self._made


def _new_client(base_url: str, connections: int) -> Any:
    from hubspot.crm.objects import ApiClient, Configuration

    configuration = Configuration(host=base_url)
    configuration.retries = False  # its own would follow redirects and sleep for hours
    configuration.connection_pool_maxsize = connections + 1
    host = urlsplit(base_url)
    proxy = getproxies().get(host.scheme)
    if proxy and not is_loopback(host.hostname or "") and not proxy_bypass(host.hostname or ""):
        configuration.proxy = proxy
    return ApiClient(configuration=configuration)


def _named(error: Exception) -> str:
    """What went wrong, without the address: it may hold an email."""
    return type(error).__name__.removesuffix("Error")
