"""The CSV connector keeps the contract."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from leadline.testing import ConnectorContract, Crm

from .csv_crm import CsvCrm


class TestCsv(ConnectorContract):
    """Loaded by its entry point, as a stranger's connector is."""

    plugin: ClassVar[object] = "csv"

    def make_crm(self, folder: Path) -> Crm:
        return CsvCrm(folder)
