"""What docs/quality.md shows is true of the plugin."""

from __future__ import annotations

import json
import tomllib

import pytest

from leadline_quality.settings import KindPoints, QualitySettings
from tests.plugins.quality.conftest import Mailing, burst, line, mailing

from .pages import ROOT, Block, blocks
from .test_tables import code, rows

PAGE = ROOT / "docs" / "quality.md"

__all__ = ["mailing"]  # the fixture


def test_every_setting_is_there_with_its_default() -> None:
    table = rows(PAGE.read_text("utf-8"), "Settings")
    expected = {}
    for name, field in QualitySettings.model_fields.items():
        if name == "points":
            expected[name] = "as above"
        else:
            default = list(field.default) if isinstance(field.default, tuple) else field.default
            expected[field.alias or name] = (
                "none" if default is None else f"`{json.dumps(default)}`"
            )
    assert {code(key)[0]: default for key, default, *_ in table} == expected


def test_every_kind_is_there_with_its_points() -> None:
    table = rows(PAGE.read_text("utf-8"), "Addresses")
    points = KindPoints.model_validate({}).model_dump()
    assert {code(kind)[0]: float(worth) for kind, _, worth in table} == points


@pytest.mark.parametrize("block", blocks(PAGE, "toml"), ids=str)
def test_a_table_is_the_plugins(block: Block) -> None:
    table = tomllib.loads(block.text)["plugins"]["quality"]
    assert QualitySettings.model_validate(table)


def test_the_explanation_is_what_explain_says(mailing: Mailing) -> None:
    mailing.add("a", [*burst("eva", 12), line("h1", "eva", 9000, url="https://x")])
    mailing.world.sync()
    (shown,) = blocks(PAGE, "text")
    said = mailing.world.run("explain", "eva", columns=200).out.splitlines()
    expected = shown.text.splitlines()
    assert [each.rstrip() for each in said[:1] + said[2:]] == expected[:1] + expected[2:]


def test_check_counts_what_is_withheld(mailing: Mailing) -> None:
    mailing.add("a", burst("eva", 12))
    mailing.world.sync()
    found = {
        each["subject"]: each["detail"] for each in mailing.world.run("check", "--json").document
    }
    assert found["withheld by quality"] == "12 activities"
