"""Small real plugins: sources that misbehave in one way each, and wrappers around them."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, SecretStr

from leadline.batches import (
    Batch,
    Capabilities,
    Checkpoint,
    Finding,
    Outcome,
    Source,
    Support,
    WriteResult,
    output_schema,
)
from leadline.hookspecs import Connector, hookimpl
from leadline.host import Host

CAN_ALL = Capabilities(
    activities=Support.FULL, companies=Support.FULL, write=Support.FULL, batch_size=10
)


class Settings(BaseModel):
    """The settings of the test sources."""

    model_config = ConfigDict(extra="forbid")

    token: SecretStr = SecretStr("s3cret-value")


class Steady:
    """A source that answers every hook well, and says what was closed."""

    def __init__(self, source: Source) -> None:
        self.name = source.name
        self.closed: list[str] = []

    @hookimpl
    def check(self) -> list[Finding]:
        return [Finding(self.name, True)]

    @hookimpl
    def fetch_contacts(self, source: Source, since: Checkpoint | None) -> Any:
        return self.pages("contacts")

    @hookimpl
    def fetch_activities(self, source: Source, since: Checkpoint | None) -> Any:
        return self.pages("activities")

    @hookimpl
    def fetch_companies(self, source: Source, since: Checkpoint | None) -> Any:
        return self.pages("companies")

    @hookimpl
    def write_scores(self, source: Source, changes: pa.Table) -> Any:
        return iter(
            [WriteResult(i, Outcome.WRITTEN) for i in changes.column("contact_id").to_pylist()]
        )

    def pages(self, what: str) -> Iterator[Batch]:
        try:
            for number in range(3):
                yield batch(f"{self.name}-{number}", number)
        finally:
            self.closed.append(what)


class Plugin:
    """Brings one connector that opens sources with the given class, and remembers them."""

    def __init__(
        self, make: Callable[[Source], object], can: Capabilities = CAN_ALL, name: str = "crm"
    ) -> None:
        self.make, self.can, self.name = make, can, name
        self.opened: list[Any] = []

    @hookimpl
    def register_connectors(self) -> list[Connector]:
        return [Connector(self.name, Settings, self.can, self._open)]

    def _open(self, source: Source) -> object:
        self.opened.append(self.make(source))
        return self.opened[-1]


def batch(contact_id: str, number: int = 0) -> Batch:
    """One contact, and a checkpoint."""
    return Batch(pa.table({"contact_id": [contact_id]}), checkpoint={"page": number})


def changes(*contact_ids: str) -> pa.Table:
    """A change for each contact."""
    rows = [{"contact_id": contact_id, "score": 1} for contact_id in contact_ids]
    return pa.Table.from_pylist(rows, schema=output_schema([]))


def source(folder: Path, name: str = "mine", connector: str = "crm") -> Source:
    """A configured source without any field."""
    return Source(name, connector, Settings(), folder, folder, ZoneInfo("UTC"))


def host_with(plugin: Plugin, folder: Path, *wrappers: object, names: tuple[str, ...] = ()) -> Host:
    """A host with the plugin, plugins `wrapper0`, `wrapper1`, … around it, and sources opened."""
    extra = [("vendor", plugin), *((f"wrapper{n}", each) for n, each in enumerate(wrappers))]
    host = Host.load({}, extra=extra)
    assert host.refused == []
    for name in names or ("mine",):
        host.add_source(source(folder, name))
    return host


def contacts_answering(answer: Callable[[], object]) -> type[Steady]:
    """A source whose fetch_contacts answers this."""

    class Answering(Steady):
        @hookimpl
        def fetch_contacts(self, source: Source, since: Checkpoint | None) -> Any:
            return answer()

    return Answering


class Redacting:
    """A wrapper that changes each batch of contacts."""

    @hookimpl(wrapper=True)
    def fetch_contacts(self, source: Source) -> Generator[None, Iterator[Batch], Iterator[Batch]]:
        pages = yield
        return (page.with_table(batch(f"{source.name}-redacted").rows) for page in pages)


def ids(pages: Iterator[Batch]) -> list[str]:
    """The contacts of all batches."""
    return [i for page in pages for i in page.rows.column("contact_id").to_pylist()]


class Counting:
    """A wrapper around all connector hooks, with no arguments of interest."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    @hookimpl(wrapper=True)
    def check(self) -> Generator[None, Any, Any]:
        self.calls.append("check")
        return (yield)

    @hookimpl(wrapper=True)
    def fetch_contacts(self, source: Source) -> Generator[None, Any, Any]:
        self.calls.append(f"fetch_contacts {source.name}")
        return (yield)

    @hookimpl(wrapper=True, specname="fetch_activities")
    def count_activities(self) -> Generator[None, Any, Any]:
        self.calls.append("fetch_activities")
        return (yield)

    @hookimpl(wrapper=True)
    def write_scores(self) -> Generator[None, Any, Any]:
        self.calls.append("write_scores")
        return (yield)
