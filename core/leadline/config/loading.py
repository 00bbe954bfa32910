"""Reads a config file and its model: one frozen `Config`, or every problem of all files at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from leadline.config.checks import check_config
from leadline.config.needs import facts
from leadline.config.own_fields import GIVEN, OwnFields, implied_fields, read_own_fields
from leadline.config.paths import is_there, located
from leadline.config.secrets import Resolved, resolve
from leadline.config.settings import Config, Plugins, SourceTable, Spark
from leadline.config.tables import ConfigFile, PluginsFile, SourceFile
from leadline.config.write_checks import check_writing
from leadline.errors import ConfigError, Problem
from leadline.model.conditions import table_of
from leadline.model.documents import Complaint, Document, read_document
from leadline.model.loading import ModelRead, load_model, read_model
from leadline.model.schema import Model
from leadline.model.strictness import check_kinds
from leadline.model.wording import explain
from leadline.vocabulary import FieldType

_MAPPINGS = ("fields", "activity_fields", "company_fields")
_DOTTED = ("fields", "prefer")


@dataclass(frozen=True, slots=True)
class ReadConfig:
    """A config file that was read: the plugins it names, and all of it once their facts are known.

    What is wrong in it is said by `checked` alone.
    """

    document: Document
    resolved: Resolved

    @property
    def base(self) -> Path:
        return self.document.path.absolute().parent

    @property
    def plugins(self) -> Plugins:
        """As far as they can be read."""
        try:
            table = table_of(self.resolved.table, "plugins")
            return _plugins(PluginsFile.model_validate(table), self.base)
        except ValidationError:
            return Plugins({}, ())

    @property
    def connectors(self) -> list[str]:
        """As far as they can be read."""
        sources = table_of(self.resolved.table, "sources")
        named = [table_of(sources, name).get("connector") for name in sources]
        return [each for each in named if isinstance(each, str) and each]

    def checked(self, brought: Mapping[str, FieldType]) -> Config:
        """The config with its models; ConfigError holds all problems of both.

        brought: the facts about a person that plugins fill in.
        """
        document, resolved = self.document, self.resolved
        own = read_own_fields(resolved.table, brought)
        file, complaints = _validate(resolved, own, self.base)
        problems = [document.problem(each) for each in complaints]
        paths = _model_paths(resolved, document.path.parent)
        reads = [_read_model(each, own) for each in paths]
        problems += [problem for read in reads for problem in read.problems]
        if file is None or problems:
            raise ConfigError(problems)
        models = tuple(read.model for read in reads if read.model is not None)
        told = _told(document, resolved, file, models)
        if told:
            raise ConfigError(told)
        return _freeze(document, file, models, resolved, brought)


def read_config(path: Path) -> ReadConfig:
    """The config file of a path; ConfigError if it is no TOML file."""
    document = read_document(
        path,
        what="the config file",
        hint="name another with --config, or start from config.example.toml",
    )
    return ReadConfig(document, resolve(_flattened(document.table), path.absolute().parent))


def load_config(path: Path) -> Config:
    """The checked config of a file that names no plugin's fact; see `ReadConfig.checked`."""
    return read_config(path).checked({})


def load_draft(path: Path, config: Config, text: str | None = None) -> Model:
    """The checked model of a file that is tried: it must suit the config as a configured one does.

    text: what the file would say. ConfigError holds all problems of the file, or all that the two
    have with each other.
    """
    model = load_model(path, facts(config), text)
    resolved = resolve(_flattened(config.document.table), config.base)
    file = ConfigFile.model_validate(resolved.table)
    told = _told(config.document, resolved, file, config.having(model).models)
    if told:
        raise ConfigError(
            [replace(each, message=f"with {path} as the model, {each.message}") for each in told]
        )
    return model


def _told(
    document: Document, resolved: Resolved, file: ConfigFile, models: Sequence[Model]
) -> list[Problem]:
    """What the config and its models say against each other."""
    hide = resolved.secrets.hide
    return [
        document.problem(Complaint(each.path, hide(each.path, each.message)))
        for each in check_writing(file, models)
    ]


def _validate(
    resolved: Resolved, own: OwnFields, base: Path
) -> tuple[ConfigFile | None, list[Complaint]]:
    """The file, and every complaint about it with what must not be shown taken out."""
    table, secrets = resolved.table, resolved.secrets
    file = None
    found = check_config(table, own, base)
    try:
        file = ConfigFile.model_validate(table)
    except ValidationError as error:
        found = _added(found, explain(error, table, ConfigFile))
    found = _added(found, check_kinds(table, ConfigFile.model_json_schema()))
    shown = [
        Complaint(each.path, secrets.hide(each.path, each.message))
        for each in found
        if each.path not in secrets.failed
    ]
    return file, [*resolved.complaints, *shown]


