"""Hypothesis tries the same examples each time, and what is dear to set up is set up once."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from tests.postgres import database, server

__all__ = ["database", "server"]

settings.register_profile(
    "steady",
    derandomize=True,
    max_examples=100,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("steady")

# What takes longest, the longest first: what several processes begin last must be short.
_LONG = (
    "tests/spark/",
    "tests/contract/test_kit.py",
    "tests/e2e/test_crashes.py",
    "tests/docs/test_plugins_connector.py",
    "tests/cli/test_plugins_new.py",
    "tests/docs/test_console.py",
)


class OneJvm(LoadFileScheduling):  # type: ignore[misc]  # xdist says nothing of its types
    """Gives the tests of a file to one process, and to one as well all files that share Spark."""

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        return "tests/spark/" if file.startswith("tests/spark/") else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> OneJvm | None:
    return OneJvm(config, log) if config.getoption("dist") == "loadfile" else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Each of several processes has all tests in the order in which they are given out."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: _place(item.nodeid))


def _place(nodeid: str) -> int:
    return next((at for at, long in enumerate(_LONG) if nodeid.startswith(long)), len(_LONG))
