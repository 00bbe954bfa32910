"""A hook ships only with a test of its own name."""

from __future__ import annotations

import re
from pathlib import Path

from leadline.host.relay import hook_names


def test_every_hook_has_a_test() -> None:
    written = "\n".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    tested = set(re.findall(r"^def test_hook_(\w+)\(", written, re.MULTILINE))
    assert tested == set(hook_names())
