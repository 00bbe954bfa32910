"""Who may ask: the org's connected app, its integration user, and sessions that expire."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from secrets import token_hex
from threading import Lock

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from leadline_sandbox.clock import Clock
from leadline_sandbox.salesforce.ids import made_id
from leadline_sandbox.salesforce.options import Options
from leadline_sandbox.salesforce.problems import Problem

_KEY_BITS = 2048
ORGANIZATION = made_id("00D", 1)


@cache
def _key() -> str:
    """One key for the whole process: making one takes a tenth of a second and more."""
    made = rsa.generate_private_key(public_exponent=65_537, key_size=_KEY_BITS)
    return made.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


@dataclass(slots=True)
class ConnectedApp:
    """What the org's administrator set up, and what its integration user signs in with."""

    consumer_key: str = "3MVG9sandbox.consumer.key"
    consumer_secret: str = "5A4D0B0Xsandbox0consumer0secret"
    username: str = "leadline@sandbox.example"
    password: str = "Sandbox-Password-1"
    security_token: str = "SandboxSecurityToken1"
    private_key: str = field(default_factory=_key)

    @property
    def public_key(self) -> bytes:
        """PEM of the key that the app's certificate holds."""
        private = serialization.load_pem_private_key(self.private_key.encode(), password=None)
        return private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )


class Sessions:
    """Sessions of the org. Each lasts `options.session_seconds` of the org's clock."""

    def __init__(self, options: Options, clock: Clock) -> None:
        self._options, self._clock = options, clock
        self.app = ConnectedApp()
        self.logins = 0
        self._lock = Lock()
        self._until: dict[str, float] = {}
        self._current = ""

    @property
    def session_id(self) -> str:
        """A session that is valid now, made without a login if need be."""
        with self._lock:
            if self._until.get(self._current, 0) <= self._clock.seconds():
                self._current = self._made()
            return self._current

    def sign_in(self) -> str:
        """A new session for somebody who proved who they are."""
        with self._lock:
            self.logins += 1
            return self._made()

    def end(self) -> None:
        """End every session: the next call with one of them is a 401."""
        with self._lock:
            self._until.clear()

    def admit(self, header: str) -> None:
        """Let a call through; a session that is not known or has expired is a 401."""
        scheme, _, token = header.partition(" ")
        with self._lock:
            known = self._until.get(token, 0) > self._clock.seconds()
        if scheme.lower() not in ("bearer", "oauth") or not known:
            raise Problem(401, "INVALID_SESSION_ID", "Session expired or invalid")

    def _made(self) -> str:
        session = f"{ORGANIZATION[:15]}!{token_hex(40)}"
        self._until[session] = self._clock.seconds() + self._options.session_seconds
        return session
