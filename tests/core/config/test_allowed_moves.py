"""A connector is told from which values each stage may be written."""

from __future__ import annotations

from leadline.config import StageWrite
from leadline.config.writing import allowed_moves


def test_each_field_says_which_values_may_precede_each_of_its_own() -> None:
    lines = {
        "mql": StageWrite("Stage", "MQL", ("Lead", "")),
        "sql": StageWrite("Stage", "SQL", ("MQL",)),
        "worked": StageWrite("Status", "Open", ("New",)),
    }
    assert allowed_moves(lines) == {
        "Stage": {"MQL": frozenset({"Lead", ""}), "SQL": frozenset({"MQL"})},
        "Status": {"Open": frozenset({"New"})},
    }


def test_two_stages_with_one_value_may_follow_what_either_of_them_may() -> None:
    lines = {"a": StageWrite("Stage", "MQL", ("Lead",)), "b": StageWrite("Stage", "MQL", ("",))}
    assert allowed_moves(lines) == {"Stage": {"MQL": frozenset({"Lead", ""})}}
