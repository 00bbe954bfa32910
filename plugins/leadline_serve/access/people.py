"""The people and programs that use the server: who they are, and how they prove it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from leadline.errors import UsageError
from leadline.ledger import Account, Ledger, Role
from leadline_serve.access.keys import TOKEN_PREFIX, digest_of, new_key
from leadline_serve.access.passwords import fits, hashed, is_dated

_NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,99}")


@dataclass(frozen=True, slots=True)
class User:
    """Whoever sent a request. token: a program showed its API token; no person signed in."""

    name: str
    role: Role
    token: bool = False

    @property
    def is_admin(self) -> bool:
        return self.role is Role.ADMIN

    @property
    def actor(self) -> str:
        """The name to put on record."""
        return f"token:{self.name}" if self.token else self.name


class People:
    """Users and API tokens, on top of the ledger's tables."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def add(self, name: str, password: str, role: Role) -> str:
        """Make a user; answers the name as it is kept: names do not tell capitals apart."""
        name = named(name)
        self._ledger.users.add(name, role, hashed(password, name))
        return name

    def set_password(self, name: str, password: str) -> None:
        """Another password, which ends the user's sessions."""
        name = named(name)
        self._ledger.users.set_password(name, hashed(password, name))

    def remove(self, name: str) -> None:
        """Take a user away, and end the user's sessions."""
        self._ledger.users.remove(named(name))

    def known(self, name: str, password: str) -> Account | None:
        """The account of a name, if the password is right; it takes as long if nothing is."""
        account = self._ledger.users.get(name.strip().lower())
        if not fits(password, None if account is None else account.password_hash):
            return None
        if account is not None and is_dated(account.password_hash):
            self._ledger.users.rehash(account.name, hashed(password, account.name))
        return account

    def by_session(self, key: str) -> User | None:
        """Whoever signed in and got this key."""
        session = self._ledger.sessions.find(digest_of(key))
        return None if session is None else User(session.user, session.role)

    def by_token(self, token: str) -> User | None:
        """The program that an API token was given to."""
        found = self._ledger.tokens.find(digest_of(token))
        return None if found is None else User(found.name, found.role, token=True)

    def issue(self, name: str, role: Role, life: timedelta | None) -> str:
        """A new API token, which is shown this once. life: None for no end."""
        token = f"{TOKEN_PREFIX}{new_key()}"
        self._ledger.tokens.add(named(name), role, digest_of(token), life)
        return token

    def revoke(self, name: str) -> None:
        """End an API token at once."""
        self._ledger.tokens.revoke(named(name))


def named(name: str) -> str:
    """A name as it is kept; UsageError for one that cannot be."""
    plain = name.strip().lower()
    if not _NAME.fullmatch(plain):
        raise UsageError(
            f"'{name}' cannot be a name: use letters, digits and . _ @ + -, starting with a letter "
            "or a digit, at most 100 of them"
        )
    return plain
