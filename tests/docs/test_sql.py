"""What docs/sql.md shows is true of the connector, and its config works on the tables it shows."""

from __future__ import annotations

import json
from pathlib import Path

import psycopg
import pytest
from pydantic import BaseModel

from leadline.checking import check
from leadline.presets import write_preset
from leadline.sync.run import sync
from leadline.workspace import open_workspace
from leadline_sql.settings import Activities, Companies, Contacts, Output, SqlSettings
from tests.postgres import execute

from .pages import ROOT, blocks
from .test_tables import code, rows

PAGE = ROOT / "docs" / "sql.md"
# What an unset key is read from stands in the table.
_UNSET = {"id": '"id"', "contact": '"contact_id"', "type": '"type"', "occurred_at": '"occurred_at"'}


@pytest.mark.parametrize(
    ("heading", "models"),
    [
        ("Settings", [SqlSettings]),
        ("Queries", [Contacts, Companies, Activities]),
        ("What is written", [Output]),
    ],
)
def test_every_setting_is_there_with_its_default(
    heading: str, models: list[type[BaseModel]]
) -> None:
    table = rows(PAGE.read_text("utf-8"), heading)
    expected = {}
    for model in models:
        for name, field in model.model_fields.items():
            if field.is_required():
                expected[name] = ""
            elif field.default is None:
                expected[name] = f"`{_UNSET[name]}`" if name in _UNSET else "none"
            else:
                expected[name] = f"`{json.dumps(field.default)}`"
    assert {code(key)[0]: default for key, default, *_ in table} == expected


@pytest.fixture
def tables(database: str) -> str:
    """The URL of a database with the tables of the page, and a few rows."""
    (made,) = blocks(PAGE, "sql")
    execute(
        database,
        made.text,
        "INSERT INTO crm.people SELECT n, 'p' || n || '@x.example', 'CEO', 'PL', 1, now(), "
        "CASE WHEN n = 3 THEN now() END, NULL FROM generate_series(1, 9) AS n",
        "INSERT INTO crm.firms VALUES (1, 'Firm', 200, now())",
        "INSERT INTO crm.web_events SELECT n, n % 9 + 1, 'view', now() - interval '1 day', "
        "'https://x.example/pricing', now() FROM generate_series(1, 50) AS n",
    )
    return database


def test_the_config_works_on_the_tables(
    tables: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (whole,) = [each for each in blocks(PAGE, "toml") if "models =" in each.text]
    monkeypatch.setenv("WAREHOUSE_URL", tables)
    path = write_preset("b2b", tmp_path)[0]
    path.write_text(whole.text, encoding="utf-8")
    found = check(path, may_fix=lambda _: True)
    assert [str(each) for each in found if not each.ok] == []
    with open_workspace(path) as workspace:
        report = sync(workspace, allow_changes=True)
    pulled = report.pulled["warehouse"]
    assert (pulled.contacts, pulled.companies, pulled.activities) == (9, 1, 50)
    assert pulled.quarantined == 0
    with psycopg.connect(tables) as connection:
        scores = connection.execute("SELECT contact_id, score FROM crm.lead_scores").fetchall()
    assert {name for name, score in scores if score > 0} == {*"12456789"}
