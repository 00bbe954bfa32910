"""Brings a database to the tables of this leadline, whoever else opens it at the same time."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from leadline.errors import WorkspaceError
from leadline.ledger.database import Database
from leadline.ledger.tables import metadata

HEAD = "0002"
VERSION_TABLE = "ledger_version"
FOLDER = Path(__file__).parent / "migrations"

_LOCK = (
    5_683_229_114  # any number that is leadline's alone; PostgreSQL's advisory locks are numbers
)


def migrate(database: Database) -> None:
    """Leave the database at HEAD; `WorkspaceError` for one that is newer or somebody else's."""
    with database.read() as connection:
        if version_of(connection) == HEAD:
            return
    with database.write() as connection:
        if database.is_postgres:
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
        version = version_of(connection)  # somebody may have migrated while this one waited
        if version == HEAD:
            return
        if version is None:
            _refuse_foreign_tables(connection, database.place.label)
        _upgrade(connection, version, database.place.label)


def version_of(connection: Connection) -> str | None:
    """The database's revision, None before the first migration."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    found = connection.scalar(text(f"SELECT version_num FROM {VERSION_TABLE}"))
    return None if found is None else str(found)


def _refuse_foreign_tables(connection: Connection, label: str) -> None:
    taken = sorted(set(inspect(connection).get_table_names()) & set(metadata.tables))
    if taken:
        raise WorkspaceError(
            f"the ledger ({label}) already has a table '{taken[0]}' that leadline did not make. "
            "What to do: give leadline a database of its own"
        )


def _upgrade(connection: Connection, version: str | None, label: str) -> None:
    # Imported here: a ledger that is up to date, the usual case, does not pay for it.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if version is not None and version not in known:
        raise WorkspaceError(
            f"the ledger ({label}) was made by a newer leadline (revision {version}, this one "
            f"knows {HEAD}). What to do: upgrade leadline, or use another workspace"
        )
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
