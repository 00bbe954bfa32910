"""A config with its model, to be loaded as it is or made wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from leadline.config import Config, load_config
from leadline.errors import ConfigError, Problem

MODEL = """\
name = "b2b"
[dimensions.fit]
max = 50
[[rules]]
name = "Boss"
dimension = "fit"
when = "job_title ILIKE '%head%' OR colour = 'red'"
points = 20
[[rules]]
name = "Pricing"
dimension = "fit"
activity = "page_view"
points = 10
[[exclusions]]
name = "Competitor"
when = "email_domain = 'plumbline.example' OR deleted"
"""
CONFIG = """\
workspace = "var"
models = ["model.toml"]
time_zone = "Europe/Warsaw"

[fields]
colour = "text"
shoe.size = "number"

[sources.crm]
connector = "csv"
contacts = "contacts.csv"

[sources.crm.fields]
contact_id = "Id"
company.employees = "Staff"
"city" = "Town"

[sources.crm.activity_types]
page_view = ["Page view", "Visit"]
call = "Call"
"""

Load = Callable[..., Config]
Break = Callable[..., list[Problem]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the config and its model."""
    (tmp_path / "model.toml").write_text(MODEL, encoding="utf-8")
    (tmp_path / "config.toml").write_text(CONFIG, encoding="utf-8")
    return tmp_path


@pytest.fixture
def load(folder: Path) -> Load:
    """The config after replacing some of its text."""

    def changed(*changes: tuple[str, str]) -> Config:
        text = CONFIG
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        (folder / "config.toml").write_text(text, encoding="utf-8")
        return load_config(folder / "config.toml")

    return changed


@pytest.fixture
def broken(load: Load) -> Break:
    """The problems of the config after replacing some of its text."""

    def problems(*changes: tuple[str, str]) -> list[Problem]:
        with pytest.raises(ConfigError) as caught:
            load(*changes)
        return caught.value.problems

    return problems
