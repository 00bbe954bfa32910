"""A host with one source over the author's CRM, and the rows it brings in a comparable form."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from leadline.batches import (
    Batch,
    Capabilities,
    Checkpoint,
    Source,
    Stream,
    Support,
    WriteResult,
    output_schema,
)
from leadline.columns import read_column
from leadline.host import Host
from leadline.testing.crm import Crm
from leadline.vocabulary import FieldType

SOURCE = "tested"
WANTED = {"first_name": FieldType.TEXT, "job_title": FieldType.TEXT, "company": FieldType.TEXT}
CONTACT_TEXTS = ("contact_id", "email", *WANTED)
OUTPUT = output_schema(["fit", "engagement"]).remove(0)
COMPANY_TEXTS = ("company_id", "company")
ACTIVITY_TEXTS = ("activity_id", "contact_id", "type", "name", "url")

Facts = dict[str, dict[str, object]]


@dataclass(frozen=True)
class Bench:
    """One opened source. `reopened` is the same one in a new process: a new host, the old state."""

    plugin: object
    connector: str
    crm: Crm
    base: Path
    state: Path
    host: Host

    @classmethod
    def open(
        cls,
        plugin: object,
        connector: str,
        crm: Crm,
        base: Path,
        state: Path,
        watchers: Sequence[tuple[str, object]] = (),
    ) -> Bench:
        """Load the plugin as the config would, and add the source to it."""
        if isinstance(plugin, str):
            host = Host.load({plugin: None}, extra=watchers)
        else:
            host = Host.load({}, extra=[("tested plugin", plugin), *watchers])
        assert not host.refused, f"the host refuses to load it: {host.refused[0]}"
        name = _only(connector, host)
        state.mkdir(parents=True, exist_ok=True)
        settings = host.connectors[name].settings.model_validate(dict(crm.settings()))
        host.add_source(
            Source(
                SOURCE,
                name,
                settings,
                base=base,
                state=state,
                time_zone=ZoneInfo("UTC"),
                fields=crm.fields,
                activity_fields=crm.activity_fields,
                activity_types=crm.activity_types,
                wanted={**WANTED, **{name: kind_of(each) for name, each in crm.typed.items()}},
                company_fields=crm.company_fields,
                stages=_moves(crm),
                output=OUTPUT,
            )
        )
        return cls(plugin, name, crm, base, state, host)

    def reopened(self, state: str = "", watchers: Sequence[tuple[str, object]] = ()) -> Bench:
        """The source as a new process sees it; `state` names another state folder."""
        folder = self.state.parent / state if state else self.state
        return Bench.open(self.plugin, self.connector, self.crm, self.base, folder, watchers)

    @property
    def capabilities(self) -> Capabilities:
        """What the connector declares."""
        return self.host.connectors[self.connector].capabilities

    def needs(self, capability: str) -> None:
        """Skip the test, saying why, unless the connector declares this in full."""
        support: Support = getattr(self.capabilities, capability)
        if support is not Support.FULL:
            pytest.skip(f"connector '{self.connector}' declares {capability}: {support}")

    def batches(
        self, stream: Stream, since: Checkpoint | None = None, *, only: int | None = None
    ) -> list[Batch]:
        """What a fetch yields; `only` stops early, as a crash would."""
        found: list[Batch] = []
        with self.host.fetch(SOURCE, stream, through_json(since)) as answer:
            for batch in answer:
                found.append(batch)
                if len(found) == only:
                    break
        return found

    def facts(self, stream: Stream, since: Checkpoint | None = None) -> Facts:
        """What a fetch tells, by id."""
        return facts_in(self.batches(stream, since), stream)

    def write(self, changes: pa.Table) -> list[WriteResult]:
        """Write in calls no larger than the connector allows."""
        size = self.capabilities.batch_size or max(changes.num_rows, 1)
        return [
            result
            for start in range(0, changes.num_rows, size)
            for result in self.host.write_scores(SOURCE, changes.slice(start, size))
        ]

    def watched(self, watcher: object) -> Bench:
        """The same source with a plugin that wraps its hooks."""
        return self.reopened(watchers=[("watcher", watcher)])


def facts_in(batches: Iterable[Batch], stream: Stream) -> Facts:
    """The last row of each id, texts only: '' is unknown, and `deleted` is a plain boolean."""
    texts = {
        Stream.CONTACTS: CONTACT_TEXTS,
        Stream.ACTIVITIES: ACTIVITY_TEXTS,
        Stream.COMPANIES: COMPANY_TEXTS,
    }[stream]
    found: Facts = {}
    for batch in batches:
        for row in batch.rows.to_pylist():
            fact = {name: plain(row.get(name)) for name in texts}
            found[str(row[stream.key])] = {**fact, "deleted": is_true(row.get("deleted"))}
    return found


def typed_rows(batch: Batch, examples: Mapping[str, object]) -> list[dict[str, object]]:
    """A batch's rows with these columns read as the host reads them, by the type of an example."""
    columns = {}
    for name, example in examples.items():
        left_out = name not in batch.rows.column_names  # all unknown then
        given = pa.nulls(batch.rows.num_rows) if left_out else batch.rows[name]
        columns[name], _ = read_column(given, kind_of(example))
    rows: list[dict[str, object]] = pa.table(columns).to_pylist()
    return rows


def kind_of(value: object) -> FieldType:
    """The type of a fact whose value is such as this one."""
    kinds = {bool: FieldType.BOOLEAN, int: FieldType.INTEGER, float: FieldType.NUMBER}
    kinds |= {datetime: FieldType.INSTANT, date: FieldType.DATE}
    return kinds.get(type(value), FieldType.TEXT)


def differences(
    found: Mapping[str, Mapping[str, object]], expected: Mapping[str, Mapping[str, object]]
) -> list[str]:
    """Each record and field that is not as expected, in a line; [] when all are."""
    lines = [f"{key} is missing" for key in sorted(expected.keys() - found.keys())]
    lines += [f"{key} should not be there" for key in sorted(found.keys() - expected.keys())]
    for key in sorted(found.keys() & expected.keys()):
        for name, value in expected[key].items():
            if (other := found[key].get(name)) != value:
                lines.append(f"{key}: {name} is {other!r}, not {value!r}")
    return lines


def live(facts: Facts) -> Facts:
    """The facts without the records that were deleted."""
    return {key: fact for key, fact in facts.items() if not fact["deleted"]}


def plain(value: object) -> object:
    """Text as leadline keeps it: NUL characters are dropped, and an empty text is unknown."""
    return value.replace("\x00", "") or None if isinstance(value, str) else value


def is_true(value: object) -> bool:
    """A boolean, which may be text until the host has read it."""
    return str(value).strip().lower() in {"true", "1", "yes", "y", "t", "on"}


def through_json(checkpoint: Checkpoint | None) -> Checkpoint | None:
    """A checkpoint as the ledger gives it back."""
    if checkpoint is None:
        return None
    restored: Mapping[str, object] = json.loads(json.dumps(dict(checkpoint)))
    return restored


def _moves(crm: Crm) -> Mapping[str, Mapping[str, frozenset[str]]]:
    """Each of the CRM's two stages may follow the other, or an empty field."""
    before = frozenset({"", *crm.stage_values})
    return {crm.stage_field: dict.fromkeys(crm.stage_values, before)} if crm.stage_field else {}


def _only(connector: str, host: Host) -> str:
    names = sorted(host.connectors)
    if connector or len(names) == 1:
        return connector or names[0]
    pytest.fail(f'the plugin brings {names}: say which one to test, connector = "NAME"')
