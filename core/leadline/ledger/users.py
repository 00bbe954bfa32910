"""Who may sign in to the server, and as what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlalchemy import delete, exists, insert, select, update

from leadline.errors import UsageError
from leadline.ledger.database import Database
from leadline.ledger.tables import sessions, users


class Role(StrEnum):
    """A viewer reads; an admin also acts. An admin may do all that a viewer may."""

    VIEWER = "viewer"
    ADMIN = "admin"

    def covers(self, needed: Role) -> bool:
        return self is Role.ADMIN or needed is Role.VIEWER


@dataclass(frozen=True, slots=True)
class Account:
    """A person with a password, of which only a slow hash is kept."""

    name: str
    role: Role
    password_hash: str = field(repr=False)
    made_at: datetime
    changed_at: datetime


class Users:
    """The table of accounts. A change of password or role ends the account's sessions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, name: str, role: Role, password_hash: str) -> None:
        """Make an account; UsageError if there is one of this name."""
        with self._database.write() as connection:
            if connection.scalar(select(exists().where(users.c.name == name))):
                raise UsageError(
                    f"there is a user '{name}' already: leadline users password {name} sets "
                    "another password"
                )
            now = self._database.now(connection)
            connection.execute(
                insert(users).values(
                    name=name, role=role, password_hash=password_hash, made_at=now, changed_at=now
                )
            )

    def get(self, name: str) -> Account | None:
        with self._database.read() as connection:
            row = connection.execute(select(users).where(users.c.name == name)).mappings().first()
            return None if row is None else Account(**{**row, "role": Role(row["role"])})

    def list(self) -> Sequence[Account]:
        """All accounts, by name."""
        with self._database.read() as connection:
            rows = connection.execute(select(users).order_by(users.c.name)).mappings()
            return [Account(**{**row, "role": Role(row["role"])}) for row in rows]

    def any(self) -> bool:
        """Whether anybody can sign in at all."""
        with self._database.read() as connection:
            return bool(connection.scalar(select(exists().select_from(users))))

    def set_password(self, name: str, password_hash: str) -> None:
        """Another password; UsageError if there is no such user."""
        self._change(name, password_hash=password_hash)

    def rehash(self, name: str, password_hash: str) -> None:
        """The same password, hashed by stronger parameters: sessions go on."""
        with self._database.write() as connection:
            values = {"password_hash": password_hash}
            connection.execute(update(users).where(users.c.name == name).values(values))

    def set_role(self, name: str, role: Role) -> None:
        """Another role; UsageError if there is no such user."""
        self._change(name, role=role)

    def remove(self, name: str) -> None:
        """Take the account away and end its sessions; UsageError if there is no such user."""
        with self._database.write() as connection:
            connection.execute(delete(sessions).where(sessions.c.user == name))
            if connection.execute(delete(users).where(users.c.name == name)).rowcount != 1:
                raise _unknown(name)

    def _change(self, name: str, **values: str) -> None:
        with self._database.write() as connection:
            now = self._database.now(connection)
            changed = connection.execute(
                update(users).where(users.c.name == name).values(**values, changed_at=now)
            )
            if changed.rowcount != 1:
                raise _unknown(name)
            connection.execute(delete(sessions).where(sessions.c.user == name))


def _unknown(name: str) -> UsageError:
    return UsageError(f"there is no user '{name}': leadline users list shows them")
