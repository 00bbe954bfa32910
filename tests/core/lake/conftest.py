"""A fresh lake."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from leadline.lake import Lake


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """A lake in a folder of its own, whose days are those of Paris."""
    return Lake.open(tmp_path / "lake", ZoneInfo("Europe/Paris"))
