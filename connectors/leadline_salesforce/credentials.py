"""The session that calls are signed with: given in the config, or got by signing in.

simple-salesforce signs in. What it lacks is put around it: one sign-in at a time, a way to a
simulator, and errors that say what to do.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from leadline.connecting.retries import Again
from leadline.connecting.tokens import is_loopback
from leadline.errors import SignInError
from leadline_salesforce.settings import SalesforceSettings
from leadline_salesforce.transport import trouble

if TYPE_CHECKING:
    import requests

_SALESFORCE = ".salesforce.com"
# The first version of the API that no longer signs in with a password.
_NO_PASSWORDS = 65


@dataclass(frozen=True, slots=True)
class Session:
    """A session of one org. instance_url: where its API is. The id is never printed."""

    token: SecretStr
    instance_url: str


class Credentials:
    """One org's way in; any thread may ask. base: where a relative key file starts."""

    def __init__(self, settings: SalesforceSettings, base: Path) -> None:
        self._settings, self._base = settings, base
        self._lock = Lock()
        self._session: Session | None = None
        if settings.session_id is not None and settings.instance_url is not None:
            self._session = Session(settings.session_id, settings.instance_url)

    @property
    def detours(self) -> dict[str, str]:
        """Where the sign-in goes on this machine, in place of the host simple-salesforce calls."""
        address = self._settings.signs_in_at
        if not is_loopback(urlsplit(address).hostname or ""):
            return {}
        return {f"https://{_domain(self._settings)}{_SALESFORCE}": address}

    def session(self, requests_session: requests.Session) -> Session:
        """The session to use now; signs in where there is none yet."""
        with self._lock:
            if self._session is None:
                self._session = self._signed_in(requests_session)
            return self._session

    def replaced(self, refused: Session, requests_session: requests.Session) -> bool:
        """Get another session than the one refused; False where there is no way to."""
        if self._settings.session_id is not None:
            return False
        with self._lock:
            # Another thread may have replaced it meanwhile.
            if self._session is None or self._session is refused:
                self._session = self._signed_in(requests_session)
        return True

    def _signed_in(self, requests_session: requests.Session) -> Session:
        import requests
        from jwt import PyJWTError
        from simple_salesforce.exceptions import SalesforceAuthenticationFailed
        from simple_salesforce.login import SalesforceLogin

        given = self._arguments()
        try:
            with warnings.catch_warnings():
                # Its warning prints the consumer key; the error says the same.
                warnings.simplefilter("ignore")
                token, host = SalesforceLogin(
                    session=requests_session,
                    domain=_domain(self._settings),
                    sf_version=self._settings.api_version,
                    **given,
                )
        except SalesforceAuthenticationFailed as error:
            raise _refused(error.code, str(error.auth_message or ""), self._settings) from None
        except requests.RequestException as error:
            raise trouble(error, self._settings.signs_in_at) from None
        except (PyJWTError, AttributeError, ValueError):
            # It reads the key, and the answer, without looking at them first.
            key = "the private key is no key in PEM form, or " if self._settings.jwt else ""
            raise SignInError(
                f"cannot sign in to Salesforce: {key}what answered at "
                f"{self._settings.signs_in_at} is no Salesforce; look at the address"
            ) from None
        if not token:
            raise SignInError("Salesforce answered the sign-in without a session")
        return Session(SecretStr(str(token)), self._instance(str(host)))

    def _arguments(self) -> dict[str, Any]:
        """What simple-salesforce chooses the way in by."""
        jwt, app, password = (
            self._settings.jwt,
            self._settings.client_credentials,
            self._settings.password,
        )
        if jwt is not None:
            return {
                "username": jwt.username,
                "consumer_key": jwt.consumer_key,
                "privatekey": self._private_key(),
            }
        if app is not None:
            return {
                "consumer_key": app.consumer_key,
                "consumer_secret": app.consumer_secret.get_secret_value(),
            }
        assert password is not None
        if float(self._settings.api_version) >= _NO_PASSWORDS:
            raise SignInError(
                f"version {self._settings.api_version} of the API takes no passwords: set "
                "api_version to 64.0 or less, or sign in with jwt"
            )
        return {
            "username": password.username,
            "password": password.password.get_secret_value(),
            "security_token": password.security_token.get_secret_value(),
        }

    def _private_key(self) -> str:
        jwt = self._settings.jwt
        assert jwt is not None
        if jwt.private_key is not None:
            return jwt.private_key.get_secret_value()
        path = self._base / (jwt.private_key_file or "")
        try:
            return path.read_text(encoding="ascii")
        except (OSError, UnicodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is no PEM file"
            raise SignInError(
                f"cannot read the private key '{path}': {reason}; check private_key_file"
            ) from None

    def _instance(self, host: str) -> str:
        """The address of the host that the sign-in named, which comes without a scheme."""
        if self._settings.instance_url is not None:
            return self._settings.instance_url
        local = is_loopback(urlsplit(f"//{host}").hostname or "")
        plain = local and self._settings.signs_in_at.startswith("http:")
        return f"{'http' if plain else 'https'}://{host.rstrip('/')}"


def _domain(settings: SalesforceSettings) -> str:
    """The host to sign in at, without the end that simple-salesforce puts to it."""
    host = urlsplit(settings.signs_in_at).hostname or ""
    if host.endswith(_SALESFORCE):
        return host.removesuffix(_SALESFORCE)
    # Of an app's own credentials it refuses the common hosts before it calls any.
    return "simulator.my" if settings.client_credentials else "login"


def _refused(code: object, message: str, settings: SalesforceSettings) -> Exception:
    """The error for a sign-in that failed; a page in place of an answer is worth another try."""
    if code is None or (isinstance(code, int) and (code >= 500 or code == 429)):
        return Again(f"the sign-in answered {code or 'a page'}")
    said = " ".join(message.split())
    if not isinstance(code, str) or "<" in said or len(said) > 200:
        said = "it gave no reason"
    return SignInError(
        f"Salesforce does not let leadline in ({code}: {said}) at {settings.signs_in_at}; "
        f"{_ADVICE[_way(settings)]}"
    )


def _way(settings: SalesforceSettings) -> str:
    ways = ("jwt", "client_credentials", "password")
    return next(name for name in ways if getattr(settings, name) is not None)


_ADVICE = {
    "jwt": "check consumer_key, username and the key, that the user is pre-authorised for the "
    "connected app, and that a sandbox signs in at https://test.salesforce.com",
    "client_credentials": "check consumer_key and consumer_secret, and that the connected app "
    "has the client credentials flow and a user to run as",
    "password": "check username, password and security_token, and that the org still allows "
    "SOAP login",
}
