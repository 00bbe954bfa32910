"""Installed is not loaded; what is named runs, or is refused by name with what to do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from types import SimpleNamespace

import pytest

from leadline.hookspecs import hookimpl
from leadline.host import Host, Refusal, installed

from .distributions import CONNECTOR, Site


def only_refusal(host: Host) -> Refusal:
    assert len(host.refused) == 1, host.refused
    return host.refused[0]


def test_importing_the_host_loads_no_heavy_library() -> None:
    script = (
        "import sys; import leadline.host; from leadline.host import Host, installed; installed();"
        "print([m for m in ('pyarrow', 'pydantic', 'pluggy', 'leadline_csv') if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_listing_and_loading_import_only_what_is_named(site: Site) -> None:
    named = site.install_connector("leadline-named", "named", "named")
    other = site.install_connector("leadline-other", "other", "other")

    listed = {info.name: info for info in installed()}
    assert not named.exists()
    assert not other.exists()
    assert (listed["other"].distribution, listed["other"].version) == ("leadline-other", "1.0")
    assert (listed["other"].contract, listed["other"].builtin) == ("v1", False)
    assert listed["csv"].builtin

    host = Host.load({"named": None})
    assert host.refused == []
    assert named.exists()
    assert not other.exists(), "a plugin that the config does not name was imported"
    assert list(host.connectors) == ["named"]
    (plugin,) = host.plugins()
    assert (plugin.name, plugin.distribution, plugin.version) == ("named", "leadline-named", "1.0")
    assert plugin.hooks == ("register_connectors",)
    assert [connector.name for connector in plugin.connectors] == ["named"]


def test_the_rest_still_loads_after_a_refusal(site: Site) -> None:
    site.install("leadline-bad", "bad", "1 / 0")
    site.install_connector("leadline-good", "good", "good")
    host = Host.load({"bad": None, "missing": None, "good": None})
    assert [refusal.name for refusal in host.refused] == ["bad", "missing"]
    assert list(host.connectors) == ["good"]


def test_a_plugin_that_is_not_installed_is_refused_with_the_nearest_name(site: Site) -> None:
    site.install_connector("leadline-pipedrive", "pipedrive", "pipedrive")
    assert "did you mean 'pipedrive'?" in only_refusal(Host.load({"pipedrve": None})).reason
    pinned = only_refusal(Host.load({"zoho": "leadline-zoho==2.0"}))
    assert "pip install 'leadline-zoho==2.0'" in pinned.reason


def test_two_distributions_of_one_plugin_are_refused_until_one_is_pinned(site: Site) -> None:
    honest = site.install_connector("leadline-pipedrive", "pipedrive", "pipedrive")
    hostile = site.install_connector("pipedrive-free", "pipedrive", "pipedrive")
    refusal = only_refusal(Host.load({"pipedrive": None}))
    assert "leadline-pipedrive 1.0, pipedrive-free 1.0" in refusal.reason
    assert "pin" in refusal.reason
    assert not honest.exists()
    assert not hostile.exists()

    host = Host.load({"pipedrive": "Leadline_Pipedrive"})
    assert host.refused == []
    assert honest.exists()
    assert not hostile.exists()


@pytest.mark.parametrize(
    ("pin", "says"),
    [
        ("leadline-other", "pinned to leadline-other, but installed is leadline-mine 1.0"),
        ("leadline-mine==1.2", "pinned to leadline-mine==1.2, but installed is leadline-mine 1.0"),
        ("leadline-mine>=1", "write NAME or NAME==VERSION"),
    ],
)
def test_a_pin_that_does_not_fit_is_refused_before_import(site: Site, pin: str, says: str) -> None:
    marker = site.install_connector("leadline-mine", "mine", "mine")
    assert says in only_refusal(Host.load({"mine": pin})).reason
    assert not marker.exists()


def test_a_pinned_version_may_leave_out_its_zeros(site: Site) -> None:
    site.install("leadline-mine", "mine", CONNECTOR.format(connector="mine"), version="1.2.0")
    assert Host.load({"mine": "leadline-mine==1.2"}).refused == []


@pytest.mark.parametrize(
    ("contract", "says"),
    [("v0", "was built for contract v0"), (None, "does not say which contract")],
)
def test_another_contract_or_none_is_refused_before_import(
    site: Site, contract: str | None, says: str
) -> None:
    marker = site.install("leadline-old", "old", "", contract=contract)
    refusal = only_refusal(Host.load({"old": None}))
    assert says in refusal.reason
    assert refusal.distribution == "leadline-old"
    assert not marker.exists()


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("1 / 0", "ZeroDivisionError: division by zero (leadline_bad.py:4)"),
        ("def broken(:", "SyntaxError"),
        ("raise RuntimeError('GET https://me:hunter2@crm/?api_key=abc123 failed')", "***@crm"),
    ],
)
def test_a_plugin_that_raises_at_import_is_refused(site: Site, source: str, says: str) -> None:
    site.install("leadline-bad", "bad", source)
    refusal = only_refusal(Host.load({"bad": None}))
    assert says in refusal.reason
    assert "could not be imported" in refusal.reason
    assert "Traceback" not in refusal.reason
    assert "hunter2" not in refusal.reason
    assert "abc123" not in refusal.reason


def test_a_missing_library_names_the_extra_to_install(site: Site) -> None:
    needs = "import library_that_is_not_there.client"
    site.install("leadline-zoho", "zoho", needs, extras=("Zoho", "dev"))
    site.install("leadline-plain", "plain", needs)
    zoho, plain = Host.load({"zoho": None, "plain": None}).refused
    assert "needs the library 'library_that_is_not_there'" in zoho.reason
    assert "pip install 'leadline-zoho[Zoho]'" in zoho.reason
    assert "needs the library 'library_that_is_not_there'" in plain.reason
    assert "[" not in plain.reason


def test_an_entry_point_that_names_nothing_is_refused(site: Site) -> None:
    site.install("leadline-bad", "bad", "", module="leadline_bad:Missing")
    refusal = only_refusal(Host.load({"bad": None}))
    assert "could not be imported: AttributeError" in refusal.reason


def test_a_module_that_is_gone_says_to_reinstall(site: Site) -> None:
    marker = site.install_connector("leadline-gone", "gone", "gone")
    marker.with_suffix(".py").unlink()
    assert (
        "pip install --force-reinstall leadline-gone"
        in only_refusal(Host.load({"gone": None})).reason
    )


def test_a_damaged_installation_does_not_stop_the_listing(site: Site) -> None:
    broken = site.folder / "broken-1.0.dist-info"
    broken.mkdir()
    (broken / "entry_points.txt").write_text("[leadline]\nbroken = broken\n")
    assert ("broken", "unknown") in [(info.name, info.version) for info in installed()]
    assert "does not say which contract" in only_refusal(Host.load({"broken": None})).reason


def test_a_file_beside_the_config_is_a_plugin(tmp_path: Path) -> None:
    path = tmp_path / "ours.py"
    path.write_text(dedent(CONNECTOR.format(connector="ours")))
    host = Host.load({}, files=[path])
    assert host.refused == []
    assert list(host.connectors) == ["ours"]
    assert host.plugins()[0].distribution == str(path)


def test_files_that_cannot_be_plugins_are_refused(tmp_path: Path) -> None:
    bad = tmp_path / "bad.py"
    bad.write_text("def f(:\n")
    host = Host.load({}, files=[tmp_path / "missing.py", bad, tmp_path])
    missing, syntax, folder = host.refused
    assert "there is no Python file" in missing.reason
    assert "SyntaxError" in syntax.reason
    assert "line 1" in syntax.reason
    assert "there is no Python file" in folder.reason


def test_two_files_of_one_name_do_not_mix(tmp_path: Path) -> None:
    paths = []
    for folder in ("one", "two"):
        path = tmp_path / folder / "ours.py"
        path.parent.mkdir()
        path.write_text(dedent(CONNECTOR.format(connector=folder)))
        paths.append(path)
    assert list(Host.load({}, files=[paths[0]]).connectors) == ["one"]
    assert list(Host.load({}, files=[paths[1]]).connectors) == ["two"]
    both = Host.load({}, files=paths)
    assert "has the name of a plugin that is loaded already" in only_refusal(both).reason
    assert list(both.connectors) == ["one"]


def test_one_object_under_two_names_is_refused() -> None:
    class Plugin:
        @hookimpl(wrapper=True)
        def check(self) -> object:
            return (yield)

    plugin = Plugin()
    host = Host.load({}, extra=[("a", plugin), ("b", plugin)])
    assert "same object" in only_refusal(host).reason


def test_an_object_that_cannot_be_hashed_is_refused() -> None:
    host = Host.load({}, extra=[("odd", SimpleNamespace())])
    assert "cannot be hashed" in only_refusal(host).reason


def test_a_plugin_cannot_take_the_name_of_a_source() -> None:
    host = Host.load({}, extra=[("source:crm", Path)])
    assert "choose another name" in only_refusal(host).reason
