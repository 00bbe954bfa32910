"""What docs/hubspot.md shows is true of the connector, and its config works on the sandbox."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from leadline.checking import check
from leadline.presets import write_preset
from leadline.sync.run import sync
from leadline.workspace import open_workspace
from leadline_hubspot.activities import FEEDS, feeds
from leadline_hubspot.api import Api
from leadline_hubspot.settings import HubSpotSettings
from leadline_sandbox.hubspot import portal
from tests.connectors.hubspot.activity_world import source_of

from .pages import ROOT, blocks
from .test_tables import code, rows

PAGE = ROOT / "docs" / "hubspot.md"


def test_every_setting_is_there_with_its_default() -> None:
    table = rows(PAGE.read_text("utf-8"), "Settings")
    expected = {
        name: f"`{json.dumps(field.default)}`" if field.default is not None else "none"
        for name, field in HubSpotSettings.model_fields.items()
    }
    assert {code(key)[0]: default for key, default, *_ in table} == expected


def test_every_feed_is_there_with_its_types(tmp_path: Path) -> None:
    table = rows(PAGE.read_text("utf-8"), "Activities")
    documented = {code(name)[0]: set(code(types)) - {"custom:NAME"} for name, types, _ in table}
    assert documented.keys() == set(FEEDS)
    with portal(contacts=0, burst=10_000) as hub:
        source = source_of(hub, tmp_path)
        found = {feed.name: set(feed.types) for feed in feeds(source, Api(source))}
        hub.options.tier = "free"
        hub.options.scopes = hub.options.without("forms")
        counted = {feed.name: set(feed.types) for feed in feeds(source, Api(source))}
    for name, types in documented.items():
        brought = counted[name] if name == "counters" else found[name]
        assert brought <= types, name
        # An event type or a counter may be one that this portal does not have.
        assert types == brought or name in ("events", "counters"), name


def test_the_config_works_on_the_sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (whole,) = [each for each in blocks(PAGE, "toml") if "models =" in each.text]
    with portal(contacts=20, burst=10_000) as hub:
        monkeypatch.setenv("HUBSPOT_TOKEN", hub.token)
        path = write_preset("b2b", tmp_path)[0]
        source = f'[sources.hubspot]\nbase_url = "{hub.url}"'
        path.write_text(whole.text.replace("[sources.hubspot]", source), encoding="utf-8")
        found = list(check(path))
        with open_workspace(path) as workspace:
            report = sync(workspace, allow_changes=True)
    assert any(finding.subject.endswith("reading contacts") and finding.ok for finding in found)
    assert report.pulled["hubspot"].contacts == 20
    assert report.pulled["hubspot"].activities > 100
    assert report.pulled["hubspot"].quarantined == 0