def _added(found: list[Complaint], more: list[Complaint]) -> list[Complaint]:
    """Both, leaving out what was complained about before."""
    told = {each.path for each in found}
    return found + [each for each in more if each.path not in told]


def _model_paths(resolved: Resolved, folder: Path) -> list[Path]:
    """The model files that can be read; the others are complained about already."""
    names = resolved.table.get("models")
    failed = resolved.secrets.failed
    paths = [
        located(folder, name)
        for place, name in enumerate(names if isinstance(names, list) else ())
        if isinstance(name, str) and name and ("models", place) not in failed
    ]
    return [path for path in paths if is_there(path)]


def _read_model(path: Path, own: OwnFields) -> ModelRead:
    return read_model(path, {**GIVEN, **own.types}, uncertain=own.uncertain)


def _plugins(file: PluginsFile, base: Path) -> Plugins:
    return Plugins(
        MappingProxyType(file.enable),
        tuple(located(base, name) for name in file.files),
        MappingProxyType(file.model_extra or {}),
    )


def _freeze(
    document: Document,
    file: ConfigFile,
    models: tuple[Model, ...],
    resolved: Resolved,
    brought: Mapping[str, FieldType],
) -> Config:
    base = document.path.absolute().parent
    fields = {**brought, **file.fields}

    def place(text: str) -> Path:
        return located(base, text)

    return Config(
        path=document.path,
        base=base,
        workspace=place(file.workspace),
        time_zone=ZoneInfo(file.time_zone),
        models=models,
        model_paths=tuple(place(name) for name in file.models),
        ledger=_ledger_url(file.ledger, base),
        lake=None if file.lake is None else place(file.lake),
        memory_limit=file.memory_limit,
        fields=MappingProxyType(fields | implied_fields(file.sales.policy(), fields)),
        plugins=_plugins(file.plugins, base),
        sources=MappingProxyType({name: _source(each) for name, each in file.sources.items()}),
        document=document,
        secrets=resolved.secrets,
        shared_mailboxes=tuple(each.strip().lower() for each in file.shared_mailboxes),
        prefer=MappingProxyType(file.prefer),
        write=file.write.policy(),
        sales=file.sales.policy(),
        serve=file.serve.policy(),
        engine=file.engine,
        spark=Spark(file.spark.master, MappingProxyType(file.spark.settings)),
        schedule=MappingProxyType({name: each.schedule() for name, each in file.schedule.items()}),
        webhooks=file.webhooks.frozen(),
    )


def _source(file: SourceFile) -> SourceTable:
    return SourceTable(
        connector=file.connector,
        fields=MappingProxyType(file.fields),
        activity_fields=MappingProxyType(file.activity_fields),
        activity_types=MappingProxyType(file.activity_types),
        settings=MappingProxyType(file.model_extra or {}),
        company_fields=MappingProxyType(file.company_fields),
        links_to=file.links_to or "",
        stages=MappingProxyType({name: each.policy() for name, each in file.stages.items()}),
        write=MappingProxyType(file.write),
        record_url=file.record_url or "",
    )


def _ledger_url(url: str | None, base: Path) -> str | None:
    """The URL, with a SQLite file's relative path started at the config's folder."""
    scheme, mark, name = (url or "").partition(":///")
    if not mark or not scheme.startswith("sqlite") or name.startswith(("/", ":", "file:")):
        return url
    return f"{scheme}:///{base / name}" if name else url


def _flattened(table: Mapping[str, object]) -> dict[str, object]:
    """The table with `company.employees = …` as the one key that people mean by it."""
    flat = {key: _joined(value) if key in _DOTTED else value for key, value in table.items()}
    sources = flat.get("sources")
    if isinstance(sources, dict):
        flat["sources"] = {name: _flattened_source(each) for name, each in sources.items()}
    return flat


def _flattened_source(source: object) -> object:
    if not isinstance(source, dict):
        return source
    return {key: _joined(value) if key in _MAPPINGS else value for key, value in source.items()}


def _joined(value: object) -> object:
    if not isinstance(value, dict):
        return value
    flat: dict[str, object] = {}
    for key, inside in value.items():
        if isinstance(inside, dict):
            flat |= {f"{key}.{name}": each for name, each in inside.items()}
        else:
            flat[key] = inside
    return flat
