"""What a config file may say. One pydantic class per table; unknown keys are errors."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, WithJsonSchema

from leadline.config.schedule_tables import Schedules
from leadline.config.serve_tables import ServeFile
from leadline.config.webhook_tables import WebhooksFile
from leadline.config.write_tables import SalesFile, StageFile, WriteFile
from leadline.model.values import Table
from leadline.vocabulary import SHARED_MAILBOXES, FieldType

_MEMORY = re.compile(r"[1-9]\d*(?:\.\d+)?\s*[KMGT]i?B")
_PIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?(?:\s*==\s*[^\s=]+)?")
_LEDGERS = ("sqlite://", "sqlite+pysqlite://", "postgres://", "postgresql")
_TEXT = {"type": "string", "minLength": 1}
_TEXTS = {"type": "array", "items": _TEXT, "minItems": 1}


def _memory(value: str) -> str:
    if not _MEMORY.fullmatch(value):
        raise ValueError('must be an amount of memory, such as "1GiB" or "800MB"')
    return value


def _ledger(value: str) -> str:
    # Never quotes the value: a password may be anywhere in it.
    if "://" not in value or not value.startswith(_LEDGERS):
        raise ValueError(
            "must be a database URL: sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE"
        )
    return value


def _folder(value: str) -> str:
    if "://" in value:
        raise ValueError("must be a folder; a lake in a bucket is not there yet")
    return value


def _record_url(value: str) -> str:
    if not value.startswith(("https://", "http://")) or "{contact_id}" not in value:
        raise ValueError('must be a URL with {contact_id} in it, beginning with "https://"')
    return value


def _pin(value: str) -> str:
    if not _PIN.fullmatch(value):
        raise ValueError('must name a distribution: "leadline-NAME" or "leadline-NAME==1.2"')
    return value


def _enabled(value: object) -> object:
    """A list of names enables them from whichever distribution brings them."""
    if not isinstance(value, list):
        return value
    if not all(isinstance(name, str) and name for name in value):
        raise ValueError('must be a list of plugins in quotes: ["one", "two"]')
    return dict.fromkeys(value)


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


Text = Annotated[str, Field(min_length=1)]
RecordUrl = Annotated[str, AfterValidator(_record_url)]
# `company.employees = "x"` is a table inside a table to an editor.
Mapped = Annotated[
    dict[str, Text],
    WithJsonSchema(
        {
            "type": "object",
            "additionalProperties": {
                "anyOf": [_TEXT, {"type": "object", "additionalProperties": _TEXT}]
            },
        }
    ),
]
Values = Annotated[
    Annotated[tuple[Text, ...], Field(min_length=1)],
    BeforeValidator(_listed),
    WithJsonSchema({"anyOf": [_TEXT, _TEXTS]}),
]
Enabled = Annotated[
    dict[Text, Annotated[str, AfterValidator(_pin)] | None],
    BeforeValidator(_enabled),
    WithJsonSchema(
        {"anyOf": [_TEXTS | {"minItems": 0}, {"type": "object", "additionalProperties": _TEXT}]}
    ),
]
_KIND = {"type": "string", "enum": [kind.value for kind in FieldType]}
OwnFields = Annotated[
    dict[str, FieldType],
    WithJsonSchema(
        {
            "type": "object",
            "additionalProperties": {
                "anyOf": [_KIND, {"type": "object", "additionalProperties": _KIND}]
            },
        }
    ),
]


Preferred = Annotated[
    dict[str, Values],
    WithJsonSchema(
        {
            "type": "object",
            "additionalProperties": {
                "anyOf": [
                    _TEXT,
                    _TEXTS,
                    {"type": "object", "additionalProperties": {"anyOf": [_TEXT, _TEXTS]}},
                ]
            },
        }
    ),
]


class PluginsFile(Table):
    """Which plugins run, besides those that the sources name. Further tables are their settings."""

    model_config = ConfigDict(extra="allow", frozen=True)
    __pydantic_extra__: dict[str, dict[str, object]]

    enable: Enabled = Field(
        default_factory=dict,
        description='Installed plugins to run: ["name"], or name = "distribution==1.2" to say '
        "which distribution, and which version, it must come from.",
    )
    files: tuple[Text, ...] = Field(
        (), description="Plugins of your own that are Python files, relative to this file."
    )


class SourceFile(Table):
    """One CRM or folder of files. Further keys are the connector's own settings."""

    model_config = ConfigDict(extra="allow", frozen=True)

    connector: Text = Field(description='The kind of source, such as "csv".')
    fields: Mapped = Field(
        default_factory=dict,
        description="Facts about a person: leadline's name = the source's own name.",
    )
    activity_fields: Mapped = Field(
        default_factory=dict,
        description="Facts about an activity: leadline's name = the source's own name.",
    )
    company_fields: Mapped = Field(
        default_factory=dict,
        description="Facts about a company: leadline's name = the source's own name.",
    )
    links_to: Text | None = Field(
        None,
        description="The source whose ids the fact linked_to holds; this one when left out.",
    )
    activity_types: dict[str, Values] = Field(
        default_factory=dict,
        description="Kinds of activity: leadline's type = the source's value or values for it.",
    )
    record_url: RecordUrl | None = Field(
        None,
        description="Where people see a contact in the CRM's own pages; {contact_id} stands for "
        "its id.",
    )
    stages: dict[Text, StageFile] = Field(
        default_factory=dict,
        description="How a stage that a temperature names is written: stage = { field = …, "
        "write = …, from = […] }.",
    )
    write: dict[Text, Text] = Field(
        default_factory=dict,
        description="Where leadline's answers go: its name for one = the source's own field.",
    )


