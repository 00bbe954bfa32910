"""Whatever the order and the batches that activities come in, the same ones are withheld."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
from hypothesis import example, given, settings
from hypothesis import strategies as st

import leadline_quality
from leadline.batches import Batch, Checkpoint, Plugin, Source
from leadline.columns import read_column
from leadline.hookspecs import hookimpl
from leadline.host import Host
from leadline.vocabulary import ACTIVITY_FIELDS
from leadline_quality.memory import Memory
from leadline_quality.settings import QualitySettings
from tests.core.host.plugins import Plugin as Vendor
from tests.core.host.plugins import Steady, source

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
Row = Mapping[str, object]


@st.composite
def histories(draw: st.DrawFn) -> list[Row]:
    """A few mails, opens and clicks of two contacts within half a minute, some at one instant."""
    rows: list[Row] = []
    for number in range(draw(st.integers(1, 14))):
        kind = draw(st.sampled_from(["email_click", "email_click", "email_sent", "email_open"]))
        agent = draw(st.sampled_from(["", '{"user_agent": "Mimecast"}', '{"user_agent": "Fox"}']))
        rows.append(
            {
                "activity_id": f"a{number}",
                "contact_id": draw(st.sampled_from(["eva", "roy"])),
                "type": kind,
                "occurred_at": (
                    NOON + timedelta(milliseconds=draw(st.integers(0, 60)) * 500)
                ).isoformat(),
                "url": draw(st.sampled_from(["", "https://x/1", "https://x/2", "https://x/3"])),
                "campaign": draw(st.sampled_from(["", "spring", "autumn"])),
                "properties": agent,
            }
        )
    return rows


@dataclass
class Crm:
    """What the next fetch answers."""

    batches: Sequence[Sequence[Row]] = ()

    def host(self, state: Path) -> Host:
        crm = self

        class Answering(Steady):
            @hookimpl
            def fetch_activities(self, source: Source, since: Checkpoint | None) -> Any:
                return (
                    Batch(pa.Table.from_pylist(list(rows)), {"page": page})
                    for page, rows in enumerate(crm.batches)
                )

        host = Host.load({}, extra=[("vendor", Vendor(Answering)), ("quality", leadline_quality)])
        set_to = QualitySettings.model_validate({"burst_clicks": 3, "burst_seconds": 3})
        host.add_plugin(Plugin("quality", set_to, state, state, ZoneInfo("UTC")))
        host.add_source(source(state))
        return host


def kept(syncs: Sequence[Sequence[Sequence[Row]]]) -> dict[str, Row]:
    """What a lake holds after these syncs of batches: the last word on each activity."""
    found: dict[str, Row] = {}
    crm = Crm()
    with tempfile.TemporaryDirectory() as folder:
        for number, batches in enumerate(syncs):
            crm.batches = batches
            since = {"page": number} if number else None
            for row in _rows(crm.host(Path(folder)).fetch_activities("mine", since)):
                found[str(row["activity_id"])] = row
    return found


def _rows(batches: Iterator[Batch]) -> Iterator[Row]:
    for batch in batches:
        columns = {
            name: read_column(batch.rows[name], kind)[0]
            for name, kind in ACTIVITY_FIELDS.items()
            if name in batch.rows.column_names
        }
        for row in pa.table(columns).to_pylist():
            yield {name: value for name, value in row.items() if value is not None}


@settings(max_examples=25)
@given(rows=histories(), data=st.data())
def test_order_and_batches_say_the_same(rows: list[Row], data: st.DataObject) -> None:
    mixed = data.draw(st.permutations(rows))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(rows)), max_size=4)))
    parts = [mixed[a:b] for a, b in zip([0, *cuts], [*cuts, len(rows)], strict=True) if a < b]
    syncs = [[part] for part in parts] if data.draw(st.booleans()) else [parts]
    assert kept(syncs) == kept([[rows]])


@settings(max_examples=20)
@given(rows=histories(), data=st.data())
def test_rows_that_come_again_change_nothing(rows: list[Row], data: st.DataObject) -> None:
    again = data.draw(st.lists(st.sampled_from(rows), unique_by=id))
    assert kept([[rows], [again]] if again else [[rows]]) == kept([[rows]])


def _clicks(count: int) -> list[Row]:
    return [
        {
            "activity_id": f"a{number}",
            "contact_id": "eva",
            "type": "email_click",
            "occurred_at": (NOON + timedelta(milliseconds=number)).isoformat(),
            "properties": "",
        }
        for number in range(count)
    ]


@settings(max_examples=20)
@given(gone=st.sets(st.integers(0, 5), max_size=5))
@example(gone={0, 1, 2})
def test_a_click_that_is_deleted_was_never_part_of_a_burst(gone: set[int]) -> None:
    clicks = _clicks(6)
    left = [row for number, row in enumerate(clicks) if number not in gone]
    deleted = [{"activity_id": f"a{number}", "deleted": "true", "type": None} for number in gone]
    found = kept([[clicks], [deleted]] if deleted else [[clicks]])
    for number in gone:
        del found[f"a{number}"]
    assert found == kept([[left]])


def test_the_memory_is_bounded(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("leadline_quality.memory.CLICKS", 4)
    crm = Crm([_clicks(9)])
    list(crm.host(tmp_path).fetch_activities("mine", None))
    memory = Memory(tmp_path / "mine.db")
    try:
        assert len(memory.clicks_of(["eva"])["eva"]) == 4
    finally:
        memory.close()


def test_nothing_about_a_person_is_remembered_but_clicks_and_sendings(tmp_path: Path) -> None:
    opens = [{**row, "type": "email_open"} for row in _clicks(3)]
    list(Crm([opens]).host(tmp_path).fetch_activities("mine", None))
    memory = Memory(tmp_path / "mine.db")
    try:
        assert (memory.clicks_of(["eva"]), memory.sendings_of(["eva"])) == ({}, {})
    finally:
        memory.close()
