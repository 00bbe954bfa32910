"""Every hook of a source is called through the wrappers of every plugin."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from leadline.batches import (
    Batch,
    Capabilities,
    Checkpoint,
    Finding,
    Outcome,
    Source,
    Stream,
    Support,
    WriteResult,
)
from leadline.errors import (
    SourceError,
)
from leadline.hookspecs import hookimpl

from .plugins import (
    Counting,
    Plugin,
    Redacting,
    Steady,
    batch,
    changes,
    host_with,
    ids,
)

Pages = Iterator[Batch]


def test_hook_check(tmp_path: Path) -> None:
    host = host_with(Plugin(Steady), tmp_path)
    assert host.check("mine") == [Finding("mine", True)]


def test_hook_fix(tmp_path: Path) -> None:
    class Fixing(Steady):
        @hookimpl
        def fix(self) -> list[Finding]:
            return [Finding("a field", True, "made")]

    assert host_with(Plugin(Fixing), tmp_path).fix("mine") == [Finding("a field", True, "made")]


def test_a_connector_without_anything_to_fix_makes_nothing(tmp_path: Path) -> None:
    assert host_with(Plugin(Steady), tmp_path).fix("mine") == []


def test_hook_fetch_contacts(tmp_path: Path) -> None:
    host = host_with(Plugin(Steady), tmp_path)
    pages = list(host.fetch_contacts("mine", None))
    assert [page.checkpoint for page in pages] == [{"page": 0}, {"page": 1}, {"page": 2}]
    assert ids(iter(pages)) == ["mine-0", "mine-1", "mine-2"]


def test_hook_fetch_activities(tmp_path: Path) -> None:
    host = host_with(Plugin(Steady), tmp_path)
    assert ids(host.fetch_activities("mine", {"page": 1})) == ["mine-0", "mine-1", "mine-2"]


def test_hook_fetch_companies(tmp_path: Path) -> None:
    host = host_with(Plugin(Steady), tmp_path)
    assert ids(host.fetch_companies("mine", {"page": 1})) == ["mine-0", "mine-1", "mine-2"]


class Narrow(Steady):
    """A source that reads single contacts."""

    @hookimpl
    def fetch_records(self, stream: Stream, ids: tuple[str, ...]) -> Pages:
        return iter([batch(f"{stream}-{each}", 0) for each in ids])


def test_hook_fetch_records(tmp_path: Path) -> None:
    host = host_with(Plugin(Narrow), tmp_path)
    assert host.fetches_records("mine")
    assert ids(host.fetch_records("mine", Stream.CONTACTS, ["7", "8"])) == [
        "contacts-7",
        "contacts-8",
    ]
    assert ids(host.fetch_records("mine", Stream.ACTIVITIES, ["7"])) == ["activities-7"]
    assert ids(host.fetch_contacts("mine", None))[0] == "mine-0"


def test_single_records_pass_the_wrappers_of_every_fetch(tmp_path: Path) -> None:
    host = host_with(Plugin(Narrow), tmp_path, Redacting())
    assert ids(host.fetch_records("mine", Stream.CONTACTS, ["7"])) == ["mine-redacted"]
    assert ids(host.fetch_records("mine", Stream.ACTIVITIES, ["7"])) == ["activities-7"]


def test_a_connector_may_leave_single_records_out(tmp_path: Path) -> None:
    assert not host_with(Plugin(Steady), tmp_path).fetches_records("mine")


def test_hook_write_scores(tmp_path: Path) -> None:
    host = host_with(Plugin(Steady), tmp_path)
    assert list(host.write_scores("mine", changes("a", "b"))) == [
        WriteResult("a", Outcome.WRITTEN),
        WriteResult("b", Outcome.WRITTEN),
    ]
    assert list(host.write_scores("mine", changes())) == []


def test_a_checkpoint_reaches_the_connector(tmp_path: Path) -> None:
    seen: list[object] = []

    class Remembers(Steady):
        @hookimpl
        def fetch_contacts(self, source: Source, since: Checkpoint | None) -> Pages:
            seen.append((source.name, since))
            return iter(())

    host = host_with(Plugin(Remembers), tmp_path)
    assert list(host.fetch_contacts("mine", {"page": 7})) == []
    assert seen == [("mine", {"page": 7})]


def test_two_sources_of_one_connector_are_kept_apart(tmp_path: Path) -> None:
    plugin = Plugin(Steady)
    host = host_with(plugin, tmp_path, names=("eu", "us"))
    assert ids(host.fetch_contacts("us", None)) == ["us-0", "us-1", "us-2"]
    assert ids(host.fetch_contacts("eu", None)) == ["eu-0", "eu-1", "eu-2"]
    assert [(o.name, o.closed) for o in plugin.opened] == [
        ("eu", ["contacts"]),
        ("us", ["contacts"]),
    ]
    assert host.sources() == ["eu", "us"]


def test_a_source_may_be_a_frozen_dataclass_equal_to_another(tmp_path: Path) -> None:
    @dataclass(frozen=True)
    class Value:
        settings: dict[str, str]

        @hookimpl
        def check(self) -> list[Finding]:
            return []

        @hookimpl
        def fetch_contacts(self, source: Source) -> Pages:
            return iter([batch(source.name)])

    host = host_with(Plugin(lambda s: Value({}), Capabilities()), tmp_path, names=("eu", "us"))
    assert ids(host.fetch_contacts("eu", None)) == ["eu"]
    assert ids(host.fetch_contacts("us", None)) == ["us"]


def test_a_wrapper_applies_to_every_source(tmp_path: Path) -> None:
    counting = Counting()
    host = host_with(Plugin(Steady), tmp_path, Redacting(), counting, names=("eu", "us"))
    assert ids(host.fetch_contacts("eu", None)) == ["eu-redacted"] * 3
    assert ids(host.fetch_contacts("us", None)) == ["us-redacted"] * 3
    assert host.check("eu") == [Finding("eu", True)]
    list(host.fetch_activities("us", None))
    list(host.write_scores("us", changes("a")))
    assert counting.calls == [
        "fetch_contacts eu",
        "fetch_contacts us",
        "check",
        "fetch_activities",
        "write_scores",
    ]


def test_what_a_connector_cannot_do_is_refused(tmp_path: Path) -> None:
    class Reads:
        @hookimpl
        def check(self) -> list[Finding]:
            return []

        @hookimpl
        def fetch_contacts(self) -> Pages:
            return iter(())

    can = Capabilities(write=Support.UNSUPPORTED)
    host = host_with(Plugin(lambda s: Reads(), can), tmp_path)
    with pytest.raises(SourceError, match=r"'mine'.*'crm' does not write scores \(unsupported\)"):
        host.write_scores("mine", changes("a"))
    with pytest.raises(SourceError, match=r"does not bring activities \(not implemented\)"):
        host.fetch_activities("mine", None)
