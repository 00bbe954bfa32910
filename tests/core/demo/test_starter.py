"""The config and the model beside the demo: they fit its files and the published vocabulary."""

from __future__ import annotations

import csv
import tomllib
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from leadline.demo import generate, write_workspace
from leadline.demo.companies import COMPETITORS
from leadline.demo.titles import title_table
from leadline.errors import WorkspaceError
from leadline.vocabulary import (
    ACTIVITY_FIELDS,
    RECORD_FIELDS,
    STANDARD_FIELDS,
    FieldType,
    column_of,
    is_activity_type,
)

if TYPE_CHECKING:
    from .conftest import Demo


TODAY = date(2026, 6, 1)
# TOML tables as tomllib gives them.
Toml = dict[str, Any]


@pytest.fixture
def config(tmp_path: Path) -> Toml:
    write_workspace(tmp_path)
    return tomllib.loads((tmp_path / "config.toml").read_text(encoding="utf-8"))


@pytest.fixture
def model(tmp_path: Path) -> Toml:
    write_workspace(tmp_path)
    return tomllib.loads((tmp_path / "model.toml").read_text(encoding="utf-8"))


def heading(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file))


def test_the_config_maps_every_column_onto_a_published_name(config: Toml, demo: Demo) -> None:
    crm = config["sources"]["crm"]
    assert sorted(crm["fields"].values()) == sorted(heading(demo.folder / crm["contacts"]))
    assert sorted(crm["activity_fields"].values()) == sorted(
        heading(demo.folder / crm["activities"])
    )
    assert crm["fields"].keys() <= RECORD_FIELDS.keys() | STANDARD_FIELDS.keys()
    assert crm["activity_fields"].keys() <= ACTIVITY_FIELDS.keys()


def test_the_config_maps_every_label_onto_one_published_type(config: Toml, demo: Demo) -> None:
    types = config["sources"]["crm"]["activity_types"]
    labels = [label for values in types.values() for label in values]
    assert all(is_activity_type(name) for name in types)
    assert sorted(labels) == sorted(
        str(row[0]) for row in demo.rows('SELECT DISTINCT "Activity" FROM activities')
    )


def test_packed_files_are_named_in_the_config(tmp_path: Path) -> None:
    generate(tmp_path, contacts=20, today=TODAY, gzip=True)
    config_file, model_file = write_workspace(tmp_path, gzip=True)
    crm = tomllib.loads(config_file.read_text(encoding="utf-8"))["sources"]["crm"]
    assert (tmp_path / crm["contacts"]).is_file()
    assert (tmp_path / crm["activities"]).is_file()
    assert model_file.name == "model.toml"


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("mine")
    with pytest.raises(WorkspaceError, match=r"taken.*choose another folder"):
        write_workspace(tmp_path / "taken")


def test_every_rule_about_a_person_matches_some_people_but_not_most(
    model: Toml, config: Toml, demo: Demo
) -> None:
    people = person_columns(config["sources"]["crm"]["fields"])
    rules = [rule for rule in model["rules"] if "activity" not in rule] + model["exclusions"]
    assert len(rules) >= 10
    for rule in rules:
        when = rule["when"].replace("company.", "company__")
        share = demo.number(
            f"SELECT avg(COALESCE(({when})::INTEGER, 0)) FROM (SELECT {people} FROM contacts)"
        )
        assert 0.001 < share < 0.6, f"{rule['name']} matches {share:.2%}"


def test_every_rule_about_activities_matches_some_of_its_type(
    model: Toml, config: Toml, demo: Demo
) -> None:
    crm = config["sources"]["crm"]
    columns = ", ".join(
        f'"{source}" AS {name}' for name, source in crm["activity_fields"].items() if name != "type"
    )
    rules = [rule for rule in model["rules"] if "activity" in rule]
    assert len(rules) >= 10
    for rule in rules:
        kinds = [rule["activity"]] if isinstance(rule["activity"], str) else rule["activity"]
        labels = ", ".join(f"'{label}'" for kind in kinds for label in crm["activity_types"][kind])
        found = demo.count(
            f'(SELECT {columns} FROM activities WHERE "Activity" IN ({labels})) '
            f"WHERE {rule.get('when', 'TRUE')}"
        )
        assert found >= 50, f"{rule['name']} matches {found} activities"


def test_the_model_knows_every_title_of_those_who_never_buy_and_every_competitor(
    model: Toml,
) -> None:
    titles, wording = (
        title_table(),
        next(r["when"] for r in model["rules"] if r["name"].startswith("Student")),
    )
    for index in titles.never.flat:
        assert f"'{titles.texts[int(index)]}'" in wording
    for _, domain in COMPETITORS:
        assert f"'{domain}'" in model["exclusions"][0]["when"]


def test_labels_have_room_between_entering_and_leaving(model: Toml) -> None:
    hot, warm = model["temperatures"]
    assert [label["name"] for label in (hot, warm)] == ["hot", "warm"]
    assert hot["from"] > hot["release"] > warm["from"] > warm["release"] > 0
    assert len({rule["name"] for rule in model["rules"]}) == len(model["rules"]) == 26


def person_columns(fields: dict[str, str]) -> str:
    """The contact columns under canonical names, typed as the vocabulary says."""
    sql = {FieldType.INTEGER: "BIGINT", FieldType.MONEY: "DECIMAL(18, 2)", FieldType.DATE: "DATE"}
    columns = []
    for name, source in fields.items():
        kind = sql.get(STANDARD_FIELDS.get(name, FieldType.TEXT), "VARCHAR")
        columns.append(f'"{source}"::{kind} AS {column_of(name)}')
    return ", ".join([*columns, "split_part(lower(\"Email\"), '@', 2) AS email_domain"])
