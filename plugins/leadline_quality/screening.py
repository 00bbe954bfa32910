"""Batches of activities with the opens and clicks withheld that a machine made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import pyarrow as pa
import pyarrow.compute as pc

from leadline.batches import Batch, Source, activity_schema
from leadline.columns import read_column
from leadline.vocabulary import ACTIVITY_FIELDS, FieldType
from leadline.withholding import withhold
from leadline_quality.judging import CLICK, OPEN, SENT, Click, Judge, Sent, agent_of
from leadline_quality.memory import Memory, Remembered

_WHERE = "remembered by plugin"


@dataclass(slots=True)
class _Seen:
    """What one batch says of mails: the clicks and sendings, those that are gone, and opens."""

    clicks: dict[str, Remembered] = field(default_factory=dict)
    sendings: dict[str, tuple[str, Sent]] = field(default_factory=dict)
    opens: dict[str, str] = field(default_factory=dict)  # withheld ones, with the reason
    gone: list[str] = field(default_factory=list)

    @property
    def ids(self) -> set[str]:
        return {*self.clicks, *self.sendings}


@dataclass(frozen=True, slots=True)
class Screen:
    """Judges the activities of one source, batch by batch; whatever their order, it says the same.

    by: the plugin's name.
    """

    source: Source
    judge: Judge
    memory: Memory
    by: str

    def screened(self, batch: Batch) -> Batch:
        """The batch with what a machine made withheld, and earlier clicks that it tells about."""
        seen = self._seen(batch.rows)
        if not (seen.ids or seen.opens or seen.gone):
            return batch
        contacts = self.memory.owners([*seen.gone, *seen.ids])
        self.memory.forget([*seen.gone, *seen.ids])
        self.memory.keep(seen.clicks.values(), seen.sendings.values())
        contacts |= {each.contact_id for each in seen.clicks.values()}
        contacts |= {contact_id for contact_id, _ in seen.sendings.values()}
        reasons, again = self._judged(contacts, seen)
        return self._answered(batch, {**seen.opens, **reasons}, again)

    def _judged(
        self, contacts: set[str], seen: _Seen
    ) -> tuple[dict[str, str | None], list[Remembered]]:
        """Why each click of these contacts is withheld, and the earlier ones to yield again."""
        reasons: dict[str, str | None] = {}
        changed: dict[str, str | None] = {}
        again = []
        sendings = self.memory.sendings_of(contacts)
        for contact_id, clicks in self.memory.clicks_of(contacts).items():
            verdicts = self.judge.of((c.click for c in clicks), sendings.get(contact_id, ()))
            for each in clicks:
                activity_id = each.click.activity_id
                verdict = verdicts.get(activity_id)
                reason = reasons[activity_id] = None if verdict is None else verdict.reason
                if reason != each.reason:
                    changed[activity_id] = reason
                # After a crash the lake may lack what the memory has: told twice does no harm.
                touched = verdict is not None and bool(verdict.because & seen.ids)
                if activity_id not in seen.clicks and (touched or reason != each.reason):
                    again.append(each)
        self.memory.give_reasons(changed)
        return reasons, again

    def _answered(
        self, batch: Batch, reasons: Mapping[str, str | None], again: list[Remembered]
    ) -> Batch:
        rows, wheres = batch.rows, batch.wheres
        if again:
            rows = _appended(rows, [each.row for each in again])
            if wheres is not None and len(wheres):
                wheres = pa.array([*wheres.to_pylist(), *[f"{_WHERE} {self.by}"] * len(again)])
        asked = pc.is_in(_text(rows["type"]), pa.array([CLICK, OPEN])).to_pylist()
        ids = _text(rows["activity_id"]).to_pylist()
        said = [reasons.get(i) if of else None for i, of in zip(ids, asked, strict=True)]
        return replace(batch, rows=withhold(rows, said, self.by), wheres=wheres)

    def _seen(self, rows: pa.Table) -> _Seen:
        seen = _Seen()
        if not {"activity_id", "type"} <= set(rows.column_names):
            return seen
        mail = pc.fill_null(pc.is_in(_text(rows["type"]), pa.array([CLICK, OPEN, SENT])), False)
        if "deleted" in rows.column_names:
            gone, _ = read_column(rows["deleted"], FieldType.BOOLEAN)
            gone = pc.fill_null(gone, False)
            seen.gone = _text(rows["activity_id"]).filter(gone).drop_null().to_pylist()
            mail = pc.and_(mail, pc.invert(gone))
        for row in self._typed(rows.filter(mail)):
            self._note(row, seen)
        return seen

    def _typed(self, rows: pa.Table) -> Iterator[dict[str, object]]:
        """The rows as the host will read them; `occurred_at` in microseconds since 1970."""
        columns: dict[str, pa.Array] = {}
        for name, kind in ACTIVITY_FIELDS.items():
            if name in rows.column_names:
                columns[name], _ = read_column(rows[name], kind, time_zone=self.source.time_zone)
        if "occurred_at" in columns:
            columns["occurred_at"] = columns["occurred_at"].cast(pa.int64())
        yield from pa.table(columns).to_pylist()

    def _note(self, row: dict[str, object], seen: _Seen) -> None:
        activity_id, contact_id, at = (
            row.get(name) for name in ("activity_id", "contact_id", "occurred_at")
        )
        if not (isinstance(activity_id, str) and isinstance(contact_id, str)):
            return  # the host says what is wrong with it
        if not isinstance(at, int):
            return
        url, campaign, properties = (
            _text_or_none(row.get(name)) for name in ("url", "campaign", "properties")
        )
        if row["type"] == SENT:
            if campaign is not None:
                seen.sendings[activity_id] = (contact_id, Sent(activity_id, at, campaign))
        elif row["type"] == CLICK:
            click = Click(activity_id, at, url, campaign, agent_of(properties))
            seen.clicks[activity_id] = Remembered(contact_id, click, row)
        elif reason := self.judge.of_agent(agent_of(properties)):
            seen.opens[activity_id] = reason


def _appended(rows: pa.Table, more: list[Mapping[str, object]]) -> pa.Table:
    """The rows with these behind them, each column of the type that it has here."""
    schema = activity_schema()
    names = [name for name in schema.names if any(row.get(name) is not None for row in more)]
    added = {
        name: pa.array([row.get(name) for row in more], _stored(schema.field(name).type)).cast(
            schema.field(name).type
        )
        for name in names
    }
    columns = {}
    for name in dict.fromkeys((*rows.column_names, *names)):
        here = (
            rows[name] if name in rows.column_names else pa.nulls(rows.num_rows, added[name].type)
        )
        if not (pa.types.is_string(here.type) or here.type == schema.field(name).type):
            here = here.cast(pa.string())
        behind = added[name].cast(here.type) if name in added else pa.nulls(len(more), here.type)
        parts = here.chunks if isinstance(here, pa.ChunkedArray) else [here]
        columns[name] = pa.chunked_array([*parts, behind], here.type)
    return pa.table(columns)


def _stored(kind: pa.DataType) -> pa.DataType:
    """The type in which a remembered row has a value."""
    return pa.int64() if pa.types.is_timestamp(kind) else kind


def _text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column if pa.types.is_string(column.type) else column.cast(pa.string())


def _text_or_none(value: object) -> str | None:
    return value if isinstance(value, str) else None
