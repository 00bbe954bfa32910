"""What all parts of the contract share: the author's two answers and the fixtures made of them."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import pytest

from leadline.testing.bench import Bench
from leadline.testing.crm import Crm


class ContractBasis:
    """The author's part: which plugin, and a CRM to try it on.

    plugin: the name of its entry point, or the module itself where it is not installed.
    connector: which one, where the plugin brings several.
    one_batch: True for a connector that cannot be made to yield more than one batch for seven rows.
    """

    plugin: ClassVar[object]
    connector: ClassVar[str] = ""
    one_batch: ClassVar[bool] = False

    def make_crm(self, folder: Path) -> Crm:
        """An empty CRM; `folder` is its own, and where relative paths of the settings start."""
        raise NotImplementedError("answer make_crm(self, folder) with your Crm")

    @pytest.fixture
    def crm(self, tmp_path: Path) -> Crm:
        """The author's CRM, empty."""
        folder = tmp_path / "crm"
        folder.mkdir()
        return self.make_crm(folder)

    @pytest.fixture
    def bench(self, crm: Crm, tmp_path: Path) -> Bench:
        """The tested connector, opened over the CRM."""
        return Bench.open(
            self.plugin, self.connector, crm, tmp_path / "crm", tmp_path / "state" / "first"
        )
