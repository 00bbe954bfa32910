"""A connector that never answers is left behind; what it holds back holds nobody else back."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from leadline.batches import Batch, Checkpoint, Source
from leadline.errors import PluginError, SourceError
from leadline.hookspecs import hookimpl
from leadline.host import patience

from .plugins import Plugin, Steady, batch, host_with


class Sleeping(Steady):
    """Yields one batch and falls asleep."""

    @hookimpl
    def fetch_contacts(self, source: Source, since: Checkpoint | None) -> Any:
        def pages() -> Iterator[Batch]:
            yield batch("a")
            time.sleep(3)

        return pages()


class Turning(Steady):
    """Yields the same batch for ever; its checkpoint moves on."""

    @hookimpl
    def fetch_contacts(self, source: Source, since: Checkpoint | None) -> Any:
        number = 0
        while True:
            number += 1
            yield Batch(pa.table({"contact_id": ["a"]}), {"page": number})


class Waiting(Steady):
    """Yields empty windows, which take time to go through, and then a contact."""

    @hookimpl
    def fetch_contacts(self, source: Source, since: Checkpoint | None) -> Any:
        for number in range(500):
            yield Batch(pa.table({"contact_id": pa.array([], pa.string())}), {"day": number})
        yield batch("a")


class Threaded(Steady):
    """Says in which thread each of its hooks runs."""

    @hookimpl
    def fetch_contacts(self, source: Source, since: Checkpoint | None) -> Any:
        called = threading.get_ident()

        def pages() -> Iterator[Batch]:
            assert threading.get_ident() == called
            yield batch("a")

        self.threads = [*getattr(self, "threads", []), called]
        return pages()


def test_a_connector_that_falls_asleep_is_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "PATIENCE_SECONDS", 0.5)
    host = host_with(Plugin(Sleeping), tmp_path)
    (name,) = host.sources()
    with pytest.raises(SourceError, match=f"source '{name}'.*no answer for"):
        list(host.fetch_contacts(name))
    began = time.monotonic()
    with pytest.raises(SourceError, match="left behind"):
        list(host.fetch_activities(name))
    assert time.monotonic() - began < 0.4, "it was waited for once more"


def test_a_fetch_that_stands_still_is_ended(tmp_path: Path) -> None:
    host = host_with(Plugin(Turning), tmp_path)
    (name,) = host.sources()
    with pytest.raises(PluginError, match="would never end"):
        list(host.fetch_contacts(name))


def test_a_fetch_that_gets_on_is_not(tmp_path: Path) -> None:
    host = host_with(Plugin(Waiting), tmp_path)
    (name,) = host.sources()
    assert len(list(host.fetch_contacts(name))) == 501


def test_all_that_a_connector_does_runs_in_one_thread(tmp_path: Path) -> None:
    plugin = Plugin(Threaded)
    host = host_with(plugin, tmp_path)
    (name,) = host.sources()
    assert len(list(host.fetch_contacts(name))) == len(list(host.fetch_contacts(name))) == 1
    (opened,) = plugin.opened
    assert isinstance(opened, Threaded)
    first, second = opened.threads
    assert first == second != threading.get_ident()
