"""The whole plugin contract. A plugin implements some of these and imports `hookimpl` from here.

Two kinds of object implement hooks:

- a **plugin module** (the `leadline` entry point) answers `register_connectors` and
  `register_commands`;
- a **source object**, one per `[sources.NAME]` table, made by `Connector.open`, answers the
  connector hooks for that source alone. It is registered as `source:NAME`.

Anybody may *wrap* a connector hook of every source with `@hookimpl(wrapper=True)`; implementing one
without being a source is refused, since it would silently replace the connector.

A fetch is an iterator: the host closes it, so `try/finally` in a generator is where to let go of
files and connections. Raise `leadline.errors.SourceError` (or `SignInError`, `RetryLater`) for what
the user can act on; anything else is reported as a fault of the plugin, by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    import pyarrow as pa
    import typer
    from pydantic import BaseModel

    from leadline.batches import Batch, Capabilities, Checkpoint, Finding, Source, WriteResult

CONTRACT_VERSION = "v1"

_spec = pluggy.HookspecMarker("leadline")
hookimpl = pluggy.HookimplMarker("leadline")


@dataclass(frozen=True, slots=True)
class Connector:
    """A kind of source: what `connector = "NAME"` in a `[sources.…]` table refers to.

    settings: a pydantic model (extra="forbid") of the table's own keys; `connector`, `fields`,
    `activity_fields`, `activity_types`, `company_fields` and `links_to` are the host's.
    open: makes the source object. It must not touch the network or the disk.
    """

    name: str
    settings: type[BaseModel]
    capabilities: Capabilities
    open: Callable[[Source], object]


@_spec
def register_connectors() -> Iterable[Connector]:
    """Answer the connectors this plugin brings. Called once, when the plugin is loaded."""
    raise NotImplementedError


@_spec
def register_commands(app: typer.Typer) -> None:
    """Add commands to an empty app; they become commands of `leadline` under the same names.

    Import heavy libraries inside the commands: this is called for `leadline --help`, too. A name
    that is taken is refused.
    """
    raise NotImplementedError


@_spec(firstresult=True)
def check(source: Source) -> Iterable[Finding]:
    """Try the connection and say what works and what does not. Must not write anywhere."""
    raise NotImplementedError


@_spec(firstresult=True)
def fix(source: Source) -> Iterable[Finding]:
    """Make there what writing back needs, such as fields of leadline's own, and say what was made.

    A connector may leave it out. Asked by `leadline check --fix`, after the user's yes to what
    `check` announced in `Finding.fix`. Must be idempotent, and change nothing that is in use.
    """
    raise NotImplementedError


@_spec(firstresult=True)
def fetch_contacts(source: Source, since: Checkpoint | None) -> Iterator[Batch]:
    """Yield batches of contacts that changed since a checkpoint; None asks for all of them.

    Rows may repeat and pages may overlap; a row that ties with the checkpoint must be yielded again
    rather than missed. Resuming from any yielded checkpoint must lose nothing.
    """
    raise NotImplementedError


@_spec(firstresult=True)
def fetch_activities(source: Source, since: Checkpoint | None) -> Iterator[Batch]:
    """Yield batches of activities learned since a checkpoint; None asks for all of them.

    `activity_id` must be the same each time the same activity is fetched.
    """
    raise NotImplementedError


@_spec(firstresult=True)
def fetch_companies(source: Source, since: Checkpoint | None) -> Iterator[Batch]:
    """Yield batches of companies that changed since a checkpoint; None asks for all of them.

    Asked only of connectors whose `Capabilities.companies` is full. A row is `company_id` and the
    facts of `Source.wanted_of_companies`: a contact with this `company_id` has them where its own
    record says nothing. Resuming and ties are as for contacts.
    """
    raise NotImplementedError


@_spec(firstresult=True)
def write_scores(source: Source, changes: pa.Table) -> Iterator[WriteResult]:
    """Write the rows of `changes` (see `output_schema`) and yield one result per contact.

    At most `Capabilities.batch_size` rows a call. Must be idempotent: the same changes may come
    again after a crash. Must never create a contact or touch a field that is not leadline's.
    """
    raise NotImplementedError
