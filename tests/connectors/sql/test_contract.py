"""The SQL connector keeps the contract, on SQLite and on PostgreSQL."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import pytest

from leadline.testing import ConnectorContract, Crm

from .conftest import MakePostgres
from .sql_crm import sqlite_crm


class TestSqlite(ConnectorContract):
    """A file, with a cursor and a table of leadline's own."""

    plugin: ClassVar[object] = "sql"

    def make_crm(self, folder: Path) -> Crm:
        return sqlite_crm(folder)


class TestSqliteWithoutCursor(ConnectorContract):
    """Everything is read each time, and who is missing is gone."""

    plugin: ClassVar[object] = "sql"

    def make_crm(self, folder: Path) -> Crm:
        return sqlite_crm(folder, with_cursor=False)


class TestPostgres(ConnectorContract):
    """A server, with a table of leadline's own."""

    plugin: ClassVar[object] = "sql"

    @pytest.fixture
    def crm(self, tmp_path: Path, make_postgres: MakePostgres) -> Crm:
        (tmp_path / "crm").mkdir()
        return make_postgres()


class TestPostgresUpdate(ConnectorContract):
    """A server, with columns in the contacts' own table."""

    plugin: ClassVar[object] = "sql"

    @pytest.fixture
    def crm(self, tmp_path: Path, make_postgres: MakePostgres) -> Crm:
        (tmp_path / "crm").mkdir()
        return make_postgres(update=True)
