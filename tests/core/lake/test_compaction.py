"""Compaction: the same rows in order, older snapshots still readable, nothing done twice."""

from __future__ import annotations

import os
import time
from pathlib import Path

import duckdb
import pytest
from deltalake import DeltaTable

from leadline.batches import Stream
from leadline.lake import Lake, compaction

from .world import START, activities, after, commit, contacts, files, read

HOURS = 3600


def scattered(lake: Lake, commits: int = 20) -> None:
    """Many small commits, some rows of nobody, a few edits and a deletion."""
    for day in range(commits):
        rows = [
            {"activity_id": f"{day}-{i}", "contact_id": None if i == 7 else f"c{i * 7 % 10}"}
            for i in range(10)
        ]
        commit(lake, activities(*rows), day=day, source="o'hara" if day % 2 else "crm")
    edited = {"activity_id": "0-1", "contact_id": "c7", "name": "edited"}
    commit(lake, activities(edited, {"activity_id": "0-2", "deleted": True}), day=commits)


def paths(lake: Lake) -> list[Path]:
    """The activities' files of the newest snapshot."""
    return [Path(uri) for uri in DeltaTable(lake.root / "activities").file_uris()]


def test_rows_and_history_are_the_same_and_lie_in_order(lake: Lake) -> None:
    scattered(lake)
    before = read(lake, "activities"), read(lake, "activities", after(1))
    assert lake.compact()
    assert (read(lake, "activities"), read(lake, "activities", after(1))) == before
    assert lake.last_commit(Stream.ACTIVITIES, "crm") == (20, {"day": 20})
    for path in paths(lake):
        with duckdb.connect() as con:
            keys = con.execute(f"SELECT source, contact_id, day FROM '{path}'").fetchall()
        assert keys == sorted(keys, key=lambda k: (k[0], k[1] is None, k[1], k[2]))
    assert len(paths(lake)) < 20


@pytest.mark.parametrize("slice_rows", [1, 7, 60, 1000])
def test_slices_lose_and_repeat_nothing(lake: Lake, slice_rows: int) -> None:
    scattered(lake, commits=6)
    before = read(lake, "activities")
    table = lake._tables["activities"]
    with lake._working() as con:
        assert compaction.compact(con, table, force=True, slice_rows=slice_rows)
    assert read(lake, "activities") == before
    assert (len(paths(lake)) > 4) == (slice_rows < 60)


def test_what_is_in_order_is_left_alone(lake: Lake) -> None:
    assert not lake.compact()
    scattered(lake)
    commit(lake, contacts({"contact_id": "1"}))
    assert lake.compact()
    before = files(lake.root)
    assert not lake.compact()
    commit(lake, activities({"activity_id": "one more"}), day=30)
    after_commit = files(lake.root)
    assert not lake.compact()  # less than a tenth of the rows
    assert files(lake.root) == after_commit
    assert before < after_commit


def test_a_reader_of_an_older_snapshot_goes_on_for_two_hours(lake: Lake) -> None:
    scattered(lake)
    con = lake.session()
    lake.relation(con, "activities")
    rows = con.sql("FROM activities ORDER BY ALL").to_arrow_table()
    assert lake.compact(force=True)
    assert con.sql("FROM activities ORDER BY ALL").to_arrow_table().equals(rows)
    assert rows.num_rows == 199


def test_files_left_by_a_crash_go_once_they_are_old(lake: Lake) -> None:
    commit(lake, activities({"activity_id": "a"}))
    fresh, old = (lake.root / "activities" / f"added-{n}.parquet" for n in ("fresh", "old"))
    for orphan in (fresh, old):
        orphan.write_bytes(b"cut short")
    os.utime(old, (time.time() - 3 * HOURS,) * 2)
    lake.compact(force=True)
    assert fresh.exists()
    assert not old.exists()
    assert lake.last_commit(Stream.ACTIVITIES, "crm") == (0, {"day": 0})
    assert [r["learned_at"] for r in read(lake, "activities")] == [START]
