"""Activities: each id once, edits and deletions end a version, days follow the time zone."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
from deltalake import DeltaTable, write_deltalake

from leadline.batches import Stream
from leadline.lake import Committed, Lake

from .world import START, activities, after, commit, files, read


def test_the_last_word_on_an_activity_wins(lake: Lake) -> None:
    rows = activities({"activity_id": "a", "name": "x"}, {"activity_id": "a", "name": "y"})
    assert commit(lake, rows) == Committed(new=1, unchanged=1)
    assert [r["name"] for r in read(lake, "activities")] == ["y"]


def test_a_repeated_page_writes_nothing_at_all(lake: Lake) -> None:
    rows = activities({"activity_id": "a", "value": 0.1}, {"activity_id": "b"})
    commit(lake, rows)
    before = files(lake.root)
    assert commit(lake, rows.slice(1), day=1) == Committed(unchanged=1)
    assert files(lake.root) == before
    assert lake.last_commit(Stream.ACTIVITIES, "crm") == (0, {"day": 0})


def test_edits_and_deletions_end_versions_and_the_past_stays(lake: Lake) -> None:
    commit(lake, activities(*({"activity_id": i} for i in "abc")))
    rows = activities(
        {"activity_id": "a", "url": "/edited"},
        {"activity_id": "b", "deleted": True},
        {"activity_id": "never seen", "deleted": True},
    )
    then = read(lake, "activities", after(0.5))
    assert commit(lake, rows, day=1) == Committed(changed=1, deleted=1, unchanged=1)
    now = {r["activity_id"]: r["url"] for r in read(lake, "activities")}
    assert now == {"a": "/edited", "c": None}
    without_end = [{**r, "superseded_at": None} for r in read(lake, "activities", after(0.5))]
    assert without_end == then
    assert lake.clock() == after(1)


def test_what_happens_after_the_instant_is_not_shown(lake: Lake) -> None:
    commit(lake, activities({"activity_id": "a"}, {"activity_id": "b", "occurred_at": after(9)}))
    assert [r["activity_id"] for r in read(lake, "activities", after(1))] == ["a"]
    assert len(read(lake, "activities", after(10))) == 2
    assert len(read(lake, "activities")) == 2


def test_days_are_those_of_the_time_zone_and_follow_it(tmp_path: Path) -> None:
    late = datetime(2026, 1, 1, 23, 30, tzinfo=UTC)
    lake = Lake.open(tmp_path, ZoneInfo("Europe/Paris"))
    commit(lake, activities({"activity_id": "a", "occurred_at": late}, {"activity_id": "b"}))
    commit(lake, activities({"activity_id": "b", "name": "edited"}), day=1)

    def day(of: Lake) -> list[object]:
        return [r["day"] for r in read(of, "activities") if r["activity_id"] == "a"]

    assert day(lake) == [(date(2026, 1, 2) - date(1970, 1, 1)).days]
    moved = Lake.open(tmp_path, ZoneInfo("America/New_York"))
    assert day(moved) == [(date(2026, 1, 1) - date(1970, 1, 1)).days]
    assert len(read(moved, "activities", after(0.5))) == 2
    assert moved.last_commit(Stream.ACTIVITIES, "crm") == (1, {"day": 1})
    before = files(tmp_path)
    Lake.open(tmp_path, ZoneInfo("America/New_York"))
    assert files(tmp_path) == before


def test_each_kind_is_kept_once_and_nulls_are_told_apart(lake: Lake) -> None:
    words: list[dict[str, object]] = [
        {"name": "a", "url": "b"},
        {"name": "ab", "url": None},
        {"name": None, "url": "ab"},
        {"name": "-", "url": None},
        {"name": "a1:b", "url": None},
        {"name": "a", "url": "b"},
    ]
    commit(lake, activities(*({"activity_id": str(i), **w} for i, w in enumerate(words))))
    commit(lake, activities({"activity_id": "x", "name": "a", "url": "b"}), day=1)
    kinds = read(lake, "kinds")
    assert len(kinds) == len({r["kind"] for r in kinds}) == 5
    by_kind = {r["kind"]: (r["name"], r["url"]) for r in kinds}
    for row in read(lake, "activities"):
        assert by_kind[row["kind"]] == (row["name"], row["url"])


def test_two_kinds_under_one_number_are_not_confused(lake: Lake) -> None:
    commit(lake, activities({"activity_id": "a", "name": "honest"}))
    # Another text under the same number, as a collision of hashes would leave it.
    table = DeltaTable(lake.root / "kinds")
    kept = pa.table(table.to_pyarrow_table())
    at = kept.schema.get_field_index("name")
    taken = kept.set_column(at, "name", pa.array(["somebody else's"], pa.string()))
    write_deltalake(table, taken, mode="overwrite")
    rows = activities({"activity_id": "b", "name": "honest"}, {"activity_id": "c"})
    assert commit(lake, rows, day=1) == Committed(new=1, unchanged=1)
    assert {r["activity_id"] for r in read(lake, "activities")} == {"a", "c"}
    [reject] = read(lake, "quarantine")
    assert reject["place"] == "activity b"


def test_an_empty_lake_has_typed_relations(lake: Lake) -> None:
    con = lake.session()
    for table in ("contacts", "activities", "kinds", "quarantine", "scores", "score_history"):
        lake.relation(con, table, START)
        assert con.sql(f"FROM {table}").fetchall() == []
    assert str(con.sql("SELECT occurred_at FROM activities").types[0]) == "TIMESTAMP WITH TIME ZONE"
    assert lake.clock() is None
