"""The tables of the connectors' READMEs, which name the test that keeps each trap shut."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
_NAMED = re.compile(r"`([\w/]+\.py)::(\w+)`")


def assert_named(readme: Path) -> None:
    """Each row of the table names one test, and there is such a test."""
    text = readme.read_text("utf-8")
    named = _NAMED.findall(text)
    assert len(named) > 80
    for file, name in named:
        code = (TESTS / file).read_text("utf-8")
        assert re.search(rf"^ *def {name}\(", code, re.MULTILINE), f"{file} has no {name}"
    lines = text.splitlines()
    rows = [line for line in lines if line.startswith("| ") and line != "| trap | test |"]
    assert len(rows) == len(named)
