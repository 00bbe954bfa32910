"""What a fetch holds open is closed, however the fetch ends."""

from __future__ import annotations

import gc
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from leadline.batches import (
    Batch,
    Checkpoint,
    Source,
)
from leadline.errors import (
    PluginError,
)
from leadline.hookspecs import hookimpl

from .plugins import (
    Plugin,
    Redacting,
    Steady,
    batch,
    contacts_answering,
    host_with,
)

Pages = Iterator[Batch]


class Holding(Steady):
    """Answers an iterator that is open from the start, and knows whether it was closed."""

    @hookimpl
    def fetch_contacts(self, source: Source, since: Checkpoint | None) -> Any:
        return Held(self)


class Held(Iterator[Batch]):
    def __init__(self, owner: Steady) -> None:
        self.owner = owner

    def __next__(self) -> Batch:
        return batch("a")

    def close(self) -> None:
        self.owner.closed.append("held")


@pytest.mark.parametrize("read", [0, 1, 2])
@pytest.mark.parametrize("wrappers", [(), (Redacting(),)])
@pytest.mark.parametrize("drop", [True, False])
def test_a_fetch_that_stops_early_is_closed(
    tmp_path: Path, read: int, wrappers: tuple[object, ...], drop: bool
) -> None:
    plugin = Plugin(Holding)
    host = host_with(plugin, tmp_path, *wrappers)
    answer = host.fetch_contacts("mine", None)
    for _ in range(read):
        next(answer)
    assert plugin.opened[0].closed == []
    if drop:
        del answer
        gc.collect()
    else:
        answer.close()
        assert next(answer, None) is None
    assert plugin.opened[0].closed == ["held"]


def test_a_wrapper_that_keeps_the_answer_open_does_not_hinder_closing(tmp_path: Path) -> None:
    kept: list[object] = []

    class Keeps:
        @hookimpl(wrapper=True)
        def fetch_contacts(self) -> Generator[None, Pages, Pages]:
            pages = yield
            kept.append(pages)
            return iter([next(pages)])

    plugin = Plugin(Steady)
    host = host_with(plugin, tmp_path, Keeps())
    assert len(list(host.fetch_contacts("mine", None))) == 1
    assert plugin.opened[0].closed == ["contacts"]


def test_a_failure_while_closing_is_named(tmp_path: Path) -> None:
    def pages() -> Pages:
        try:
            yield batch("a")
        finally:
            raise OSError("cannot close")

    host = host_with(Plugin(contacts_answering(pages)), tmp_path)
    answer = host.fetch_contacts("mine", None)
    next(answer)
    with pytest.raises(PluginError, match=r"vendor.*fetch_contacts.*cannot close"):
        answer.close()
