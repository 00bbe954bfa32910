"""The JSON Schemas, the example and the loader agree on what a file may say."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from jsonschema import Draft202012Validator

import leadline
from leadline.config import load_config, open_sources, schema
from leadline.host import Host

from .conftest import CONFIG, MODEL

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "config.example.toml"
EXAMPLE_MODEL = ROOT / "docs" / "examples" / "model.toml"
STARTER = Path(leadline.__file__).parent / "demo" / "workspace"
# The settings of the example's connector, which are not the config's own.
CSV_KEYS = {"contacts", "activities", "output"}

What = Literal["config", "model"]


def _wrong(what: What, text: str) -> list[str]:
    validator = Draft202012Validator(schema(what))
    return [error.json_path for error in validator.iter_errors(tomllib.loads(text))]


@pytest.mark.parametrize(
    ("what", "path"),
    [
        ("config", EXAMPLE),
        ("model", EXAMPLE_MODEL),
        ("config", STARTER / "config.toml"),
        ("model", STARTER / "model.toml"),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{value.parent.name}/{value.name}",
)
def test_a_shipped_file_fits_its_schema(what: What, path: Path) -> None:
    assert _wrong(what, path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("what", "text", "place"),
    [
        ("config", CONFIG.replace("workspace", "workspce"), "$"),
        ("config", CONFIG.replace('"text"', '"txt"'), "$.fields.colour"),
        ("config", CONFIG.replace('connector = "csv"', ""), "$.sources.crm"),
        ("config", CONFIG.replace('["model.toml"]', '"model.toml"'), "$.models"),
        ("config", CONFIG.replace('"Call"', "[]"), "$.sources.crm.activity_types.call"),
        ("model", MODEL.replace("points = 20", 'points = "20"'), "$.rules[0].points"),
        ("model", MODEL.replace("page_view", "pageview"), "$.rules[1].activity"),
        ("model", MODEL.replace("max = 50", "max = 0"), "$.dimensions.fit.max"),
    ],
)
def test_a_schema_refuses_what_the_loader_refuses(what: What, text: str, place: str) -> None:
    assert _wrong(what, CONFIG if what == "config" else MODEL) == []
    assert _wrong(what, text) == [place]


@pytest.mark.parametrize("what", ["config", "model"])
def test_every_key_is_described(what: What) -> None:
    document = schema(what)
    Draft202012Validator.check_schema(document)
    assert document["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    bare = [name for name, node in _keys(document) if not node.get("description")]
    assert bare == []


def test_the_example_loads_as_it_stands() -> None:
    config = load_config(EXAMPLE)
    (source,) = open_sources(config, Host.load({"csv": None}))
    for name in ("contacts", "activities"):
        assert (config.base / getattr(source.settings, name)).is_file()


def test_the_example_s_mappings_are_headings_of_its_files() -> None:
    config = load_config(EXAMPLE)
    crm = config.sources["crm"]
    for name, fields in (("contacts", crm.fields), ("activities", crm.activity_fields)):
        path = config.base / str(crm.settings[name])
        headings = path.read_text(encoding="utf-8").splitlines()[0].split(",")
        assert set(fields.values()) <= set(headings)


def test_every_config_key_is_in_the_example_and_no_other() -> None:
    table = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    known = schema("config")
    assert table.keys() == known["properties"].keys()
    assert table["plugins"].keys() == known["$defs"]["PluginsFile"]["properties"].keys()
    own = known["$defs"]["SourceFile"]["properties"].keys()
    assert table["sources"]["crm"].keys() == own | CSV_KEYS


def _keys(node: object) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(node, list):
        for each in node:
            yield from _keys(each)
    elif isinstance(node, dict):
        yield from node.get("properties", {}).items()
        for each in node.values():
            yield from _keys(each)
