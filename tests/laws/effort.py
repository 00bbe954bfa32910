"""How many examples a law is tried on: few and always the same, or many and new on demand.

`LEADLINE_LAWS=50 pytest tests/laws` tries fifty times as many, other ones each time.
"""

from __future__ import annotations

import os

from hypothesis import settings

FACTOR = int(os.environ.get("LEADLINE_LAWS", "1"))


def tries(count: int) -> settings:
    """The settings of a law that is usually tried on so many examples."""
    return settings(max_examples=count * FACTOR, derandomize=FACTOR == 1)