class SparkFile(Table):
    """Where Spark runs, when engine = "spark"."""

    master: Text = Field(
        "local[*]", description="Spark's master: this machine's cores, or a cluster's URL."
    )
    settings: dict[Text, Text] = Field(
        default_factory=dict,
        description='Further settings of Spark itself, such as "spark.executor.memory" = "4g".',
    )


class ConfigFile(Table):
    """A whole config file."""

    workspace: Text = Field(
        "var", description="The folder that leadline keeps its data in; made when missing."
    )
    time_zone: Text = Field(
        "UTC", description='Whose days are counted when points age, such as "Europe/Warsaw".'
    )
    models: tuple[Text, ...] = Field(
        min_length=1,
        description="The model files, in a list; relative to this file. The first is the one "
        "that is shown where no other is asked for.",
    )
    ledger: Annotated[str, AfterValidator(_ledger)] | None = Field(
        None,
        description="Database URL of the record of runs and writes; a SQLite file in the "
        "workspace when left out.",
    )
    lake: Annotated[Text, AfterValidator(_folder)] | None = Field(
        None, description="Folder of the pulled rows and the scores; in the workspace by default."
    )
    memory_limit: Annotated[str, AfterValidator(_memory)] = Field(
        "1GiB", description="The most memory that scoring may use before it works on disk."
    )
    engine: Literal["duckdb", "spark"] = Field(
        "duckdb", description="What scores: duckdb in this process, or spark on a cluster."
    )
    spark: SparkFile = Field(
        default_factory=lambda: SparkFile.model_validate({}),
        description="Where Spark runs and how, for that engine.",
    )
    fields: OwnFields = Field(
        default_factory=dict,
        description="Facts of your own about a person: name = its type.",
    )
    shared_mailboxes: tuple[Text, ...] = Field(
        SHARED_MAILBOXES,
        description="What stands before the @ of addresses that many use: they make no two records "
        "one person.",
    )
    prefer: Preferred = Field(
        default_factory=dict,
        description="Whose value counts when the records of a person differ: fact = its sources, "
        "best first; default = those of all other facts.",
    )
    plugins: PluginsFile = Field(
        default_factory=lambda: PluginsFile.model_validate({}),
        description="Plugins to run besides the connectors that the sources name.",
    )
    write: WriteFile = Field(
        default_factory=lambda: WriteFile.model_validate({}),
        description="When and how much is written back.",
    )
    sales: SalesFile = Field(
        default_factory=lambda: SalesFile.model_validate({}),
        description="The facts in which sales have their say: pins, and leads that start anew.",
    )
    schedule: Schedules = Field(
        default_factory=dict,
        description='When leadline serve syncs each source: source = "every 15 minutes", or a '
        "table.",
    )
    webhooks: WebhooksFile = Field(
        default_factory=WebhooksFile,
        description="Who tells leadline serve of contacts that change, and whom it tells of leads.",
    )
    serve: ServeFile = Field(
        default_factory=lambda: ServeFile.model_validate({}),
        description="Where leadline serve listens, and who may use it.",
    )
    sources: dict[str, SourceFile] = Field(
        min_length=1, description="Where contacts and activities come from: [sources.NAME] each."
    )
