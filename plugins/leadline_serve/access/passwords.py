"""Passwords, as argon2id hashes; a few at a time, since each takes 64 MiB while it is made."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from leadline.errors import RetryLater, UsageError

SHORTEST, LONGEST = 10, 1_000
_PATIENCE = 5.0  # seconds
_hasher = PasswordHasher()
_room = threading.BoundedSemaphore(2)


def hashed(password: str, name: str) -> str:
    """The hash of a new password; UsageError for one that is too weak."""
    if len(password) < SHORTEST:
        raise UsageError(f"the password is too short: take at least {SHORTEST} characters")
    if len(password) > LONGEST:
        raise UsageError(f"the password is too long: take at most {LONGEST:,} characters")
    if password.casefold() == name.casefold() or len(set(password)) < 4:
        raise UsageError("the password is too easy to guess: take several words, or let a "
                         "password manager draw one")  # fmt: skip
    with _turn():
        return _hasher.hash(password)


def fits(password: str, kept: str | None) -> bool:
    """Whether a password is the one of a hash; None, for nobody's, takes as long and is False."""
    with _turn():
        try:
            right = _hasher.verify(kept or _nobodys(), password[:LONGEST])
        except (VerificationError, InvalidHashError):
            return False
    return right and kept is not None


def is_dated(kept: str) -> bool:
    """Whether a hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(kept)


@lru_cache(maxsize=1)
def _nobodys() -> str:
    return _hasher.hash("the password of a user that is not there")


@contextmanager
def _turn() -> Iterator[None]:
    if not _room.acquire(timeout=_PATIENCE):
        raise RetryLater("too many are signing in at this moment; try again", after=_PATIENCE)
    try:
        yield
    finally:
        _room.release()
