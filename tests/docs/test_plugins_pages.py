"""What the pages for plugin authors say is true, and the reference is up to date."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest

from leadline import batches, hookspecs
from leadline.batches import Finding
from leadline.hookspecs import CONTRACT_VERSION, hookimpl
from leadline.host import Host
from leadline.host.patience import PATIENCE_SECONDS
from leadline.host.relay import hook_names
from tests.core.host.distributions import Site

from . import hooks_page
from .pages import ROOT, blocks

FOLDER = ROOT / "docs" / "plugins"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """Where distributions are installed for this process alone."""
    site = Site(tmp_path, monkeypatch)
    yield site
    site.forget_modules()


def test_the_reference_is_up_to_date() -> None:
    assert hooks_page.PAGE.read_text("utf-8") == hooks_page.page(), (
        "the contract has changed: python -m tests.docs.hooks_page"
    )


def test_the_reference_says_of_every_hook_what_calls_it() -> None:
    assert set(hooks_page.CALLED) == set(hook_names())


def test_the_reference_has_every_public_value() -> None:
    page = hooks_page.page()
    values = [
        name
        for module in (hookspecs, batches)
        for name, thing in vars(module).items()
        if inspect.isclass(thing) and thing.__module__ == module.__name__
    ]
    assert len(values) > 10
    assert [name for name in values if f"\n### {name}\n" not in page] == []


def test_the_values_that_plugins_make_can_grow() -> None:
    for value in (batches.Batch, batches.Capabilities, batches.Finding, batches.WriteResult):
        fields = [each.default is dataclasses.MISSING for each in dataclasses.fields(value)]
        assert fields == sorted(fields, reverse=True), f"{value.__name__}: defaults stand last"


def test_another_contract_is_refused_in_the_words_of_the_page(site: Site) -> None:
    (shown,) = blocks(FOLDER / "contract.md", "text")
    marker = site.install("leadline-pebble", "pebble", "", contract="v0")
    site.install_connector("leadline-other", "other", "other")
    host = Host.load({"pebble": None, "other": None})
    assert [str(refusal) for refusal in host.refused] == [shown.text.strip()]
    assert not marker.exists()
    assert list(host.connectors) == ["other"]


def test_the_page_declares_the_present_contract() -> None:
    for page in ("contract.md", "connector.md"):
        declared = [each.text for each in blocks(FOLDER / page, "toml") if ".contract" in each.text]
        assert declared
        assert all(f'pebble = "{CONTRACT_VERSION}"' in text for text in declared)


class Newer:
    """Written for a later leadline, and content with this one."""

    @hookimpl(optionalhook=True)
    def people_forgotten(self, emails: list[str]) -> None:
        """A hook of some later leadline."""

    @hookimpl
    def check_plugin(self) -> list[Finding]:
        return []


class Demanding:
    """Needs an argument of some later leadline."""

    @hookimpl
    def stages_changed(self, changes: object, urgency: int) -> None:
        """Never called."""


def test_a_hook_of_a_later_leadline_is_ignored_and_an_argument_is_refused() -> None:
    host = Host.load({}, extra=[("newer", Newer()), ("demanding", Demanding())])
    assert [plugin.hooks for plugin in host.plugins()] == [("check_plugin",)]
    (refusal,) = host.refused
    assert "asks for the argument urgency in stages_changed" in refusal.reason


def test_a_file_is_of_the_present_contract(tmp_path: Path) -> None:
    path = tmp_path / "ours.py"
    path.write_text("", encoding="utf-8")
    (plugin,) = Host.load({}, files=[path]).plugins()
    assert plugin.contract == CONTRACT_VERSION


def test_the_waits_are_as_the_page_says() -> None:
    page = (FOLDER / "trust.md").read_text("utf-8")
    assert f"after {PATIENCE_SECONDS / 60:g} minutes without an answer" in page
