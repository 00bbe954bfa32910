"""What travels between a connector and the host: batches of rows in, changes out, results back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from threading import Lock
from typing import TYPE_CHECKING, TypeVar

import pyarrow as pa

from leadline.errors import InternalError
from leadline.vocabulary import (
    ACTIVITY_FIELDS,
    COMPANY_RECORD_FIELDS,
    RECORD_FIELDS,
    FieldType,
    is_company_fact,
)

if TYPE_CHECKING:
    from pathlib import Path
    from zoneinfo import ZoneInfo

    from pydantic import BaseModel

S = TypeVar("S", bound="BaseModel")

# A connector's own bookmark: JSON values only, meaningless to anybody else.
Checkpoint = Mapping[str, object]


class Stream(StrEnum):
    """The things that are pulled."""

    CONTACTS = "contacts"
    ACTIVITIES = "activities"
    COMPANIES = "companies"

    @property
    def key(self) -> str:
        """The field that names a record."""
        return _KEYS[self]


_KEYS = {
    Stream.CONTACTS: "contact_id",
    Stream.ACTIVITIES: "activity_id",
    Stream.COMPANIES: "company_id",
}


@dataclass(frozen=True, slots=True)
class Reject:
    """A record that cannot be used: it goes to quarantine, and the others go on.

    `where` is as exact as the source allows ("contacts.csv:17", "contact 1042"); `raw` is what was
    read, cut to a few thousand characters.
    """

    where: str
    reason: str
    raw: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """The values of leadline's own fields as the CRM has them now.

    rows: `contact_id` and one column per output field. complete: contacts not in `rows` have none.
    """

    rows: pa.Table
    complete: bool = False


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows, and the checkpoint that is safe to resume from once they are committed.

    rows: columns under canonical names (`RECORD_FIELDS`, `ACTIVITY_FIELDS` or
    `COMPANY_RECORD_FIELDS`, and the wanted fields). A column may be left out (all unknown) and may
    be text: the host reads it by the field's type. An empty string is unknown. A deleted record is
    its id with `deleted` true.
    wheres: where each row was read, one per row, for messages about it; may be empty.
    feeds_off: of activities, the types that the source cannot deliver now (`EVERY_TYPE` for all):
    what is counted of them is unknown, not 0. The last word of a fetch stays until another; None
    says nothing.
    """

    rows: pa.Table
    checkpoint: Checkpoint
    rejects: tuple[Reject, ...] = ()
    known: Known | None = None
    wheres: pa.Array | None = None
    feeds_off: frozenset[str] | None = None

    def with_table(self, rows: pa.Table) -> Batch:
        """The same batch with other rows; its checkpoint stays. For wrappers."""
        return replace(self, rows=rows, wheres=None)


class Outcome(StrEnum):
    """What became of one change."""

    WRITTEN = "written"
    REJECTED = "rejected"  # for good: the reason is the CRM's
    RETRY = "retry"  # not now: the next sync computes the same difference


@dataclass(frozen=True, slots=True)
class WriteResult:
    """The answer for one contact; `write_scores` yields exactly one for each row it was given.

    column: the only one that was rejected, where all others of the row were written; "" for a row
    that was rejected as a whole. The host does not ask again for a `stage` that was.
    """

    contact_id: str
    outcome: Outcome
    reason: str = ""
    column: str = ""


class Support(StrEnum):
    """Three kinds of answer to "can this connector …?"."""

    FULL = "full"
    UNSUPPORTED = "unsupported"  # the source cannot
    NOT_IMPLEMENTED = "not implemented"  # the source could, the connector does not yet


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a connector can do; the host asks no more, and the conformance kit tests what is full.

    batch_size: contacts per `write_scores` call; None takes any number in one call.
    stages: full writes `stage` into the CRM's own field `stage_field`, a null leaving it as it is;
    unsupported takes `stage` as one more output field, which a null empties.
    live: people work with what is written at once, so that a first write is asked about.
    """

    activities: Support = Support.NOT_IMPLEMENTED
    companies: Support = Support.NOT_IMPLEMENTED
    deletes: Support = Support.NOT_IMPLEMENTED
    merges: Support = Support.NOT_IMPLEMENTED
    history: Support = Support.NOT_IMPLEMENTED
    write: Support = Support.NOT_IMPLEMENTED
    batch_size: int | None = 100
    stages: Support = Support.NOT_IMPLEMENTED
    live: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of `leadline check`: what was tried, whether it works, and what to do if not.

    fix: what the connector's `fix` would make about it; "" for nothing.
    feeds_off: activity types that the source cannot deliver now (`EVERY_TYPE` for all); None says
    nothing about that.
    """

    subject: str
    ok: bool
    detail: str = ""
    fix: str = ""
    feeds_off: frozenset[str] | None = None


