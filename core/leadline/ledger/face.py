"""The ledger as others use it: one object, one attribute per concern."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from leadline.errors import WorkspaceError
from leadline.ledger.attempts import Attempts
from leadline.ledger.audit import Audit
from leadline.ledger.checkpoints import Checkpoints
from leadline.ledger.database import Database
from leadline.ledger.intents import Intents
from leadline.ledger.known import LastKnown
from leadline.ledger.leases import Leases
from leadline.ledger.migration import migrate
from leadline.ledger.models import Models
from leadline.ledger.outbox import Outbox
from leadline.ledger.place import Place, place_of
from leadline.ledger.rejections import Rejections
from leadline.ledger.requests import Requests
from leadline.ledger.runs import Runs
from leadline.ledger.servers import Servers
from leadline.ledger.sessions import Sessions
from leadline.ledger.settings import Settings
from leadline.ledger.tokens import Tokens
from leadline.ledger.users import Users


class Ledger:
    """An open ledger; `Ledger.open` makes it ready, `close` or the `with` block lets go of it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.runs = Runs(database)
        self.checkpoints = Checkpoints(database)
        self.known = LastKnown(database)
        self.rejections = Rejections(database)
        self.intents = Intents(database, self.known, self.rejections)
        self.leases = Leases(database)
        self.requests = Requests(database)
        self.servers = Servers(database)
        self.outbox = Outbox(database)
        self.audit = Audit(database)
        self.models = Models(database)
        self.settings = Settings(database)
        self.users = Users(database)
        self.sessions = Sessions(database)
        self.tokens = Tokens(database)
        self.attempts = Attempts(database)

    @classmethod
    def open(cls, where: str | Path) -> Ledger:
        """The ledger in an SQLite file (a path) or behind a URL, made or migrated as needed.

        `WorkspaceError` if it cannot be used, `ConfigError` if the URL is none.
        """
        place = place_of(where)
        _make_room(place)
        database = Database(place)
        try:
            migrate(database)
        except BaseException:
            database.close()
            raise
        return cls(database)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All calls of this thread inside are one transaction; an error takes all of them back."""
        with self._database.write():
            yield

    def close(self) -> None:
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def _make_room(place: Place) -> None:
    """The folder exists, and file and folder may be written: SQLite keeps its log beside it."""
    if place.file is None:
        return
    folder = place.file.parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WorkspaceError(
            f"the ledger's folder {folder} cannot be made: {error.strerror}. "
            "What to do: make it, or choose another workspace"
        ) from error
    if place.file.is_dir():
        raise WorkspaceError(f"the ledger {place.file} is a folder. What to do: name a file")
    for path in (folder, place.file):
        if path.exists() and not os.access(path, os.W_OK):
            raise WorkspaceError(
                f"the ledger cannot be written: {path} is read-only. "
                "What to do: give the user that runs leadline the right to write there"
            )
