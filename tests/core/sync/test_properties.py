"""An activity's properties are a JSON object, or unknown and told: the engine sees nothing else."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa
import pytest
from pydantic import BaseModel

from leadline.batches import Batch, Source, Stream
from leadline.sync.admit import admit

NO_OBJECTS = [
    "[1]",
    '"text"',
    "1",
    "null",
    "not json",
    "{",
    '{"a": 1} x',
    "{a: 1}",
    "\ufeff{}",
]
OBJECTS = ["{}", '{"plan": "pro"}', ' {"a": {"b": [1, null]}} ', '{"ü\\u00fc": "\\ud83d\\ude42"}']
DEEP = '{"a":' * 5_000 + "1" + "}" * 5_000


class NoSettings(BaseModel):
    """What this source is told: nothing."""


@pytest.fixture
def source(tmp_path: Path) -> Source:
    return Source("crm", "csv", NoSettings(), tmp_path, tmp_path, ZoneInfo("UTC"))


def batch(properties: Sequence[str | None], kind: pa.DataType) -> Batch:
    count = len(properties)
    rows = pa.table(
        {
            "activity_id": pa.array([f"a{i}" for i in range(count)]),
            "contact_id": pa.array(["1"] * count),
            "type": pa.array(["chat"] * count),
            "occurred_at": pa.array(["2026-03-01T10:00:00Z"] * count),
            "properties": pa.array(properties, pa.string()).cast(kind),
        }
    )
    return Batch(rows, {})


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()], ids=str)
def test_what_is_no_object_becomes_unknown_and_is_told(source: Source, kind: pa.DataType) -> None:
    given = [*NO_OBJECTS, *OBJECTS, "", None]
    table, rejects = admit(batch(given, kind), source, Stream.ACTIVITIES)
    kept = table["properties"].to_pylist()
    assert kept == [*[None] * len(NO_OBJECTS), *OBJECTS, None, None]
    assert len(rejects) == len(NO_OBJECTS)
    told = rejects[0].reason
    assert told == "properties: '[1]' is no JSON object; the field is unknown for this record"


def test_whatever_is_kept_can_be_asked_for_a_property(source: Source) -> None:
    given = [*NO_OBJECTS, *OBJECTS, DEEP, json.dumps({"plan": "x" * 100_000})]
    table, _ = admit(batch(given, pa.string()), source, Stream.ACTIVITIES)
    with duckdb.connect() as con:
        con.register("kept", table)
        found = con.execute("SELECT count(properties ->> '$.plan') FROM kept").fetchall()
    assert found == [(2,)]
