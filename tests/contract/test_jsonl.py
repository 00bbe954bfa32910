"""The JSON-lines connector keeps the contract, and so does one that only reads contacts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import ClassVar

from leadline.batches import Batch, Capabilities, Checkpoint, Finding, Source, Support
from leadline.hookspecs import Connector, hookimpl
from leadline.testing import ConnectorContract, Crm

from . import jsonl_connector
from .jsonl_crm import JsonLinesCrm


class TestJsonLines(ConnectorContract):
    """Loaded as a module: it is not installed."""

    plugin: ClassVar[object] = jsonl_connector

    def make_crm(self, folder: Path) -> Crm:
        return JsonLinesCrm(folder)


class ReadsContacts:
    """A source with the two hooks that every source has."""

    def __init__(self, source: Source) -> None:
        self._all = jsonl_connector.JsonLines(source)

    @hookimpl
    def check(self) -> Iterable[Finding]:
        return self._all.check()

    @hookimpl
    def fetch_contacts(self, since: Checkpoint | None) -> Iterator[Batch]:
        return self._all.fetch_contacts(since)


class ReadsContactsPlugin:
    """Declares that there is neither an activity nor a field to write to."""

    @hookimpl
    def register_connectors(self) -> list[Connector]:
        can = Capabilities(
            activities=Support.UNSUPPORTED,
            companies=Support.UNSUPPORTED,
            write=Support.UNSUPPORTED,
        )
        return [Connector("contacts", jsonl_connector.Settings, can, ReadsContacts)]


class TestContactsOnly(ConnectorContract):
    """What it cannot do is refused or skipped."""

    plugin: ClassVar[object] = ReadsContactsPlugin()

    def make_crm(self, folder: Path) -> Crm:
        return JsonLinesCrm(folder)
