"""A config as the rest of leadline sees it: loaded, checked, and frozen."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal
from urllib.parse import quote
from zoneinfo import ZoneInfo

from leadline.config.schedules import Schedule
from leadline.config.secrets import Secrets
from leadline.config.serve import Serve
from leadline.config.webhooks import Webhooks
from leadline.config.writing import Sales, StageWrite, WritePolicy
from leadline.errors import UsageError
from leadline.model.documents import Document
from leadline.model.schema import Model
from leadline.vocabulary import SHARED_MAILBOXES, FieldType


@dataclass(frozen=True, slots=True)
class Plugins:
    """Plugin → the distribution it must come from, or None for any; and plugins that are files.

    tables: plugin → its own settings, which the repr does not show.
    """

    enable: Mapping[str, str | None]
    files: tuple[Path, ...]
    tables: Mapping[str, Mapping[str, object]] = field(default_factory=dict, repr=False)

    @property
    def installed(self) -> dict[str, str | None]:
        """Those named in any way that are no files, with the distribution of each."""
        files = {path.stem for path in self.files}
        return {name: None for name in self.tables if name not in files} | dict(self.enable)


@dataclass(frozen=True, slots=True, repr=False)
class SourceTable:
    """One `[sources.NAME]` table; `settings` are the keys that belong to its connector."""

    connector: str
    fields: Mapping[str, str]
    activity_fields: Mapping[str, str]
    activity_types: Mapping[str, tuple[str, ...]]
    settings: Mapping[str, object]
    company_fields: Mapping[str, str] = field(default_factory=dict)
    links_to: str = ""
    stages: Mapping[str, StageWrite] = field(default_factory=dict)
    write: Mapping[str, str] = field(default_factory=dict)
    record_url: str = ""

    def page_of(self, contact_id: str) -> str | None:
        """Where people see a contact in the CRM; None where the config does not say."""
        return self.record_url.replace("{contact_id}", quote(contact_id, safe="")) or None

    def __repr__(self) -> str:
        return f"SourceTable(settings: {', '.join(self.settings) or 'none'})"


@dataclass(frozen=True, slots=True)
class Spark:
    """Where Spark runs, and its own further settings, of which the repr shows none."""

    master: str = "local[*]"
    settings: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, repr=False)
class Config:
    """A checked config file and its model. Paths are absolute; its repr shows no value.

    ledger: a database URL; None is a SQLite file in the workspace. lake: None is in the workspace.
    document, secrets: what a later error about the file needs to name its line and hide values.
    """

    path: Path
    base: Path
    workspace: Path
    time_zone: ZoneInfo
    models: tuple[Model, ...]
    model_paths: tuple[Path, ...]
    ledger: str | None
    lake: Path | None
    memory_limit: str
    fields: Mapping[str, FieldType]
    plugins: Plugins
    sources: Mapping[str, SourceTable]
    document: Document = field(compare=False)
    secrets: Secrets = field(compare=False)
    shared_mailboxes: tuple[str, ...] = SHARED_MAILBOXES
    prefer: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    write: WritePolicy = field(default_factory=WritePolicy)
    sales: Sales = field(default_factory=Sales)
    serve: Serve = field(default_factory=Serve)
    engine: Literal["duckdb", "spark"] = "duckdb"
    spark: Spark = field(default_factory=Spark)
    schedule: Mapping[str, Schedule] = field(default_factory=dict)
    webhooks: Webhooks = field(default_factory=Webhooks)

    @property
    def ledger_place(self) -> str | Path:
        """Where the ledger is: a database's URL, or a file in the workspace."""
        return self.ledger or self.workspace / "ledger.db"

    def place_of(self, model: str | None) -> int:
        """Where the model of this name stands; the first one for None."""
        names = [each.name for each in self.models]
        if model is None:
            return 0
        if model not in names:
            there = ", ".join(f"'{name}'" for name in names)
            raise UsageError(f"no model is named '{model}'; the config has {there}")
        return names.index(model)

    def having(self, model: Model, place: int = 0) -> Config:
        """The same config with this model in the place of the one of its name, else at `place`."""
        names = [each.name for each in self.models]
        place = names.index(model.name) if model.name in names else place
        return replace(self, models=(*self.models[:place], model, *self.models[place + 1 :]))

    def without(self, sources: Collection[str]) -> Config:
        """The same config less these sources."""
        kept = {name: table for name, table in self.sources.items() if name not in sources}
        return replace(self, sources=kept)

    def __repr__(self) -> str:
        return f"Config({str(self.path)!r}, sources: {', '.join(self.sources)})"
