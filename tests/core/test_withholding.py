"""An activity that a plugin withholds keeps what it said, and its type can be told."""

from __future__ import annotations

import json

import pyarrow as pa

from leadline.withholding import withhold

ROWS = pa.table(
    {
        "activity_id": ["1", "2", "3"],
        "type": ["email_click", "email_click", "custom:tap"],
        "properties": ['{"device": "phone"}', None, "no object"],
    }
)


def test_what_has_a_reason_is_withheld_and_the_rest_stays() -> None:
    first, second, third = withhold(ROWS, ["too fast", None, "too fast"], "guard").to_pylist()
    assert first["type"] == "custom:withheld_email_click"
    assert json.loads(first["properties"]) == {
        "device": "phone",
        "withheld": "too fast",
        "withheld_by": "guard",
    }
    assert second == ROWS.to_pylist()[1]
    assert third["type"] == "custom:withheld_custom:tap"
    assert json.loads(third["properties"]) == {"withheld": "too fast", "withheld_by": "guard"}


def test_without_a_reason_nothing_is_touched() -> None:
    assert withhold(ROWS, [None, None, None], "guard") is ROWS


def test_a_batch_without_properties_gets_them() -> None:
    rows = withhold(ROWS.select(["activity_id", "type"]), ["a", "a", "a"], "guard")
    assert rows.column_names == ["activity_id", "type", "properties"]


def test_withholding_twice_is_withholding_once() -> None:
    once = withhold(ROWS, ["a", "a", "a"], "guard")
    assert withhold(once, ["a", "a", "a"], "guard").equals(once)
