"""What docs/salesforce.md shows is true of the connector, and its config works on the sandbox."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from leadline.checking import check
from leadline.presets import write_preset
from leadline.sync.run import sync
from leadline.workspace import open_workspace
from leadline_salesforce.activities import FEEDS, feeds
from leadline_salesforce.api import Api
from leadline_salesforce.mapping import DEFAULTS
from leadline_salesforce.settings import SalesforceSettings
from leadline_sandbox.salesforce import org
from tests.connectors.salesforce.activity_world import lead, source_of

from .pages import ROOT, blocks
from .test_tables import code, rows

PAGE = ROOT / "docs" / "salesforce.md"


def test_every_setting_is_there_with_its_default() -> None:
    table = rows(PAGE.read_text("utf-8"), "Settings")
    expected = {
        name: f"`{json.dumps(field.default)}`" if field.default is not None else "none"
        for name, field in SalesforceSettings.model_fields.items()
    }
    assert {code(key)[0]: default for key, default, *_ in table} == expected


def test_every_feed_is_there_with_its_types(tmp_path: Path) -> None:
    table = rows(PAGE.read_text("utf-8"), "Activities")
    documented = {code(name)[0]: set(code(types)) for name, types, _ in table}
    with org(contacts=0) as crm:
        crm.store.tracked["Lead"].add("HasOptedOutOfEmail")
        crm.store.update("Lead", lead(crm), {"Status": "Working", "HasOptedOutOfEmail": True})
        source = source_of(crm, tmp_path)
        found = {feed.name: set(feed.types) for feed in feeds(source, Api(source)) if feed.on}
    assert documented == found
    assert list(documented) == list(FEEDS)


def test_the_facts_are_read_from_the_fields_that_the_page_names() -> None:
    for fact, of_lead, of_contact in rows(PAGE.read_text("utf-8"), "Leads and contacts"):
        for place, (name, field) in enumerate(zip(code(fact), code(of_lead), strict=True)):
            assert DEFAULTS["Lead"][name] == field
            if code(of_contact) and "account" not in of_contact:
                assert DEFAULTS["Contact"][name] == code(of_contact)[place]
    assert "lifecycle_stage" not in DEFAULTS["Contact"]


def test_the_ways_to_sign_in_are_those_of_the_settings() -> None:
    shown = [
        tomllib.loads(block.text)["sources"]["salesforce"]
        for block in blocks(PAGE, "toml")
        if "connector =" in block.text
    ]
    ways = ("jwt", "client_credentials")
    for table in shown:
        settings = {
            name: value
            for name, value in table.items()
            if name in SalesforceSettings.model_fields and name != "activities"
        }
        assert any(way in SalesforceSettings.model_validate(settings).model_dump() for way in ways)
    assert {way for table in shown for way in ways if way in table} == set(ways)


def test_the_config_works_on_the_sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (whole,) = [each for each in blocks(PAGE, "toml") if "models =" in each.text]
    with org(contacts=20) as crm:
        monkeypatch.setenv("SALESFORCE_CONSUMER_KEY", crm.consumer_key)
        path = write_preset("b2b", tmp_path)[0]
        (tmp_path / "salesforce.pem").write_text(crm.private_key, encoding="ascii")
        source = f'[sources.salesforce]\ninstance_url = "{crm.url}"'
        text = whole.text.replace("[sources.salesforce]", source, 1)
        text = text.replace("leadline@acme.example", crm.username)
        path.write_text(text, encoding="utf-8")
        found = list(check(path))
        with open_workspace(path) as workspace:
            report = sync(workspace, allow_changes=True)
        people = sum(len(crm.store.records(kind)) for kind in ("Lead", "Contact"))
    seen = {finding.subject: finding.ok for finding in found}
    assert all(seen[f"salesforce: {kind}"] for kind in ("Lead", "Contact", "Account"))
    assert report.pulled["salesforce"].contacts == people
    assert report.pulled["salesforce"].activities > 50
    assert report.pulled["salesforce"].quarantined == 0
