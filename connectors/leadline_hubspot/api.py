"""Calls of HubSpot's API: signed, paced, counted, repeated where that helps, and read as JSON.

hubspot-api-client carries them: one client and one pool of connections for the source. Its models
are not used (they cost twelve times what reading the JSON costs), nor are its retries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from leadline.batches import Source
from leadline.connecting.retries import Again, repeated
from leadline.errors import RetryLater, SignInError
from leadline_hubspot import limits, paths
from leadline_hubspot.answers import Answer, Forbidden, Json, OddAnswer, Refused, read_body, refusal
from leadline_hubspot.answers import next_after as next_after
from leadline_hubspot.answers import rows_of as rows_of
from leadline_hubspot.credentials import Credentials
from leadline_hubspot.limits import Limits
from leadline_hubspot.retries import TooMany, again_after
from leadline_hubspot.settings import HubSpotSettings
from leadline_hubspot.transport import Raw, Transport

__all__ = ["Answer", "Api", "Forbidden", "Json", "Query", "Refused", "next_after", "rows_of"]

Query = Iterable[tuple[str, object]]


@dataclass(frozen=True, slots=True)
class _Call:
    method: str
    path: str
    query: str
    body: Json | None
    search: bool

    @property
    def what(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def target(self) -> str:
        return f"{self.path}?{self.query}" if self.query else self.path


class Api:
    """One account's API; any thread may call.

    Paths come from `paths`, with their parts by name. Raises `Refused` (403: `Forbidden`) for a
    4xx, `SignInError` for a token that HubSpot does not take, `RetryLater` when the day's calls are
    used up, the account is being moved, or HubSpot does not answer properly for long.
    """

    def __init__(self, source: Source) -> None:
        settings = source.settings_as(HubSpotSettings)
        self._meter = source.meter
        self._transport = Transport(settings.base_url, settings.workers)
        self._credentials = Credentials(settings, self._exchange)
        self.limits = Limits(settings.burst_share, settings.daily_share, source.time_zone)

    def get(self, path: str, query: Query = (), **parts: str) -> Json:
        """The JSON object of a GET. query: names and values; None values are left out."""
        return self._send("GET", path, parts, query=query).body

    def post(self, path: str, body: Json, **parts: str) -> Answer:
        """The answer to a POST of JSON; a 207 is an answer too."""
        return self._send("POST", path, parts, body=body)

    def patch(self, path: str, body: Json, **parts: str) -> Answer:
        """The answer to a PATCH of JSON."""
        return self._send("PATCH", path, parts, body=body)

    def put(self, path: str, body: Json, **parts: str) -> Answer:
        """The answer to a PUT of JSON."""
        return self._send("PUT", path, parts, body=body)

    def delete(self, path: str, **parts: str) -> Answer:
        """The answer to a DELETE."""
        return self._send("DELETE", path, parts)

    def _send(
        self,
        method: str,
        path: str,
        parts: Mapping[str, str],
        query: Query = (),
        body: Json | None = None,
    ) -> Answer:
        whole = path.format(**{n: quote(v, safe="") for n, v in parts.items()}) if parts else path
        call = _Call(method, whole, _query(query), body, search=whole.endswith("/search"))
        return self._repeated(lambda: self._try(call), call.what)

    def _repeated(self, attempt: Callable[[], Answer], what: str) -> Answer:
        return repeated(attempt, what, "HubSpot", lambda seconds: limits.pause(seconds))

    def _try(self, call: _Call) -> Answer:
        """One attempt; a token that was refused is replaced once."""
        token = self._credentials.token()
        raw = self._exchange_raw(call, token)
        if raw.status == 401 and self._credentials.replaced(token):
            raw = self._exchange_raw(call, self._credentials.token())
        if 200 <= raw.status < 300:
            return Answer(raw.status, self._read(raw), raw.headers)
        raise self._failure(call, raw)

    def _exchange_raw(self, call: _Call, token: str) -> Raw:
        self.limits.wait(search=call.search)
        self._meter.count()
        raw = self._transport.send(call.method, call.target, token=token, body=call.body)
        self.limits.learn(raw.headers)
        return raw

    def _read(self, raw: Raw) -> Json:
        try:
            return read_body(raw.status, raw.data)
        except OddAnswer as error:
            raise Again(f"it answered {error}") from None

    def _failure(self, call: _Call, raw: Raw) -> Exception:
        """What a status other than a success means."""
        if raw.status in (401, 530):
            return SignInError(
                f"HubSpot does not accept the access token ({_said(raw)}); make a new one in "
                "HubSpot under Development > Keys > Service keys and put it into the config"
            )
        if raw.status == 477:
            after = raw.retry_after or 3600.0
            return RetryLater(
                "HubSpot is moving the account to another place and takes no calls meanwhile; "
                f"sync again in about {max(1, round(after / 60))} min",
                after=after,
            )
        if raw.status == 429 and raw.policy == "DAILY":
            return self.limits.used_up("the account's calls of today are used up")
        again = again_after(raw)
        if again is None:
            return refusal(call.what, raw.status, raw.error)
        if isinstance(again, TooMany):
            self.limits.hold(again.hold, search=again.search)
        return again

    def _exchange(self, fields: Mapping[str, str]) -> Json:
        """Make an access token out of a refresh token."""

        def attempt() -> Answer:
            self._meter.count()
            raw = self._transport.send("POST", paths.TOKEN, form=fields)
            if 200 <= raw.status < 300:
                return Answer(raw.status, self._read(raw), raw.headers)
            raise again_after(raw) or SignInError(
                f"HubSpot gives no access token for the refresh token ({_said(raw)}): connect "
                "the app with the account again, and check client_id and client_secret"
            )

        return self._repeated(attempt, f"POST {paths.TOKEN}").body


def _query(query: Query) -> str:
    """Names and values as a query; several values of a name stand in one, with commas."""
    pairs = [(name, _text(value)) for name, value in query if value is not None]
    return urlencode(pairs, safe=",", quote_via=quote)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (list, tuple)):
        return ",".join(map(str, value))
    return str(value)


def _said(raw: Raw) -> str:
    """A failure's status and HubSpot's word for it, where it gives one."""
    return f"{raw.status} {raw.error.get('category') or raw.error.get('status') or ''}".strip()
