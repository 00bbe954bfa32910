"""The sign of life that a server leaves, so that other processes hand their requests to it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from leadline.ledger.database import Database
from leadline.ledger.processes import Process
from leadline.ledger.settings import Settings
from leadline.ledger.tables import settings

_KEY = "server"
# A server that hangs is none; it says that it lives every few seconds.
SILENT = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class ServerSeen:
    """The server that lives: where people reach it, and when it last said so."""

    url: str
    process: str
    seen_at: datetime


class Servers:
    """One row among the settings."""

    def __init__(self, database: Database) -> None:
        self._database, self._settings = database, Settings(database)

    def beat(self, url: str) -> None:
        """Say that this process serves, and takes requests up."""
        self._settings.set(_KEY, {"url": url, **asdict(Process.current())})

    def leave(self) -> None:
        """Say that this process serves no more; another's sign of life stays."""
        with self._database.write():
            value, _ = self._get()
            if value.get("token") == Process.current().token:
                self._settings.set(_KEY, {})

    def living(self) -> ServerSeen | None:
        """The server that takes requests up now, in whichever process."""
        value, seen_at = self._get()
        if not value or seen_at is None:
            return None
        process = Process(value["machine"], value["pid"], value["token"])
        with self._database.read() as connection:
            silent = self._database.now(connection) - seen_at
        if silent >= SILENT or process.is_gone():
            return None
        return ServerSeen(value["url"], str(process), seen_at)

    def _get(self) -> tuple[dict[str, Any], datetime | None]:
        query = select(settings.c.value, settings.c.changed_at).where(settings.c.key == _KEY)
        with self._database.read() as connection:
            row = connection.execute(query).first()
        return ({}, None) if row is None else (row[0] or {}, row[1])
