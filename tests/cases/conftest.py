"""The cases ask Spark too, in the one session that the tests of Spark use."""

from __future__ import annotations

from tests.spark.conftest import sessions, spark

__all__ = ["sessions", "spark"]
