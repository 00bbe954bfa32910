"""The kit catches what it promises to catch, and says so in words an author understands."""

from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from xml.etree import ElementTree

import pytest

from leadline.testing.contract import ConnectorContract

from .broken import alone, reading, trouble, working
from .broken.vendor import Broken

BROKEN = {
    name: thing
    for module in (reading, working, trouble, alone)
    for name, thing in vars(module).items()
    if isinstance(thing, type) and issubclass(thing, Broken) and thing.__test__
}


def run_pytest(*arguments: str, cwd: Path) -> str:
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode in (0, 1), ran.stdout + ran.stderr
    return ran.stdout


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """The promises that each broken connector was caught breaking."""
    folder = tmp_path_factory.mktemp("kit")
    report = folder / "report.xml"
    files = sorted(Path(__file__).parent.glob("broken/*.py"))
    run_pytest(f"--junitxml={report}", *map(str, files), cwd=Path(__file__).parent)
    found: dict[str, set[str]] = {name: set() for name in BROKEN}
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        name = case.get("classname", "").rpartition(".")[2]
        if case.find("failure") is not None or case.find("error") is not None:
            found[name].add(case.get("name", ""))
    return found


def test_each_broken_connector_breaks_exactly_its_promises(failed: dict[str, set[str]]) -> None:
    assert failed == {name: each.breaks for name, each in BROKEN.items()}


def test_every_promise_has_a_connector_that_breaks_it_alone() -> None:
    promises = {
        name for name, _ in inspect.getmembers(ConnectorContract) if name.startswith("test_")
    }
    each = [{test.partition("[")[0] for test in each.breaks} for each in BROKEN.values()]
    broken = {promise for promises in each if len(promises) == 1 for promise in promises}
    # The host keeps these for every connector that it admits: only a broken host fails them.
    of_the_host = {
        "test_a_wrapper_sees_every_call",
        "test_what_is_unsupported_is_refused",
    }
    assert broken == promises - of_the_host


def test_an_author_needs_ten_lines_and_reads_whole_comparisons(tmp_path: Path) -> None:
    here = Path(__file__).parent
    for name in ("jsonl_connector.py", "jsonl_crm.py"):
        (tmp_path / name).write_text((here / name).read_text())
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["leadline.testing"]\n')
    (tmp_path / "test_mine.py").write_text(
        dedent(
            """
            import jsonl_connector
            from jsonl_crm import JsonLinesCrm
            from leadline.testing import ConnectorContract

            class ShoutingCrm(JsonLinesCrm):
                def put_contacts(self, rows, at):
                    super().put_contacts([{**r, "company": r["company"].upper()} for r in rows], at)

            class TestMine(ConnectorContract):
                plugin = jsonl_connector

                def make_crm(self, folder):
                    return ShoutingCrm(folder)
            """
        )
    )
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    said = run_pytest("-k", "every_contact_is_fetched", cwd=tmp_path)
    assert "a full fetch (since=None) must bring each contact as it is" in said
    assert "0001: company is 'COMPANY 1', not 'Company 1'" in said, "no comparison is shown"
