"""A model file that is right, to be made wrong one line at a time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from leadline.errors import ConfigError, Problem
from leadline.model.loading import load_model
from leadline.vocabulary import DERIVED_FIELDS, RECORD_FIELDS, STANDARD_FIELDS

FACTS = {**RECORD_FIELDS, **STANDARD_FIELDS, **DERIVED_FIELDS}

GOOD = """\
name = "b2b"
[dimensions.fit]
max = 50
[dimensions.engagement]
max = 50
[[rules]]
name = "Boss"
dimension = "fit"
when = "job_title ILIKE '%head%'"
points = 20
[[rules]]
name = "Pricing"
dimension = "engagement"
group = "website"
activity = "page_view"
when = "url LIKE '%/pricing%'"
points = 10
decay = "half 14 days"
within = "90 days"
[groups.website]
limit = 40
[[exclusions]]
name = "Competitor"
when = "email_domain IN ('plumbline.example')"
[grades]
fit = { A = 38, B = 25 }
engagement = { 1 = 38, 2 = 25 }
[[temperatures]]
name = "hot"
from = 70
release = 60
[[temperatures]]
name = "warm"
from = 40
"""

Change = Callable[..., list[Problem]]


@pytest.fixture
def good(tmp_path: Path) -> Path:
    """The good model, as a file."""
    path = tmp_path / "model.toml"
    path.write_text(GOOD, encoding="utf-8")
    return path


@pytest.fixture
def broken(tmp_path: Path) -> Change:
    """The problems of the good model after replacing some of its text."""

    def load(*changes: tuple[str, str]) -> list[Problem]:
        text = GOOD
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        path = tmp_path / "broken.toml"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(ConfigError) as caught:
            load_model(path, FACTS)
        assert all(problem.file == path for problem in caught.value.problems)
        return caught.value.problems

    return load
