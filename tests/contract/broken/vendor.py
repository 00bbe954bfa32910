"""What every broken connector has: a plugin that brings it, and the promises it breaks."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from pydantic import BaseModel

from leadline.batches import (
    Capabilities,
)
from leadline.hookspecs import Connector, hookimpl
from leadline.testing import ConnectorContract, Crm
from tests.contract.jsonl_connector import CAPABILITIES, JsonLines, Settings
from tests.contract.jsonl_crm import JsonLinesCrm


class Vendor:
    """A plugin that brings one broken source as its connector."""

    def __init__(
        self,
        source: type[JsonLines],
        settings: type[BaseModel] = Settings,
        can: Capabilities = CAPABILITIES,
    ) -> None:
        self.connector = Connector("jsonl", settings, can, source)

    @hookimpl
    def register_connectors(self) -> list[Connector]:
        return [self.connector]


class Broken(ConnectorContract):
    """Says which promises its connector breaks; all others it must keep."""

    __test__ = False
    breaks: ClassVar[set[str]]

    def make_crm(self, folder: Path) -> Crm:
        return JsonLinesCrm(folder)
