"""Every test of the ledger runs twice: on an SQLite file and on a real PostgreSQL server."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import PIPE, Popen

import pytest

from leadline.ledger import Ledger

Where = str | Path
Start = Callable[..., Popen[str]]


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Where:
    """A place where there is no ledger yet."""
    if request.param == "sqlite":
        return tmp_path / "var" / "ledger.db"
    url: str = request.getfixturevalue("database")
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
