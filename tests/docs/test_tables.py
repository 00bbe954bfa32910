"""The tables in the pages list what there is: settings, modules, tables of lake and ledger."""

from __future__ import annotations

import json
import re
import tomllib

from leadline.lake.schemas import LAYOUTS
from leadline.ledger.tables import metadata
from leadline_csv.settings import CsvSettings

from .pages import ROOT

ARCHITECTURE = ROOT / "docs" / "architecture.md"


def rows(page: str, heading: str) -> list[list[str]]:
    """The cells of the first table under a heading, without its two head lines."""
    section = page.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = re.findall(r"^\|(.+)\|$", section, flags=re.MULTILINE)[2:]
    assert lines, f"there is no table under '{heading}'"
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)] for line in lines]


def code(cell: str) -> list[str]:
    """What stands in `backticks`."""
    return re.findall(r"`([^`]+)`", cell)


def test_every_setting_of_csv_is_there_with_its_default() -> None:
    table = rows((ROOT / "docs" / "csv.md").read_text("utf-8"), "Settings")
    documented = {code(key)[0]: default for key, default, *_ in table}
    expected = {}
    for name, field in CsvSettings.model_fields.items():
        if field.is_required():
            expected[name] = ""
        else:
            expected[name] = (
                f"`{json.dumps(field.default)}`" if field.default is not None else "none"
            )
    assert documented == expected


def test_the_architecture_names_every_table_of_the_lake() -> None:
    table = rows(ARCHITECTURE.read_text("utf-8"), "Lake")
    assert {name for row in table for name in code(row[0])} == set(LAYOUTS)


def test_the_architecture_names_every_table_of_the_ledger() -> None:
    table = rows(ARCHITECTURE.read_text("utf-8"), "Ledger")
    assert {name for row in table for name in code(row[0])} == set(metadata.tables)


def test_the_architecture_has_the_layers_in_their_order() -> None:
    table = rows(ARCHITECTURE.read_text("utf-8"), "Modules")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    (rule,) = [
        rule for rule in project["tool"]["importlinter"]["contracts"] if rule["type"] == "layers"
    ]
    layers = [name for layer in rule["layers"] for name in layer.split(" | ")]
    assert [name for row in table for name in code(row[0])] == layers
