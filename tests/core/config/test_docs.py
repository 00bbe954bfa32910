"""What the pages say is true: their files load, their tables are complete, their numbers right."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

from leadline.config import facts, load_config, schema
from leadline.model.ageing import MILLI, Decay, weight
from leadline.vocabulary import ACTIVITY_FIELDS, ACTIVITY_TYPES

from .conftest import Load

DOCS = Path(__file__).parents[3] / "docs"
PAGES = ("config.md", "model.md", "glossary.md")


def _page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def _toml(name: str) -> str:
    return "\n".join(re.findall(r"^```toml\n(.*?)^```", _page(name), re.S | re.M))


def _section(page: str, title: str) -> str:
    return _page(page).split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def test_the_blocks_of_the_config_and_model_pages_load_together(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(_toml("config.md"), encoding="utf-8")
    (tmp_path / "model.toml").write_text(_toml("model.md"), encoding="utf-8")
    (model,) = load_config(tmp_path / "config.toml").models
    assert len(model.rules) == 11
    assert [label.name for label in model.ranked] == ["burning", "hot", "warm"]


@pytest.mark.parametrize(("what", "page"), [("config", "config.md"), ("model", "model.md")])
def test_every_key_is_explained(what: str, page: str) -> None:
    document = schema("config" if what == "config" else "model")
    tables = [document, *document["$defs"].values()]
    keys = {key for table in tables for key in table.get("properties", {})}
    text = _page(page)
    unsaid = [key for key in keys if not re.search(rf"\b{key}\b", text)]
    assert unsaid == []


def test_the_table_of_ageing_is_what_the_model_pays() -> None:
    rows = [
        [cell.strip(" `") for cell in line.strip("|").split("|")]
        for line in _page("model.md").split("### Ageing")[1].split("### Rounding")[0].splitlines()
        if line.startswith("|") and "---" not in line
    ]
    shapes = [Decay.parse(name) for name in rows[0][1:]]
    assert [shape.shape for shape in shapes] == ["half", "linear", "step"]
    assert len(rows) > 5
    for age, *worth in rows[1:]:
        paid = [Decimal(weight(Decimal(10), shape, int(age))) / MILLI for shape in shapes]
        assert [Decimal(cell) for cell in worth] == paid


def test_the_glossary_lists_every_activity_type_and_every_fact(load: Load) -> None:
    types = set(re.findall(r"`([a-z_]+)`", _section("glossary.md", "Activity")))
    assert types == ACTIVITY_TYPES
    listed: dict[str, str] = {}
    for line in _section("glossary.md", "Fact").splitlines():
        if line.startswith("| `"):
            names, kind = line.split("|")[1:3]
            listed |= {name: kind.strip() for name in re.findall(r"`([a-z_.]+)`", names)}
    config = load()
    own = config.fields.keys()
    assert listed == {n: kind.value for n, kind in facts(config).items() if n not in own}


def test_the_config_page_names_every_activity_field() -> None:
    row = next(line for line in _page("config.md").splitlines() if "| `activity_fields`" in line)
    assert set(re.findall(r"`([a-z_]+)`", row)) == {"activity_fields", *ACTIVITY_FIELDS}


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    for target in re.findall(r"\]\((?!http)([^)]+)\)", _page(page)):
        name, _, anchor = target.partition("#")
        path = (DOCS / (name or page)).resolve()
        assert path.is_file(), target
        if anchor:
            titles = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.M)
            anchors = [
                re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-") for title in titles
            ]
            assert anchor in anchors, target
