"""Plugins are told what happened: each alone, none for longer than it may take."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Event
from typing import Any

import pyarrow as pa
import pytest

from leadline.batches import LEAD_CHANGES, Finding
from leadline.errors import PluginError, RetryLater
from leadline.hookspecs import hookimpl
from leadline.host import Host

CHANGES = LEAD_CHANGES.empty_table()


class Listens:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.heard: list[object] = []

    @hookimpl
    def stages_changed(self, changes: pa.Table) -> None:
        self.heard.append(changes)

    @hookimpl
    def sync_finished(self, report: Mapping[str, object]) -> None:
        self.heard.append(report)


class Does:
    """Does this when a sync has finished."""

    def __init__(self, what: Callable[[], object]) -> None:
        self.what = what

    @hookimpl
    def sync_finished(self) -> Any:
        return self.what()


class Checks:
    """Answers this to `check_plugin`."""

    def __init__(self, answer: object) -> None:
        self.answer = answer

    @hookimpl
    def check_plugin(self) -> Any:
        return self.answer


def host_of(**plugins: object) -> Host:
    host = Host.load({}, extra=list(plugins.items()))
    assert host.refused == []
    return host


def test_hook_stages_changed() -> None:
    one, two = Listens(), Listens()
    host = host_of(one=one, two=two, deaf=Checks([]))
    assert host.answering("stages_changed") == ["one", "two"]
    host.stages_changed("one", CHANGES, 5)
    assert (one.heard, two.heard) == ([CHANGES], [])


def test_hook_sync_finished() -> None:
    one, two = Listens(), Listens()
    host_of(one=one, two=two).sync_finished("two", {"status": "failed"}, 5)
    assert (one.heard, two.heard) == ([], [{"status": "failed"}])


def test_hook_check_plugin() -> None:
    host = host_of(one=Checks([Finding("bell", True)]), two=Checks(iter([Finding("door", False)])))
    assert [each.subject for each in host.check_plugin("two")] == ["door"]
    with pytest.raises(PluginError, match="'odd', hook check_plugin: answered int where a Find"):
        host_of(odd=Checks([7])).check_plugin("odd")


def _fails(error: BaseException) -> Callable[[], object]:
    def fails() -> object:
        raise error

    return fails


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (ValueError("no bell"), "ValueError: no bell (test_telling.py:"),
        (SystemExit(3), "SystemExit: 3"),
        (RetryLater("the bell is busy"), "the bell is busy"),
        (ValueError("password=hunter2"), "password=***"),
    ],
)
def test_a_failure_is_named(error: BaseException, says: str) -> None:
    host = host_of(bell=Does(_fails(error)), other=Listens())
    with pytest.raises(PluginError) as caught:
        host.sync_finished("bell", {}, 5)
    assert str(caught.value).startswith("plugin 'bell', hook sync_finished: ")
    assert says in str(caught.value)


def test_a_slow_plugin_is_left_behind_and_not_called_until_it_has_ended() -> None:
    may_end, calls = Event(), []

    def slow() -> None:
        calls.append("called")
        may_end.wait(4)

    host = host_of(slow=Does(slow), other=Listens())
    with pytest.raises(PluginError, match=r"'slow'.*took longer than 0.05 seconds"):
        host.sync_finished("slow", {}, 0.05)
    with pytest.raises(PluginError, match=r"'slow'.*is still busy with an earlier call"):
        host.sync_finished("slow", {}, 0.05)
    host.sync_finished("other", {}, 5)
    assert calls == ["called"]
    may_end.set()
