"""Spark sessions in which a query means what it means to DuckDB."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from leadline.errors import WorkspaceError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_LEAST_JAVA = 17
_VERSION = re.compile(r'version "(?:1\.)?(\d+)')
_INSTALL = (
    f"install Java {_LEAST_JAVA} or newer (on Debian and Ubuntu: apt install "
    "openjdk-17-jre-headless) and set JAVA_HOME if it is not on the PATH, or write "
    'engine = "duckdb" in the config'
)

# What a query means hangs on these, so they are not for the config to change.
MEANING: Mapping[str, str] = MappingProxyType(
    {
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.timestampType": "TIMESTAMP_LTZ",
        "spark.sql.ansi.enabled": "false",
        "spark.sql.parser.escapedStringLiterals": "false",
        "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
        "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
        "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    }
)
_QUIET = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false"}
_LOCAL = {"spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1"}


@dataclass(frozen=True, slots=True)
class Sessions:
    """Where Spark runs, and with which further settings of its own."""

    master: str = "local[*]"
    settings: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @contextmanager
    def open(self) -> Iterator[SparkSession]:
        """A session for one answer; Spark is stopped after it if it did not run before."""
        require_spark()
        from pyspark.sql import SparkSession

        running = SparkSession.getActiveSession()
        if running is not None:
            session = running.newSession()
            for key, value in MEANING.items():
                session.conf.set(key, value)
            yield session
            return
        with spoken(), warnings.catch_warnings():
            # It warns of a pandas that is newer than it knows; pandas is not used here.
            warnings.simplefilter("ignore", FutureWarning)
            session = self._start()
        try:
            yield session
        finally:
            session.stop()

    def _start(self) -> SparkSession:
        from pyspark.sql import SparkSession

        builder = SparkSession.builder.master(self.master).appName("leadline")
        local = _LOCAL if self.master.startswith("local") else {}
        for key, value in {**_QUIET, **local, **self.settings, **MEANING}.items():
            builder = builder.config(key, value)
        session = builder.getOrCreate()
        session.sparkContext.setLogLevel("ERROR")
        return session


@contextmanager
def spoken() -> Iterator[None]:
    """Spark's errors as one line that says what to do."""
    require_spark()
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (Py4JError, PySparkException) as error:
        raise WorkspaceError(
            f"Spark could not score: {_first_line(error)}; see Spark's own log, and the settings "
            "under [spark] in the config"
        ) from error


def require_spark() -> None:
    """WorkspaceError says what is missing and how to install it."""
    if find_spec("pyspark") is None:
        raise WorkspaceError(
            'engine = "spark" needs the package pyspark: install it with '
            "pip install 'leadline[spark]', or write engine = \"duckdb\" in the config"
        )
    java = _java()
    if java is None:
        raise WorkspaceError(f'engine = "spark" needs Java, and there is none here: {_INSTALL}')
    version = _java_version(java)
    if version is not None and version < _LEAST_JAVA:
        raise WorkspaceError(f'engine = "spark" found Java {version} at {java}: {_INSTALL}')


def _java() -> str | None:
    """The program that Spark would start."""
    home = os.environ.get("JAVA_HOME")
    if not home:
        return shutil.which("java")
    program = Path(home) / "bin" / "java"
    return str(program) if program.is_file() else None


def _java_version(java: str) -> int | None:
    try:
        said = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = _VERSION.search(said.stderr)
    return int(found[1]) if found else None


def _first_line(error: Exception) -> str:
    java = getattr(error, "java_exception", None)
    message = str(java.getMessage()) if java is not None else str(error)
    return next((line.strip() for line in message.splitlines() if line.strip()), "no reason given")