class Meter:
    """How many calls of its API a connector has made in this process; any thread may count."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._calls = 0

    def count(self, calls: int = 1) -> None:
        """Add calls that were just made."""
        with self._lock:
            self._calls += calls

    @property
    def calls(self) -> int:
        return self._calls


@dataclass(frozen=True, slots=True)
class Pin:
    """The fact in which sales pin a number of points or one of `labels`, and that of its end."""

    fact: str
    until: str | None
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """One `[sources.NAME]` table, ready for its connector.

    fields, activity_fields, company_fields: canonical name → the source's own name.
    activity_types: canonical type → the source's values.
    wanted: the contact fields to fetch, with their types; nothing else is kept.
    write: name in `output_schema` → the source's own name; one that is not there keeps its name.
    links_to: the source that ids in `linked_to` belong to; "" is this one.
    pin: what the host reads a pin of sales as; None where there are no pins.
    stages: where stages are written, the CRM's own stage field → a value → the values that it may
    follow ("" is an empty field).
    output: the columns that changes to this source have besides `contact_id`, with their types.
    meter: where the connector counts its calls of the CRM's API.
    state: a folder that belongs to this source alone. base: where relative paths start.
    """

    name: str
    connector: str
    settings: BaseModel
    base: Path
    state: Path
    time_zone: ZoneInfo
    fields: Mapping[str, str] = field(default_factory=dict)
    activity_fields: Mapping[str, str] = field(default_factory=dict)
    activity_types: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    wanted: Mapping[str, FieldType] = field(default_factory=dict)
    write: Mapping[str, str] = field(default_factory=dict)
    company_fields: Mapping[str, str] = field(default_factory=dict)
    links_to: str = ""
    pin: Pin | None = None
    stages: Mapping[str, Mapping[str, frozenset[str]]] = field(default_factory=dict)
    output: pa.Schema = field(default_factory=lambda: pa.schema([]))
    meter: Meter = field(default_factory=Meter, compare=False)

    @property
    def wanted_of_companies(self) -> Mapping[str, FieldType]:
        """The facts to fetch about companies: `company` and `company.…` of those wanted."""
        return {name: kind for name, kind in self.wanted.items() if is_company_fact(name)}

    def settings_as(self, kind: type[S]) -> S:
        """The settings as the model that the connector declared."""
        if not isinstance(self.settings, kind):
            raise InternalError(f"source '{self.name}' was opened with another's settings")
        return self.settings


@dataclass(frozen=True, slots=True)
class Plugin:
    """One `[plugins.NAME]` table, ready for its plugin.

    settings: as its `Extension` declares them. state: a folder that belongs to this plugin alone,
    which the plugin makes when it first needs it. base: where relative paths start.
    """

    name: str
    settings: BaseModel
    base: Path
    state: Path
    time_zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class ModelView:
    """What a plugin that scores may know of a model.

    dimensions: their names, in the order of the file. rules: the names of those that there are.
    """

    name: str
    max: int
    dimensions: tuple[str, ...]
    rules: tuple[str, ...]


def contact_schema(wanted: Mapping[str, FieldType]) -> pa.Schema:
    """The typed schema of a contact batch: the record's own fields and the wanted ones."""
    return _schema({**RECORD_FIELDS, **wanted})


def activity_schema() -> pa.Schema:
    """The typed schema of an activity batch."""
    return _schema(ACTIVITY_FIELDS)


def company_schema(wanted: Mapping[str, FieldType]) -> pa.Schema:
    """The typed schema of a company batch: the record's own fields and the wanted facts."""
    return _schema({**COMPANY_RECORD_FIELDS, **wanted})


# What `stages_changed` is given: a row per person and what changed about them. what: "temperature",
# "grade" or "stage". old, new: null where there is none. contact_id: the person's own record. at:
# the instant that was scored for. temperature, grade: as they are now, whatever has changed.
LEAD_CHANGES = pa.schema(
    [
        *(
            pa.field(name, pa.string(), nullable=name in ("old", "new"))
            for name in ("model", "source", "contact_id", "what", "old", "new")
        ),
        pa.field("score", pa.int32()),
        pa.field("at", FieldType.INSTANT.arrow, nullable=False),
        *(
            pa.field(name, pa.string())
            for name in (
                *("temperature", "grade", "reasons"),
                *("email", "first_name", "last_name", "company", "owner"),
            )
        ),
    ]
)

# Columns of a change that are there only where stages are written or suggested.
STAGE_COLUMNS = ("stage", "stage_field", "suggested_stage")


def output_schema(dimensions: Iterable[str], stages: Iterable[str] = ()) -> pa.Schema:
    """The columns of a change: `contact_id`, then what leadline writes. Null empties a field.

    stages: which of `STAGE_COLUMNS` stand at the end.
    """
    return changes_schema([output_columns(dimensions)], stages)


def output_columns(dimensions: Iterable[str], prefix: str = "") -> list[pa.Field]:
    """The columns of one model's answer, each name behind the prefix."""
    return [
        pa.field(f"{prefix}score", pa.int32()),
        *(pa.field(f"{prefix}{name}", pa.int32()) for name in dimensions),
        *(
            pa.field(f"{prefix}{name}", pa.string())
            for name in ("grade", "temperature", "reasons", "model_version")
        ),
        pa.field(f"{prefix}scored_at", FieldType.INSTANT.arrow),
    ]


def changes_schema(models: Iterable[list[pa.Field]], stages: Iterable[str] = ()) -> pa.Schema:
    """The columns of a change where several models answer (see `output_schema`)."""
    return pa.schema(
        [
            pa.field("contact_id", pa.string(), nullable=False),
            *(column for columns in models for column in columns),
            *(pa.field(name, pa.string()) for name in stages),
        ]
    )


def _schema(fields: Mapping[str, FieldType]) -> pa.Schema:
    return pa.schema([pa.field(name, kind.arrow) for name, kind in fields.items()])
