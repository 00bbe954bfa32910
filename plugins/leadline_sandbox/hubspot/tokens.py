"""Who may ask: the portal's own token, and OAuth tokens that expire."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

from leadline_sandbox.clock import Clock
from leadline_sandbox.hubspot.options import Options
from leadline_sandbox.hubspot.problems import Problem

LIFETIME = 1_800  # seconds


@dataclass(slots=True)
class OAuthApp:
    """An app that an account installed. Its refresh token stays good until it is revoked."""

    client_id: str = "sandbox-client"
    client_secret: str = "sandbox-secret"
    refresh_token: str = "sandbox-refresh"
    revoked: bool = False


class Tokens:
    """Bearer tokens and what they stand for. `withdrawn` refuses the portal's own token."""

    def __init__(self, options: Options, clock: Clock) -> None:
        self._options, self._clock = options, clock
        self.app = OAuthApp()
        self.withdrawn = False
        self._given: dict[str, float] = {}

    def refresh(self, form: dict[str, str]) -> dict[str, object]:
        """A new access token for a refresh token; it expires by the portal's clock."""
        app = self.app
        if form.get("grant_type") != "refresh_token":
            raise _bad("BAD_GRANT_TYPE", "missing or unknown grant type")
        if (form.get("client_id"), form.get("client_secret")) != (app.client_id, app.client_secret):
            raise _bad("BAD_CLIENT_SECRET", "missing or invalid client secret")
        if app.revoked or form.get("refresh_token") != app.refresh_token:
            raise _bad("BAD_REFRESH_TOKEN", "missing or invalid refresh token")
        token = f"oauth-{uuid4().hex}"
        self._given[token] = self._clock.seconds() + LIFETIME
        return {
            "token_type": "bearer",
            "access_token": token,
            "refresh_token": app.refresh_token,
            "expires_in": LIFETIME,
            "hub_id": self._options.portal_id,
            "scopes": sorted(self._options.scopes),
        }

    def admit(self, header: str) -> bool:
        """Whether the token is an OAuth app's; a bad one is a 401."""
        scheme, _, token = header.partition(" ")
        if scheme.lower() == "bearer" and token == self._options.token and not self.withdrawn:
            return False
        until = self._given.get(token)
        if scheme.lower() != "bearer" or until is None:
            raise Problem(
                401,
                "Authentication credentials not found. This API supports OAuth 2.0 authentication "
                "and you can find more details at https://developers.hubspot.com/docs/methods/auth",
                "INVALID_AUTHENTICATION",
            )
        if self.app.revoked or until <= self._clock.seconds():
            raise Problem(
                401, "The OAuth token used to make this call expired.", "EXPIRED_AUTHENTICATION"
            )
        return True


def _bad(status: str, message: str) -> Problem:
    return Problem(400, message, status)
