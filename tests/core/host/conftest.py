"""A site of throw-away distributions, and the way to open sources of plugins written in tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .distributions import Site


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    folder = tmp_path / "site"
    folder.mkdir()
    site = Site(folder, monkeypatch)
    yield site
    site.forget_modules()
