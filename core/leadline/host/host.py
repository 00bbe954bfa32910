"""One typed method per hook: the rest of leadline calls plugins through here and nowhere else."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from leadline.errors import (
    ConfigError,
    InternalError,
    PluginError,
    Problem,
    SourceError,
    UsageError,
)
from leadline.host.installed import LoadedPlugin, Refusal

if TYPE_CHECKING:
    import pyarrow as pa
    import typer

    from leadline.batches import (
        Batch,
        Checkpoint,
        Finding,
        ModelView,
        Plugin,
        Source,
        Stream,
        Support,
        WriteResult,
    )
    from leadline.hookspecs import Connector
    from leadline.host.answers import Answers, Items
    from leadline.host.opened import OpenedSource
    from leadline.host.registry import Registry
    from leadline.host.telling import Teller

T = TypeVar("T")

CHECK_SECONDS = 60.0


class Host:
    """The loaded plugins and the opened sources of one run."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._sources: dict[str, OpenedSource] = {}
        self._teller: Teller | None = None

    @classmethod
    def load(
        cls,
        enable: Mapping[str, str | None],
        *,
        files: Sequence[Path] = (),
        extra: Sequence[tuple[str, object]] = (),
    ) -> Host:
        """Import and register exactly the plugins named; whatever does not fit is in `refused`.

        enable: plugin → the distribution it must be from (NAME or NAME==VERSION), or None for any.
        files: plugins that are Python files. extra: plugins as objects, by name.
        """
        from leadline.host.registry import Registry

        registry = Registry()
        for name, pin in enable.items():
            registry.add_installed(name, pin)
        for path in files:
            registry.add_file(path)
        for name, plugin in extra:
            registry.add_object(name, plugin)
        return cls(registry)

    @property
    def refused(self) -> list[Refusal]:
        """The plugins that were named and do not run, each with the reason."""
        # A source names a connector; that of a plugin with another name, or of a file, is there.
        brought = self._registry.provided
        return [
            each for each in self._registry.refused if each.installed or each.name not in brought
        ]

    @property
    def connectors(self) -> Mapping[str, Connector]:
        """What `connector = "NAME"` may say."""
        provided = self._registry.provided
        return MappingProxyType({name: each.connector for name, each in provided.items()})

    def plugins(self) -> list[LoadedPlugin]:
        """The plugins that run, in the order they were loaded."""
        return list(self._registry.loaded)

    def commands(self) -> dict[str, typer.Typer]:
        """The command-line apps that plugins bring, by plugin; PluginError names one that fails."""
        from leadline.host.commands import brought

        return brought(self._registry.modules, [plugin.name for plugin in self.plugins()])

    def add_plugin(self, plugin: Plugin) -> None:
        """Set up a loaded plugin that has settings; PluginError if it cannot be opened."""
        self._registry.open(plugin)

    def refuse(self, plugin: str, reason: str) -> None:
        """Take out a plugin that runs; the reason says what to do."""
        self._registry.drop(plugin, reason)

    def score(self, plugin: str, model: ModelView) -> list[Mapping[str, object]]:
        """The rules that a plugin joins to a model; empty where it joins none."""
        from leadline.host.scoring import rules_of

        return rules_of(self._registry.relay, plugin, model, self._registry.secrets)

    def sources(self) -> list[str]:
        """The names of the opened sources, in the order they were added."""
        return list(self._sources)

    def add_source(self, source: Source) -> None:
        """Open a source through its connector; from now on its hooks can be called by its name."""
        from leadline.host.opened import OpenedSource

        provided = self._registry.provided.get(source.connector)
        if provided is None:
            raise ConfigError([self._no_connector(source)])
        if source.name in self._sources:
            raise ConfigError(
                [Problem("there are two sources of this name", field=f"sources.{source.name}")]
            )
        opened = OpenedSource(source, provided.connector, provided.plugin, provided.hint)
        self._registry.relay.register(opened, name=f"source:{source.name}")
        self._sources[source.name] = opened

    def check(self, source_name: str) -> list[Finding]:
        """Try the source's connection and say what works."""
        from leadline.host.answers import Findings

        with self._ask("check", source_name, Findings()) as findings:
            return list(findings)

    def fix(self, source_name: str) -> list[Finding]:
        """Let the connector make what writing back needs; empty where it makes nothing."""
        from leadline.host.answers import Findings

        with self._ask("fix", source_name, Findings()) as findings:
            return list(findings)

    def fetch_contacts(self, source_name: str, since: Checkpoint | None = None) -> Answers[Batch]:
        """Batches of contacts changed since a checkpoint; None asks for all of them."""
        from leadline.host.answers import Batches

        return self._ask("fetch_contacts", source_name, Batches(), since=since)

    def fetch_activities(self, source_name: str, since: Checkpoint | None = None) -> Answers[Batch]:
        """Batches of activities learned since a checkpoint; None asks for all of them."""
        from leadline.host.answers import Batches

        self._require(source_name, "activities", "fetch_activities")
        return self._ask("fetch_activities", source_name, Batches(), since=since)

    def fetch_companies(self, source_name: str, since: Checkpoint | None = None) -> Answers[Batch]:
        """Batches of companies changed since a checkpoint; None asks for all of them."""
        from leadline.host.answers import Batches

        self._require(source_name, "companies", "fetch_companies")
        return self._ask("fetch_companies", source_name, Batches(), since=since)

    def fetch(
        self, source_name: str, stream: Stream, since: Checkpoint | None = None
    ) -> Answers[Batch]:
        """Batches of one kind of record changed since a checkpoint; None asks for all of them."""
        fetches = {
            "contacts": self.fetch_contacts,
            "activities": self.fetch_activities,
            "companies": self.fetch_companies,
        }
        return fetches[stream](source_name, since)

    def fetches_records(self, source_name: str) -> bool:
        """Whether the source's connector can read single contacts."""
        return self._opened(source_name).fetches_records

    def fetch_records(self, source_name: str, stream: Stream, ids: Sequence[str]) -> Answers[Batch]:
        """Batches of these contacts, or of their activities, as they are now.

        They pass the wrappers of `fetch_contacts` or `fetch_activities`: what those redact or add
        is the same however a record is read.
        """
        from leadline.host.answers import Batches
        from leadline.host.opened import asked_records

        token = asked_records.set(tuple(ids))
        try:
            return self._ask(f"fetch_{stream}", source_name, Batches(), since=None)
        finally:
            asked_records.reset(token)

    def write_scores(self, source_name: str, changes: pa.Table) -> Iterator[WriteResult]:
        """Write the changes; exactly one result comes back for each row, some perhaps RETRY."""
        from leadline.host.answers import Results

        self._require(source_name, "write", "write_scores")
        ids = self._ids(source_name, changes)
        if not ids:
            return iter(())
        return self._ask("write_scores", source_name, Results(ids), changes=changes)

    def answering(self, hook: str) -> list[str]:
        """The plugins that answer a hook, in the order they were loaded."""
        return [plugin.name for plugin in self.plugins() if hook in plugin.hooks]

    def stages_changed(self, plugin: str, changes: pa.Table, seconds: float) -> None:
        """Tell one plugin of leads that changed; PluginError also when it takes too long."""
        self._tell(plugin, "stages_changed", seconds, changes=changes)

    def sync_finished(self, plugin: str, report: Mapping[str, object], seconds: float) -> None:
        """Tell one plugin how a run ended; PluginError also when it takes too long."""
        self._tell(plugin, "sync_finished", seconds, report=report)

    def check_plugin(self, plugin: str, seconds: float = CHECK_SECONDS) -> list[Finding]:
        """What a plugin says of how it was set up; empty where it says nothing."""
        from leadline.batches import Finding

        found: list[Finding] = []
        for answer in self._tell(plugin, "check_plugin", seconds):
            for each in answer if isinstance(answer, Iterable) else [answer]:
                if not isinstance(each, Finding):
                    message = f"answered {type(each).__name__} where a Finding belongs"
                    raise PluginError(message, plugin=plugin, hook="check_plugin")
                found.append(each)
        return found

    def _tell(self, plugin: str, hook: str, seconds: float, **arguments: object) -> list[object]:
        from leadline.host.telling import Teller

        self._teller = self._teller or Teller(self._registry.relay)
        return self._teller.tell(plugin, hook, arguments, seconds, self._registry.secrets)

    def _ask(self, hook: str, source_name: str, items: Items[T], **arguments: object) -> Answers[T]:
        from leadline.host.calls import ask

        opened = self._opened(source_name)
        others = [other for other in self._sources.values() if other is not opened]
        secrets = (*opened.secrets, *self._registry.secrets)
        return ask(self._registry.relay, opened, others, hook, items, arguments, secrets)

    def _opened(self, source_name: str) -> OpenedSource:
        if source_name in self._sources:
            return self._sources[source_name]
        raise UsageError(
            f"there is no source '{source_name}'{_nearest(source_name, self._sources)}"
        )

    def _require(self, source_name: str, capability: str, hook: str) -> None:
        opened = self._opened(source_name)
        support: Support = getattr(opened.connector.capabilities, capability)
        if support.value != "full":
            what = {
                "activities": "bring activities",
                "companies": "bring companies",
                "write": "write scores",
            }[capability]
            raise SourceError(
                f"connector '{opened.connector.name}' does not {what} ({support.value})",
                source=source_name,
                hook=hook,
            )

    def _ids(self, source_name: str, changes: pa.Table) -> list[str]:
        ids: list[str] = changes.column("contact_id").to_pylist()
        most = self._opened(source_name).connector.capabilities.batch_size
        if most is not None and len(ids) > most:
            raise InternalError(f"source '{source_name}' was given {len(ids)} changes, over {most}")
        if len(set(ids)) != len(ids) or None in ids:
            raise InternalError(f"source '{source_name}' was given a contact twice, or without id")
        return ids

    def _no_connector(self, source: Source) -> Problem:
        field = f"sources.{source.name}.connector"
        for refusal in self.refused:
            if refusal.name == source.connector:
                return Problem(f"'{source.connector}' does not run: {refusal.reason}", field=field)
        message = f"there is no connector '{source.connector}'"
        return Problem(message + _nearest(source.connector, self.connectors), field=field)


def _nearest(name: str, names: Iterable[str]) -> str:
    """The end of a message about an unknown name."""
    known = sorted(names)
    if near := difflib.get_close_matches(name, known, n=1):
        return f"; did you mean '{near[0]}'?"
    return f"; there is {', '.join(known)}" if known else "; none is loaded"
