"""Hypothesis tries the same examples each time, and what is dear to set up is set up once."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "steady",
    derandomize=True,
    max_examples=50,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("steady")

# Files whose tests share something that takes seconds to make, by the end of their names.
_DEAR = (
    "contract/test_kit.py",
    "cli/test_plugins_new.py",
    "core/scoring/test_dialects.py",
    "e2e/test_bank.py",
    "e2e/test_crashes.py",
    "plugins/serve/test_browser.py",
    "tests/test_packaging.py",
)


def pytest_collection_modifyitems(items: Iterable[pytest.Item]) -> None:
    """Tests of one group are run by one process: another would make the same things again."""
    for item in items:
        if group := _group(item):
            item.add_marker(pytest.mark.xdist_group(group))


def _group(item: pytest.Item) -> str:
    fixtures = getattr(item, "fixturenames", ())
    if "spark" in fixtures or "sessions" in fixtures:
        return "spark"  # one JVM
    file = item.path.as_posix()
    if "server" in fixtures:  # PostgreSQL, one for each folder
        return str(item.path.parent)
    return next((each for each in _DEAR if file.endswith(each)), "")
