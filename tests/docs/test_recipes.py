"""The configs in docs/csv.md read the exports that they are for."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

from leadline.checking import check
from leadline.presets import write_preset
from leadline.sync.run import Report, sync
from leadline.workspace import Workspace, open_workspace

from .pages import ROOT, Block, blocks

EXPORTS = Path(__file__).parent / "exports"
RECIPES = blocks(ROOT / "docs" / "csv.md", "toml")


@pytest.fixture
def config(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The config of the recipe for this source, next to the exports, with the b2b model."""
    (recipe,) = [block for block in RECIPES if f"[sources.{request.param}]" in block.text]
    shutil.copytree(EXPORTS, tmp_path, dirs_exist_ok=True)
    path = write_preset("b2b", tmp_path)[0]
    path.write_text(recipe.text, encoding="utf-8")
    return path


def facts(workspace: Workspace, *columns: str) -> list[tuple[object, ...]]:
    """These columns of all contacts, in the order of their ids."""
    with workspace.lake.session() as con:
        workspace.lake.relation(con, "contacts")
        picked = ", ".join(columns)
        return con.execute(f"SELECT {picked} FROM contacts ORDER BY contact_id").fetchall()


def run(config: Path) -> Report:
    with open_workspace(config) as workspace:
        return sync(workspace)


def scores(config: Path) -> dict[str, dict[str, str]]:
    with (config.parent / "scores.csv").open(encoding="utf-8", newline="") as file:
        return {row["contact_id"]: row for row in csv.DictReader(file)}


def test_every_recipe_is_tried_here() -> None:
    assert [_source(recipe) for recipe in RECIPES] == ["hubspot", "salesforce"]


@pytest.mark.parametrize("config", ["hubspot", "salesforce"], indirect=True)
def test_check_finds_every_column(config: Path) -> None:
    assert [finding for finding in check(config) if not finding.ok] == []


@pytest.mark.parametrize("config", ["hubspot"], indirect=True)
def test_a_hubspot_export_is_scored(config: Path) -> None:
    report = run(config)
    assert report.status == "succeeded"
    assert (report.pulled["hubspot"].contacts, report.pulled["hubspot"].quarantined) == (3, 0)
    assert list(scores(config)) == ["901", "902", "903"]
    assert "Manages +10" in scores(config)["901"]["reasons"]
    with open_workspace(config) as workspace:
        found = facts(workspace, "company__employees", "page_views", "CAST(created_at AS VARCHAR)")
    assert found == [
        (73, 14, "2026-03-12 08:14:00+00"),
        (None, 1, "2026-04-30 22:00:00+00"),
        (None, None, "2025-12-31 22:59:00+00"),
    ]


@pytest.mark.parametrize("config", ["hubspot"], indirect=True)
def test_who_is_gone_from_a_hubspot_export_is_deleted(config: Path) -> None:
    run(config)
    export = config.parent / "hubspot-contacts.csv"
    kept = export.read_text(encoding="utf-8").splitlines(keepends=True)[:-1]
    export.write_text("".join(kept), encoding="utf-8")
    run(config)
    with open_workspace(config) as workspace:
        assert facts(workspace, "contact_id", "deleted IS TRUE") == [
            ("901", False),
            ("902", False),
            ("903", True),
        ]


@pytest.mark.parametrize("config", ["salesforce"], indirect=True)
def test_a_salesforce_report_is_scored_and_its_footer_put_aside(config: Path) -> None:
    report = run(config)
    assert report.status == "succeeded"
    pulled = report.pulled["salesforce"]
    assert (pulled.contacts, pulled.quarantined) == (3, 5)
    ids = ["00Q5e000001AbCd", "00Q5e000001AbCe", "00Q5e000001abcd"]
    assert sorted(scores(config)) == ids
    with open_workspace(config) as workspace:
        found = facts(
            workspace,
            "last_name",
            "company__employees",
            "CAST(company__revenue AS VARCHAR)",
            "CAST(created_at AS VARCHAR)",
        )
        put_aside = _quarantine(workspace)
    assert found == [
        ("Guérin", 1200, "6790000.00", "2026-03-13 23:00:00+00"),
        ("Kowalski", None, None, "2026-06-04 22:00:00+00"),
        ("Weiß", 40, None, "2025-12-30 23:00:00+00"),
    ]
    assert {reason for _, reason in put_aside} == {
        "the line has 1 cells where the headings have 11"
    }
    assert any("Confidential Information" in raw for raw, _ in put_aside)


def _quarantine(workspace: Workspace) -> list[tuple[str, str]]:
    with workspace.lake.session() as con:
        workspace.lake.relation(con, "quarantine")
        return con.execute("SELECT raw, reason FROM quarantine").fetchall()


def _source(recipe: Block) -> str:
    return recipe.text.partition("[sources.")[2].partition("]")[0]
