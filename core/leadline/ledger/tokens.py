"""What programs show the server instead of a password. Only a token's digest is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, insert, select, update

from leadline.errors import UsageError
from leadline.ledger.database import Database
from leadline.ledger.tables import tokens
from leadline.ledger.users import Role

_USED_EVERY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it may be shown: its name and scope, never itself. expires_at None: it does not.

    used_at: when it was last shown to the server, to some minutes.
    """

    name: str
    role: Role
    made_at: datetime
    expires_at: datetime | None
    used_at: datetime | None


_SHOWN = [tokens.c[name] for name in Token.__dataclass_fields__]


class Tokens:
    """The table of tokens."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, name: str, role: Role, digest: str, life: timedelta | None) -> None:
        """Keep a new token; UsageError if its name is taken. life: None for no end."""
        with self._database.write() as connection:
            if connection.scalar(select(exists().where(tokens.c.name == name))):
                raise UsageError(
                    f"there is a token '{name}' already: choose another name, or first run "
                    f"leadline tokens revoke {name}"
                )
            now = self._database.now(connection)
            connection.execute(
                insert(tokens).values(
                    name=name,
                    role=role,
                    digest=digest,
                    made_at=now,
                    expires_at=None if life is None else now + life,
                )
            )

    def find(self, digest: str) -> Token | None:
        """The living token of a digest, noted as used; None if there is none."""
        mine = tokens.c.digest == digest
        with self._database.read() as connection:
            row = connection.execute(select(*_SHOWN).where(mine)).mappings().first()
            now = self._database.now(connection)
        if row is None or (row["expires_at"] is not None and row["expires_at"] <= now):
            return None
        if row["used_at"] is None or row["used_at"] <= now - _USED_EVERY:
            with self._database.write() as connection:
                connection.execute(update(tokens).where(mine).values(used_at=now))
        return Token(**{**row, "role": Role(row["role"])})

    def list(self) -> Sequence[Token]:
        """All tokens, by name; also those that have expired."""
        with self._database.read() as connection:
            rows = connection.execute(select(*_SHOWN).order_by(tokens.c.name)).mappings()
            return [Token(**{**row, "role": Role(row["role"])}) for row in rows]

    def revoke(self, name: str) -> None:
        """End a token at once; UsageError if there is none of this name."""
        with self._database.write() as connection:
            if connection.execute(delete(tokens).where(tokens.c.name == name)).rowcount != 1:
                raise UsageError(f"there is no token '{name}': leadline tokens list shows them")
