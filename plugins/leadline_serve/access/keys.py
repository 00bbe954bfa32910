"""Keys that are drawn, not chosen: of sessions and tokens. Only their digests are kept."""

from __future__ import annotations

import hashlib
import hmac
import secrets

TOKEN_PREFIX = "leadline_"  # so that a scanner of leaked secrets knows one


def new_key() -> str:
    """256 bits at random, as text for a cookie or a header."""
    return secrets.token_urlsafe(32)


def digest_of(key: str) -> str:
    """What the ledger keeps of a key. A fast hash will do: nobody guesses 256 bits."""
    return hashlib.sha256(key.encode()).hexdigest()


def csrf_of(key: str) -> str:
    """The token of the forms that belong to a key; it does not give the key away."""
    return hmac.new(key.encode(), b"csrf", hashlib.sha256).hexdigest()


def same(one: str, other: str) -> bool:
    """Whether two secrets are equal, in a time that tells nothing about where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())
