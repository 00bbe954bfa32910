"""The whole plugin contract. A plugin implements some of these and imports `hookimpl` from here.

Three kinds of object implement hooks:

- a **plugin module** (the `leadline` entry point) answers the `register_…` hooks;
- a **plugin object**, made by `Extension.open` of a module that answers `register_extension`,
  answers all other hooks that belong to no source. It stands in the module's place; a plugin
  without settings needs none, and its module answers them itself;
- a **source object**, one per `[sources.NAME]` table, made by `Connector.open`, answers the
  connector hooks for that source alone. It is registered as `source:NAME`.

Anybody may *wrap* a connector hook of every source with `@hookimpl(wrapper=True)`; implementing one
without being a source is refused, since it would silently replace the connector.

A fetch is an iterator: the host closes it, so `try/finally` in a generator is where to let go of
files and connections. Raise `leadline.errors.SourceError` (or `SignInError`, `RetryLater`) for what
the user can act on; anything else is reported as a fault of the plugin, by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    import pyarrow as pa
    import typer
    from pydantic import BaseModel

    from leadline.batches import (
        Batch,
        Capabilities,
        Checkpoint,
        Finding,
        ModelView,
        Plugin,
        Source,
        Stream,
        WriteResult,
    )
    from leadline.vocabulary import FieldType

CONTRACT_VERSION = "v1"

_spec = pluggy.HookspecMarker("leadline")
hookimpl = pluggy.HookimplMarker("leadline")


@dataclass(frozen=True, slots=True)
class Connector:
    """A kind of source: what `connector = "NAME"` in a `[sources.…]` table refers to.

    settings: a pydantic model (extra="forbid") of the table's own keys; `connector`, `fields`,
    `activity_fields`, `activity_types`, `company_fields`, `links_to`, `record_url`, `stages` and
    `write` are the host's.
    open: makes the source object. It must not touch the network or the disk.
    """

    name: str
    settings: type[BaseModel]
    capabilities: Capabilities
    open: Callable[[Source], object]


@dataclass(frozen=True, slots=True)
class Extension:
    """A plugin that is set up from its own `[plugins.NAME]` table of the config.

    settings: a pydantic model (extra="forbid") of the table's keys; without a table its defaults.
    open: makes the object that answers the plugin's other hooks, once for each opened workspace, so
    that nothing need be kept in globals. It must not touch the network or the disk.
    """

    settings: type[BaseModel]
    open: Callable[[Plugin], object]


@_spec
def register_connectors() -> Iterable[Connector]:
    """Answer the connectors this plugin brings. Called once, when the plugin is loaded."""
    raise NotImplementedError


@_spec
def register_extension() -> Extension:
    """Answer how this plugin is set up. Called once, when the plugin is loaded."""
    raise NotImplementedError


@_spec
def register_facts() -> Mapping[str, FieldType]:
    """Answer the facts about a person that this plugin fills in, with their types.

    Models may name them, and a source that wants one has it in `Source.wanted`: the plugin then
    adds the column to every batch that its wrapper of `fetch_contacts` passes on. A fact must not
    be one of leadline's own, nor another plugin's. Called once, when the plugin is loaded.
    """
    raise NotImplementedError


@_spec
def register_commands(app: typer.Typer) -> None:
    """Add commands to an empty app; they become commands of `leadline` under the same names.

    Import heavy libraries inside the commands: of leadline's own plugins this is called for
    `leadline --help`, too, and of others whenever a config names them. A name that is taken is
    refused.
    """
    raise NotImplementedError


@_spec
def score(model: ModelView) -> Iterable[Mapping[str, object]]:
    """Answer rules to join to a model, each as a `[[rules]]` table of its file would say it.

    They stand behind the file's own under "PLUGIN: NAME", pass the same checks, and are a part of
    the model's version. Must answer the same rules each time for the same settings.
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
def fetch_records(source: Source, stream: Stream, ids: Sequence[str]) -> Iterator[Batch]:
    """Yield the contacts with these ids, or the activities of those contacts, as they are now.

    A connector may leave it out: the host then reads everything and keeps this part. Asked for a
    handful up to some thousands of contacts, when somebody says that they changed. It must not ask
    an index that may be behind. A contact that is no more is a row with `deleted` true, one that
    was merged names whom it is `merged_into`, and that record comes as well. Activities that cannot
    be had cheaply may be left out: the next sync brings them. Checkpoints are not kept. Who wraps
    `fetch_contacts` or `fetch_activities` wraps these batches, too.
    """
    raise NotImplementedError


@_spec(firstresult=True)
def write_scores(source: Source, changes: pa.Table) -> Iterator[WriteResult]:
    """Write the rows of `changes` (see `output_schema`) and yield one result per contact.

    At most `Capabilities.batch_size` rows a call. Must be idempotent: the same changes may come
    again after a crash. Must never create a contact or touch a field that is not leadline's.
    """
    raise NotImplementedError


@_spec
def stages_changed(changes: pa.Table) -> None:
    """Be told of leads whose temperature, grade or stage a sync has changed (`LEAD_CHANGES`).

    Called after the scores are published and written, with at most 500 rows; leads of a workspace's
    first sync are not told of. A new lead is told of (`old` is null) when its first temperature is
    above the model's lowest. A call that raises, or that takes over 30 seconds, is made again at
    later syncs, for about three days: expect the same rows more than once.
    """
    raise NotImplementedError


@_spec
def sync_finished(report: Mapping[str, object]) -> None:
    """Be told how a sync, a resync or an apply ended, after its `stages_changed`.

    report: the document that `leadline sync --json` prints, also of a run that failed or was
    stopped. Called again as `stages_changed` is.
    """
    raise NotImplementedError


@_spec
def check_plugin() -> Iterable[Finding]:
    """Try what the plugin was set up with, for `leadline check`; must not write or send a thing."""
    raise NotImplementedError
