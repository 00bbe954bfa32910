"""The token that a call is signed with: given in the config, or made out of a refresh token."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Lock

from pydantic import SecretStr

from leadline.errors import SignInError
from leadline_hubspot import limits
from leadline_hubspot.settings import HubSpotSettings

_EARLY = 60.0  # a token is replaced this many seconds before it ends

# Sends form fields to the token endpoint and answers its JSON body.
Exchange = Callable[[Mapping[str, str]], Mapping[str, object]]


class Credentials:
    """One account's way in; any thread may ask. Tokens stay in memory and are never printed."""

    def __init__(self, settings: HubSpotSettings, exchange: Exchange) -> None:
        self._settings, self._exchange = settings, exchange
        self._lock = Lock()
        self._token = settings.access_token
        self._ends_at = float("inf") if self._token else 0.0

    def token(self) -> str:
        """The token to use now."""
        with self._lock:
            if self._token is None or limits.now() >= self._ends_at:
                self._refresh()
            assert self._token is not None
            return self._token.get_secret_value()

    def replaced(self, refused: str) -> bool:
        """Get another token than the one refused; False where there is no way to."""
        if self._settings.oauth is None:
            return False
        with self._lock:
            # Another thread may have replaced it meanwhile.
            if self._token is None or self._token.get_secret_value() == refused:
                self._refresh()
        return True

    def _refresh(self) -> None:
        oauth = self._settings.oauth
        assert oauth is not None
        fields = {
            "grant_type": "refresh_token",
            "client_id": oauth.client_id,
            "client_secret": oauth.client_secret.get_secret_value(),
            "refresh_token": oauth.refresh_token.get_secret_value(),
        }
        if oauth.redirect_uri:
            fields["redirect_uri"] = oauth.redirect_uri
        answer = self._exchange(fields)
        token, seconds = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(token, str) or not token:
            raise SignInError("HubSpot's token endpoint answered without an access token")
        self._token = SecretStr(token)
        lasts = float(seconds) if isinstance(seconds, int | float) else 1800.0
        self._ends_at = limits.now() + max(lasts - _EARLY, lasts / 2)
