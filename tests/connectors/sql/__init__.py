"""Full assertion messages for the inherited tests."""

from __future__ import annotations

import pytest

# `pytest_plugins = ["leadline.testing"]` does this, in a top-level conftest only.
pytest.register_assert_rewrite("leadline.testing")
