"""A write brings exactly one result for each contact."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from leadline.batches import (
    Outcome,
    Source,
    WriteResult,
)
from leadline.errors import (
    InternalError,
    PluginError,
)
from leadline.hookspecs import hookimpl

from .plugins import (
    Plugin,
    Steady,
    changes,
    host_with,
)


def results_answering(*results: object) -> type[Steady]:
    class Answering(Steady):
        @hookimpl
        def write_scores(self, source: Source, changes: pa.Table) -> Any:
            return iter(results)

    return Answering


def test_a_contact_without_a_result_is_to_be_tried_again(tmp_path: Path) -> None:
    plugin = Plugin(results_answering(WriteResult("b", Outcome.REJECTED, "archived")))
    results = list(host_with(plugin, tmp_path).write_scores("mine", changes("a", "b", "c")))
    assert [(r.contact_id, r.outcome) for r in results] == [
        ("b", Outcome.REJECTED),
        ("a", Outcome.RETRY),
        ("c", Outcome.RETRY),
    ]
    assert "no result" in results[1].reason


@pytest.mark.parametrize(
    ("results", "says"),
    [
        (["z"], "answered for contact 'z', which it was not given"),
        (["a", "a"], "answered twice for contact 'a'"),
    ],
)
def test_results_for_others_or_twice_are_named(
    tmp_path: Path, results: list[str], says: str
) -> None:
    plugin = Plugin(results_answering(*(WriteResult(i, Outcome.WRITTEN) for i in results)))
    with pytest.raises(PluginError, match=says):
        list(host_with(plugin, tmp_path).write_scores("mine", changes("a", "b")))


def test_a_wrapper_that_drops_results_does_not_lose_contacts(tmp_path: Path) -> None:
    class Drops:
        @hookimpl(wrapper=True)
        def write_scores(self) -> Generator[None, Iterator[WriteResult], Iterator[WriteResult]]:
            return iter(list((yield))[1:])

    host = host_with(Plugin(Steady), tmp_path, Drops())
    results = {r.contact_id: r.outcome for r in host.write_scores("mine", changes("a", "b"))}
    assert results == {"a": Outcome.RETRY, "b": Outcome.WRITTEN}


def test_more_changes_than_the_connector_takes_are_a_bug_of_ours(tmp_path: Path) -> None:
    host = host_with(Plugin(Steady), tmp_path)
    with pytest.raises(InternalError, match="11 changes, over 10"):
        host.write_scores("mine", changes(*(str(n) for n in range(11))))
    with pytest.raises(InternalError, match="twice"):
        host.write_scores("mine", changes("a", "a"))
