"""The TOML of the documentation loads as it stands."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from leadline.config import load_config
from leadline.presets import write_preset

from .pages import PAGES, ROOT, Block, blocks, name

BLOCKS = [block for page in PAGES for block in blocks(page, "toml")]
CONFIGS = [ROOT / "config.example.toml", *sorted((ROOT / "examples").glob("*/config.toml"))]


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_a_block_is_toml(block: Block) -> None:
    assert tomllib.loads(block.text)


@pytest.mark.parametrize("path", CONFIGS, ids=name)
def test_a_config_of_the_repository_loads(path: Path) -> None:
    assert load_config(path).models


def test_the_blocks_of_config_and_model_make_a_config_and_a_model(tmp_path: Path) -> None:
    for page in ("config", "model"):
        (tmp_path / f"{page}.toml").write_text(_joined(ROOT / "docs" / f"{page}.md"), "utf-8")
    config = load_config(tmp_path / "config.toml")
    assert config.models[0].name == "b2b"
    assert list(config.sources) == ["crm"]


def test_the_rule_in_the_readme_fits_a_preset(tmp_path: Path) -> None:
    write_preset("b2b", tmp_path)
    path, model = tmp_path / "config.toml", tmp_path / "model.toml"
    rules = len(load_config(path).models[0].rules)
    with model.open("a", encoding="utf-8") as file:
        file.write("\n" + _rules(ROOT / "README.md").replace("Pricing page", "The README's"))
    assert len(load_config(path).models[0].rules) == rules + 1


def _rules(page: Path) -> str:
    return "\n".join(block.text for block in blocks(page, "toml") if "[[rules]]" in block.text)


def _joined(page: Path) -> str:
    return "\n".join(block.text for block in blocks(page, "toml"))
