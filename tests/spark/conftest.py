"""One Spark for all tests: it takes seconds to start."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from leadline.errors import WorkspaceError
from leadline.scoring.spark_session import Sessions, require_spark

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


@pytest.fixture(scope="session")
def sessions() -> Sessions:
    """Two cores of this machine; as many parts of a join. Few queries repay a thorough compiler."""
    try:
        require_spark()
    except WorkspaceError as missing:
        pytest.skip(str(missing))
    settings = {
        "spark.sql.shuffle.partitions": "2",
        "spark.driver.memory": "1g",
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    }
    return Sessions("local[2]", settings)


@pytest.fixture(scope="session")
def spark(sessions: Sessions) -> Iterator[SparkSession]:
    with sessions.open() as session:
        yield session
