"""docs/lint.md names the checks that there are."""

from __future__ import annotations

import re
from pathlib import Path

from leadline.lint.checks import DATA_CHECKS, FILE_CHECKS

PAGE = Path(__file__).parents[3] / "docs" / "lint.md"


def _named(title: str) -> list[str]:
    """The first column of the table under a heading, with its star."""
    section = PAGE.read_text(encoding="utf-8").split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]
    return [name + star for name, star in re.findall(r"^\| `([a-z-]+)`( \*)? \|", section, re.M)]


def test_every_check_is_explained_and_no_other() -> None:
    assert _named("What it looks for in the file") == [check.name for check in FILE_CHECKS]
    data = [check.name + (" *" if check.crowd else "") for check in DATA_CHECKS]
    assert _named("What it looks for in the data") == data
