"""The CRM, synced once; and what lint says of a model on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from leadline.lint.remarks import Reported
from leadline.lint.run import Report, check
from leadline.sync.run import sync
from leadline.workspace import Workspace, open_workspace

from .world import AT, HEAD, write_crm

Said = Callable[..., list[Reported]]


@pytest.fixture(scope="session")
def crm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A workspace of a hundred people, synced at AT."""
    with open_workspace(write_crm(tmp_path_factory.mktemp("crm"))) as workspace:
        assert sync(workspace, as_of=AT).status == "succeeded"
        yield workspace


@pytest.fixture
def report(crm: Workspace, tmp_path: Path) -> Callable[[Sequence[str]], Report]:
    """The report on model files with these texts."""

    def run(texts: Sequence[str]) -> Report:
        files = []
        for i, text in enumerate(texts):
            files.append(tmp_path / f"model{i}.toml")
            files[-1].write_text(text, encoding="utf-8")
        return check(crm, files, AT)

    return run


@pytest.fixture
def said(report: Callable[[Sequence[str]], Report]) -> Said:
    """What the check of one name says of a small model with these lines added."""

    def run(name: str, more: str, head: str = HEAD) -> list[Reported]:
        remarks = report([head + more]).remarks
        return [each for each in remarks if each.check == name]

    return run
