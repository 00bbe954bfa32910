"""A workspace opened from its config: plugins, sources, lake, ledger and engine."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path

from pydantic import ValidationError
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from leadline.batches import Source
from leadline.config import (
    Config,
    brought_facts,
    facts,
    join_rules,
    load_draft,
    open_plugins,
    open_sources,
    read_config,
)
from leadline.errors import ConfigError, PluginError, RetryLater, UsageError, WorkspaceError
from leadline.host import Host
from leadline.lake import Lake
from leadline.ledger import Ledger
from leadline.model import Model
from leadline.scoring.engine import Engine
from leadline.scoring.people import Identity

LEASE_SECONDS = 1800.0
WAIT_SECONDS = 0.2
PATIENCE_SECONDS = 600.0


@dataclass(frozen=True)
class Workspace:
    """Everything that a command works on; `open_workspace` makes one and closes it."""

    config: Config
    host: Host
    sources: dict[str, Source]
    lake: Lake
    ledger: Ledger
    identity: Identity
    draft: Model | None = None  # a model that is tried and not configured
    place: int = 0  # which of the models is spoken of
    absent: Mapping[str, str] = field(default_factory=dict)  # source whose plugin does not run, why

    @property
    def models(self) -> tuple[Model, ...]:
        """The models of the config, each with its audience."""
        return self.config.models

    @property
    def model(self) -> Model:
        """The model that is spoken of: the first of the config, unless another was asked for."""
        return self.models[self.place]

    def about(self, name: str | None) -> Workspace:
        """The same workspace, speaking of the model of this name; of the first one for None."""
        return replace(self, place=self.config.place_of(name))

    def under(self, model: Model) -> Workspace:
        """The same workspace as if the config had this model, and speaking of it.

        It stands where the model of its name stands, else where the one stands that is spoken of.
        """
        config = self.config.having(model, self.place)
        return replace(self, config=config, draft=None, place=config.models.index(model))

    @property
    def versions(self) -> tuple[tuple[str, str], ...]:
        """The name and version of each model."""
        return tuple((model.name, model.version) for model in self.models)

    def recalled(self, version: str) -> Model | None:
        """A model that has scored here, by its version; None when it cannot be read any more."""
        content = self.ledger.models.content(version)
        try:
            return None if content is None else Model.model_validate_json(content)
        except ValidationError:  # of an older language of models
            return None

    @cached_property
    def engine(self) -> Engine:
        config = self.config
        embedded = Engine(
            self.lake,
            {**self.lake.kept_facts(), **facts(config)},
            time_zone=config.time_zone,
            memory_limit=config.memory_limit,
            sales=config.sales,
            identity=self.identity,
        )
        if config.engine == "duckdb":
            return embedded
        from leadline.scoring.spark import SparkEngine
        from leadline.scoring.spark_session import Sessions

        return SparkEngine(embedded, Sessions(config.spark.master, config.spark.settings))

    @property
    def holder(self) -> str:
        """How this process signs its leases."""
        return f"{socket.gethostname()}:{os.getpid()}"

    @contextmanager
    def exclusively(self) -> Iterator[None]:
        """The workspace's one lease, for lake commits, scoring and planning; waits for its turn."""
        patiently = Retrying(
            retry=retry_if_exception_type(RetryLater),
            wait=wait_fixed(WAIT_SECONDS),
            stop=stop_after_delay(PATIENCE_SECONDS),
            reraise=True,
        )
        lease = patiently(self.ledger.leases.take, "workspace", self.holder, LEASE_SECONDS)
        with lease:
            yield

    def instant(self, value: datetime | None) -> datetime | None:
        """A time without an offset is one of the workspace's time zone."""
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=self.config.time_zone)

    def chosen(self, names: list[str] | None) -> list[Source]:
        """The sources with these names, or all that run; UsageError names the ones there are."""
        for name in names or []:
            if name in self.absent:
                raise UsageError(self.absent[name])
        unknown = [name for name in names or [] if name not in self.sources]
        if unknown:
            there = ", ".join(sorted(self.sources))
            raise UsageError(f"no source is named '{unknown[0]}'; the config has: {there}")
        return [self.sources[name] for name in names or self.sources]

    def missing(self, names: Sequence[str]) -> tuple[str, ...]:
        """Why some plugins do not run, and some sources, where all of these were asked for."""
        connectors = {table.connector for table in self.config.sources.values()}
        refused = (each for each in self.host.refused if each.name not in connectors)
        return (*map(str, refused), *(() if names else self.absent.values()))


@contextmanager
def open_workspace(
    config_path: Path, draft: Path | None = None, text: str | None = None
) -> Iterator[Workspace]:
    """Load the config, its plugins and sources, and open what keeps state.

    draft: a model file to try; the facts that it names are fetched as well. text: what that file
    would say, where it is not written yet.
    """
    config, host = configured(config_path)
    tried = None if draft is None else joined(load_draft(draft, config, text), config, host)
    with ExitStack() as stack:
        absent = _absent(config, host)
        sources = open_sources(_with(config.without(absent), tried), host)
        for source in list(sources):
            try:
                host.add_source(source)
            except PluginError as error:
                if len(sources) == 1:
                    raise
                sources.remove(source)
                absent[source.name] = str(error)
        try:
            config.workspace.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise WorkspaceError(
                f"the workspace {config.workspace} cannot be made ({error.strerror}): "
                "choose another folder with 'workspace' in the config"
            ) from error
        ledger = Ledger.open(config.ledger_place)
        stack.callback(ledger.close)
        lake = Lake.open(config.lake or config.workspace / "lake", config.time_zone)
        for model in config.models:
            ledger.models.remember(model.version, model.name, model.content)
        opened = {source.name: source for source in sources}
        identity = Identity(config.shared_mailboxes, config.prefer)
        yield Workspace(config, host, opened, lake, ledger, identity, tried, absent=absent)


def _absent(config: Config, host: Host) -> dict[str, str]:
    """The sources whose plugin was refused, as long as there are others: those go on."""
    refused = {each.name: each for each in host.refused if each.installed}
    found = {
        name: f"source '{name}': {refused[table.connector]}"
        for name, table in config.sources.items()
        if table.connector in refused and table.connector not in host.connectors
    }
    return found if len(found) < len(config.sources) else {}


def _with(config: Config, draft: Model | None) -> Config:
    return config if draft is None else replace(config, models=(*config.models, draft))


def configured(config_path: Path) -> tuple[Config, Host]:
    """The config of a file with all that its plugins bring, and those plugins, set up."""
    config, host = load_plugins(config_path)
    for plugin in open_plugins(config, host):
        try:
            host.add_plugin(plugin)
        except PluginError as error:
            host.refuse(plugin.name, str(error.args[0]))
    models = join_rules(config.models, facts(config), host)
    return replace(config, models=models), host


def joined(model: Model, config: Config, host: Host) -> Model:
    """A model that is not the config's, with the rules that plugins join to it."""
    (whole,) = join_rules([model], facts(config), host)
    return whole


def load_plugins(config_path: Path) -> tuple[Config, Host]:
    """The checked config of a file and the plugins that it names; none of them is set up."""
    read = read_config(config_path)
    enable: dict[str, str | None] = dict.fromkeys(read.connectors)
    host = Host.load(enable | read.plugins.installed, files=read.plugins.files)
    config = read.checked(brought_facts(host))
    if not set(enable) & host.connectors.keys() and host.refused:
        raise ConfigError("\n".join(str(refusal) for refusal in host.refused))
    return config, host
