"""Activities as a batch holds them."""

from __future__ import annotations

from leadline.batches import activity_schema
from leadline.connecting.activities import Activity, gone, to_table

START = 1_777_629_600_000


def test_rows_have_the_types_of_an_activity_batch() -> None:
    table = to_table([Activity("a", "7", "call", START, value=2.5, properties={"x": "y"})])
    assert table.schema == activity_schema()
    (row,) = table.to_pylist()
    assert (row["activity_id"], row["value"], row["properties"]) == ("a", 2.5, '{"x": "y"}')
    assert row["name"] is None
    assert row["occurred_at"].timestamp() * 1000 == START
    assert to_table([]).num_rows == 0


def test_one_that_is_gone_says_no_more_than_that() -> None:
    (row,) = to_table([gone("a")]).to_pylist()
    assert {name: value for name, value in row.items() if value is not None} == {
        "activity_id": "a",
        "deleted": True,
    }
