"""A stage is written only over what the config allows."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import BaseModel

from leadline.batches import Outcome, Source
from leadline.connecting.moves import not_allowed


class Settings(BaseModel):
    """None."""


@pytest.fixture
def source(tmp_path: Path) -> Source:
    stages = {"Status": {"MQL": frozenset({"Open", ""})}}
    zone = ZoneInfo("UTC")
    return Source("crm", "toy", Settings(), tmp_path, tmp_path, zone, stages=stages)


@pytest.mark.parametrize("now", ["Open", ""])
def test_what_the_config_lists_may_be_followed(source: Source, now: str) -> None:
    assert not_allowed(source, "7", "Status", "MQL", now) is None


def test_a_stage_that_somebody_moved_is_for_the_next_sync(source: Source) -> None:
    result = not_allowed(source, "7", "Status", "MQL", "Working")
    assert result is not None
    assert (result.contact_id, result.outcome) == ("7", Outcome.RETRY)
    assert "moved to 'Working'" in result.reason


@pytest.mark.parametrize(("field", "value"), [("Status", "SQL"), ("Rating", "MQL")])
def test_a_stage_that_the_config_does_not_know_is_refused(
    source: Source, field: str, value: str
) -> None:
    result = not_allowed(source, "7", field, value, "Open")
    assert result is not None
    assert (result.outcome, result.column) == (Outcome.REJECTED, "stage")
