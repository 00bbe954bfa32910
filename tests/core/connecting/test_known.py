"""What leadline's own fields hold, read as what is written to them."""

from __future__ import annotations

from datetime import UTC, datetime

import pyarrow as pa
import pytest

from leadline.connecting.known import held

INSTANT = pa.timestamp("us", tz="UTC")
AT = datetime(2026, 11, 20, 10, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("values", "kind", "found"),
    [
        (["42", " 7.0 ", "", None, "many"], pa.int32(), [42, 7, None, None, None]),
        (["4294967338", "-4294967338", "1"], pa.int32(), [None, None, 1]),
        ([42, 2**40, None], pa.int32(), [42, None, None]),
        (["2026-11-20T10:30:00Z", "soon"], INSTANT, [AT, None]),
        (["A1", "", None], pa.string(), ["A1", None, None]),
        ([None, None], pa.int32(), [None, None]),
        ([], pa.string(), []),
    ],
)
def test_what_is_no_such_thing_is_unknown(
    values: list[object], kind: pa.DataType, found: list[object]
) -> None:
    read = held(pa.array(values), kind)
    assert (read.type, read.to_pylist()) == (kind, found)
